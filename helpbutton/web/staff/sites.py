"""Sites: the pages with a button, kept by administrators and site editors; no case is shown here."""

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import settings
from helpbutton.cases.site_use import SHOWN_FROM, site_use
from helpbutton.directory import queries as directory
from helpbutton.directory import sites
from helpbutton.directory.queries import SiteView
from helpbutton.directory.site_rules import PROMISE_LIMIT, Draft, ink_on
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.i18n import LANGUAGES
from helpbutton.web.headers import CSP
from helpbutton.web.policy import policy
from helpbutton.web.staff import site_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.snippets import snippets
from helpbutton.web.vocabulary import municipality_names

bp = staff_blueprint("sites", __name__)

DEFAULT_COLOUR = "#1c665b"
"""The loader's own."""


@bp.get("/sites")
@policy("staff")
def index() -> Response:
    """Every site that the actor may change, with its use."""
    _editors_only()
    found = sites.edited_sites(g.actor)
    ids = [site.id for site in found]
    return staff_page(
        "staff/sites.html",
        sites=found,
        seen=sites.last_seen(ids),
        use=site_use(ids),
        shown_from=SHOWN_FROM,
    )


@bp.route("/new-site", methods=["GET", "POST"])
@policy("staff")
def new() -> AnyResponse:
    """An empty form; sending it registers a site."""
    _editors_only()
    if request.method == "GET":
        return _form(None, site_form.NEW)
    draft, key = site_form.draft_from(request.form), request.form.get("key", "").strip()
    try:
        sites.create_site(
            actor=g.actor, key=key, organisation_id=site_form.organisation_from(request.form), draft=draft
        )
    except Invalid as error:
        return _form(None, draft, key=key, status=422, errors=error.errors)
    return redirect(url_for(".show", site=key, done="created"), 303)


@bp.get("/sites/<site>")
@policy("staff")
def show(site: str) -> Response:
    """One site: its use, the snippet to copy, a preview and the form."""
    found = sites.edited_site(g.actor, site)
    return _form(found, sites.draft_of(found))


@bp.post("/sites/<site>")
@policy("staff")
def save(site: str) -> AnyResponse:
    """Store the changed form; what was typed from an older state is shown again and stored by nobody."""
    found, draft = sites.edited_site(g.actor, site), site_form.draft_from(request.form)
    version = site_form.version_from(request.form)
    try:
        sites.change_site(actor=g.actor, key=site, version=version, draft=draft)
    except Invalid as error:
        return _form(found, draft, status=422, errors=error.errors, version=version)
    except Conflict:
        return _form(found, draft, status=409, stale=True)
    return redirect(url_for(".show", site=site, done="saved"), 303)


@bp.route("/sites/<site>/preview", methods=["GET", "POST"])
@policy("staff")
def preview(site: str) -> Response:
    """A page with the very button, framed in the form: it looks as typed, saved or not."""
    found = sites.edited_site(g.actor, site)
    look = site_form.preview_look(request.values, sites.draft_of(found))
    g.csp = f"{CSP}'self'; frame-src 'self'"
    return staff_page(
        "staff/site_preview.html",
        site=found,
        look=look,
        ink=ink_on(look["colour"] or DEFAULT_COLOUR),
    )


def _form(
    site: SiteView | None,
    draft: Draft,
    *,
    key: str = "",
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    stale: bool = False,
    version: int | None = None,
) -> Response:
    language = staff_language()
    g.csp = f"{CSP}'none'; frame-src 'self'"
    return staff_page(
        "staff/site.html",
        status=status,
        site=site,
        draft=draft,
        key=key,
        version=version if version is not None or site is None else site.version,
        errors=site_form.in_words(errors, language),
        stale=stale,
        done=request.args.get("done", ""),
        owners=sites.owners(g.actor),
        owner=site_form.organisation_from(request.form),
        places=_places(language),
        topics=directory.topics(),
        all_languages=LANGUAGES,
        positions=site_form.POSITION_WORDS,
        promise_limit=PROMISE_LIMIT,
        default_colour=DEFAULT_COLOUR,
        **(_about(site) if site else {}),
    )


def _about(site: SiteView) -> dict[str, object]:
    base = settings.current().public_url
    return {
        "base": base,
        "snippets": snippets(site, base),
        "seen": sites.last_seen([site.id]).get(site.id),
        "use": site_use([site.id])[site.id],
        "shown_from": SHOWN_FROM,
    }


def _places(language: str) -> dict[str, str]:
    """Names of every municipality that is served, by code."""
    served = directory.installation().counties
    return municipality_names(
        (place.code for place in directory.municipalities() if place.county in served), language
    )


def _editors_only() -> None:
    if not sites.edited_organisations(g.actor):
        abort(403)
