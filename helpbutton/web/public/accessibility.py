"""The accessibility statement (Act 306/2019) and the form for feedback on it: no name needed, no cookie."""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache

from babel.dates import format_date
from flask import Blueprint, Response, request

from helpbutton.config_dir import CONFIG_DIR
from helpbutton.directory import queries as directory
from helpbutton.directory import sites
from helpbutton.directory.queries import Names, SiteView
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.feedback.operations import CONTACT_LIMIT, TEXT_LIMIT, give_feedback
from helpbutton.i18n import WRITTEN, locale_of
from helpbutton.reasons import N_
from helpbutton.web import field_messages
from helpbutton.web.pages import choose_language, page
from helpbutton.web.policy import policy
from helpbutton.web.public import choices, form_token
from helpbutton.web.public.form_token import FormToken

bp = Blueprint("accessibility", __name__, url_prefix="/accessibility")

FORM_OF = "feedback/{}"
"""What a form token is bound to: no site has a slash in its key, so tokens of the request form are refused here."""
GAPS = (
    N_("Nobody who uses a screen reader, a magnifier or a switch has tried the pages for us yet."),
    N_("We have checked with Chromium only, not with other browsers and not with real phones."),
    N_("The texts in Northern Sámi, Russian, Ukrainian, Arabic, Somali and Estonian are drafts."),
    N_("There is nothing in Finnish Sign Language yet."),
    N_("The browser does not fill in your name and number for you. That protects you on a shared phone."),
)
"""The same sentences stand in docs/accessibility.md."""


@dataclass(frozen=True)
class Authority:
    """Who supervises accessibility; a phone number that nobody has checked is shown in demo mode only."""

    names: Names
    units: Names
    websites: Names
    email: str
    phone: str
    source: str
    last_checked: str | None


@bp.get("")
@policy("public")
def statement() -> Response:
    """How accessible the public pages are, what is missing, and where to complain."""
    authority, assessed_on = _facts()
    return _page(
        "accessibility.html",
        owners=sites.owners_of_sites(),
        gaps=GAPS,
        authority=authority,
        call=authority.last_checked is not None or directory.installation().demo,
        assessed_on=format_date(assessed_on, "long", locale=locale_of(_language(_site()))),
    )


@bp.route("/feedback", methods=["GET", "POST"])
@policy("public")
def feedback() -> Response:
    """The form, and what it sends; the same form sent twice is stored once."""
    site = _site()
    about = FORM_OF.format(site.key if site else "")
    if request.method == "GET" or "switch" in request.form:
        sealed = request.form.get("form_token")
        return _form(form_token.read(about, sealed) if sealed else form_token.fresh(about))
    token = form_token.read(about, request.form.get("form_token", ""))
    if not token.genuine:
        return _form(token, status=400, notice="bad_token")
    try:
        respond_by = give_feedback(
            text=_typed("text"),
            contact=_typed("contact"),
            nonce=token.nonce,
            site=site,
            language=_language(site),
        )
    except Invalid as error:
        return _form(token, status=422, errors=error.errors)
    except Conflict:
        return _form(form_token.fresh(about), status=409, notice="sent_before")
    return _page("feedback_sent.html", respond_by=respond_by)


def _form(
    token: FormToken, *, status: int = 200, notice: str = "", errors: tuple[FieldError, ...] = ()
) -> Response:
    language = _language(_site())
    return _page(
        "feedback.html",
        status=status,
        token=token,
        notice=notice,
        errors={error.field: field_messages.in_words(error, language) for error in errors},
        typed={"text": _typed("text"), "contact": _typed("contact")},
        limits={"text": TEXT_LIMIT, "contact": CONTACT_LIMIT},
        autonyms=choices.AUTONYMS,
        written=WRITTEN,
    )


def _page(template: str, *, status: int = 200, **context: object) -> Response:
    site = _site()
    return page(f"public/{template}", language=_language(site), status=status, site=site, **context)


def _site() -> SiteView | None:
    """The site whose button led here, if the address names one."""
    try:
        return directory.site(request.args.get("site", ""))
    except NotFound:
        return None


def _language(site: SiteView | None) -> str:
    switched = request.form.get("switch")
    if switched in WRITTEN:
        return switched
    first = site.languages[0] if site else "fi"
    return choose_language(request, first if first in WRITTEN else "fi", WRITTEN)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").encode("utf-8", "replace").decode()


@cache
def _facts() -> tuple[Authority, dt.date]:
    data = json.loads((CONFIG_DIR / "accessibility.json").read_text("utf-8"))
    return Authority(**data["authority"]), dt.date.fromisoformat(data["assessed_on"])
