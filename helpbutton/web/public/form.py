"""The form, framed and as a full page: write, check, send. Stateless until sent; works without JavaScript."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from helpbutton import clock
from helpbutton.cases.address import Address, OutsideArea, address
from helpbutton.cases.intake import find_by_key, submit_request
from helpbutton.cases.quarantine import Signs
from helpbutton.cases.submission import ANONYMOUS, Submission, check_nudge, parse
from helpbutton.conversation.operations import write_from_family
from helpbutton.directory.languages import site_for_families
from helpbutton.directory.queries import SiteView
from helpbutton.errors import AlreadyReceived, Conflict, FieldError, Invalid, NotFound
from helpbutton.web import floods
from helpbutton.web.pages import choose_language
from helpbutton.web.policy import policy
from helpbutton.web.public import fields as form_fields
from helpbutton.web.public import form_pages as pages
from helpbutton.web.public import form_token
from helpbutton.web.public.form_pages import Visit
from helpbutton.web.public.found import worth_pointing_out
from helpbutton.web.public.seen import noted

bp = Blueprint("form", __name__)

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
SITE_KEY = re.compile(r"[a-z0-9-]{1,60}")


@bp.route("/embed/<site>", methods=["GET", "POST"], defaults={"framed": True})
@bp.route("/ask/<site>", methods=["GET", "POST"], defaults={"framed": False})
@policy("public")
def ask(site: str, framed: bool) -> Response:
    """Every step of the form; `step` says which. Only `send` and `message` store anything.

    A closed site gives out no new forms; one that was opened before is still taken, so no text is lost.
    """
    found = _site(site)
    if found is None:
        return pages.unknown_site()
    g.frame_ancestors = pages.ancestors(found) if framed else []
    if request.method != "POST":
        visit = _first_visit(found, framed)
        return noted(pages.form(visit), found.id) if found.active else pages.closed(visit)
    if request.mimetype not in FORM_TYPES:
        return pages.form(_first_visit(found, framed), status=415, notice="wrong_type")
    request.max_content_length = request.max_form_memory_size = form_fields.FORM_LIMIT
    visit, step = _posted_visit(found, framed)
    if "end" not in visit.posted:
        return pages.form(visit, status=400, notice="cut")
    if not visit.token.genuine:
        return pages.form(visit, status=400, notice="bad_token")
    return STEPS.get(step, check)(visit)


def edit(visit: Visit) -> Response:
    """Back to the form, with everything kept."""
    return pages.form(visit)


def check(visit: Visit) -> Response:
    """The summary before sending: who answers and by when. Stores and logs nothing."""
    read = _read(visit)
    return read if isinstance(read, Response) else pages.summary(visit, *read)


def send(visit: Visit) -> Response:
    """Store the request, then show its receipt; the same form sent again shows the same receipt."""
    read = _read(visit)
    if isinstance(read, Response):
        return read
    submission, target = read
    site, key = visit.site.key, visit.token.nonce
    try:
        if floods.is_one_too_many(site, idempotency_key=key):
            response = pages.summary(visit, submission, target, status=429, notice="flood")
            response.headers["Retry-After"] = str(floods.RETRY_AFTER_S)
            return response
        receipt = submit_request(submission=submission, idempotency_key=key, signs=_signs(visit))
    except AlreadyReceived as earlier:
        return pages.already_sent(visit, earlier)
    except (Conflict, SQLAlchemyError):
        return pages.summary(visit, submission, target, status=503, notice="not_stored")
    floods.accepted(site)
    return pages.sent(visit, submission, receipt)


def _signs(visit: Visit) -> Signs:
    """What a form tells about whether a person sent it; whether JavaScript ran is never looked at."""
    return Signs(
        trap=bool(visit.posted.get(form_fields.TRAP)),
        seconds=(clock.now() - visit.token.shown_at).total_seconds(),
        last_minute=floods.last_minute(visit.site.key),
    )


def message(visit: Visit, *, anyway: bool = False) -> Response:
    """The changed text of a request that was sent before, as a message in its thread.

    What tells who a family is that shall stay unknown is pointed out first, unless it is sent `anyway`.
    """
    case = find_by_key(site=visit.site.key, idempotency_key=visit.token.nonce)
    if case is None:
        return check(visit)
    text = visit.posted.get("text", "")
    found = worth_pointing_out(text, anonymous=True) if case.kind == ANONYMOUS and not anyway else ()
    if found:
        earlier = AlreadyReceived(case_id=case.id, received_at=case.received_at, same_body=False)
        return pages.already_sent(visit, earlier, found=found)
    try:
        write_from_family(case_id=case.id, body=text, token=_message_token(visit))
    except Invalid as error:
        wrong = tuple(replace(found, field="text") for found in error.errors)
        return pages.form(visit, status=422, errors=wrong)
    except Conflict:
        renewed = replace(visit, token=form_token.fresh(visit.site.key))
        return pages.form(renewed, status=409, notice="closed")
    return pages.message_sent(visit, case.received_at)


STEPS: dict[str, Callable[[Visit], Response]] = {
    **{"check": check, "edit": edit, "send": send, "message": message},
    "message_anyway": partial(message, anyway=True),
}


def _site(key: str) -> SiteView | None:
    try:
        return site_for_families(key) if SITE_KEY.fullmatch(key) else None
    except NotFound:
        return None


def _first_visit(site: SiteView, framed: bool) -> Visit:
    language = choose_language(request, site.languages[0], site.languages)
    values = {"role": "parent", "municipality": site.municipality, "topic": request.args.get("topic", "")}
    return Visit(site, framed, language, values, form_token.fresh(site.key))


def _posted_visit(site: SiteView, framed: bool) -> tuple[Visit, str]:
    """What arrived and the step it asks for; a change of language shows the same page again."""
    posted = form_fields.arrived(request)
    switched = posted.get("switch") in site.languages
    language = posted.get("switch" if switched else "lang", "")
    if language not in site.languages:
        language = choose_language(request, site.languages[0], site.languages)
    token = form_token.read(site.key, posted.get("form_token", ""))
    return Visit(site, framed, language, posted, token), posted.get("page" if switched else "step", "")


def _read(visit: Visit) -> tuple[Submission, Address] | Response:
    """The typed submission with its desk, or the form again saying what stands in the way."""
    data = form_fields.to_submission(visit.posted, site=visit.site.key, page_language=visit.language)
    try:
        submission = parse(data)
        check_nudge(submission.contact, field="contact.phone")
        return submission, address(submission)
    except Invalid as error:
        return pages.form(visit, status=422, errors=error.errors)
    except OutsideArea as outside:
        wrong = FieldError("municipality", "outside_area")
        return pages.form(visit, status=422, errors=(wrong,), outside=outside)
    except NotFound:
        return pages.form(visit, status=503, notice="no_desk")


def _message_token(visit: Visit) -> str:
    try:
        return str(uuid.UUID(visit.posted.get("message_token", "")))
    except ValueError:
        return str(uuid.uuid5(uuid.UUID(visit.token.nonce), visit.posted.get("text", "")))
