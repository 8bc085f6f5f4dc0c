"""The JSON API: the same submission as the form, problems as RFC 9457."""

import datetime as dt
import json
import uuid
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request, url_for

from helpbutton import clock, settings
from helpbutton.cases.address import OutsideArea, address
from helpbutton.cases.intake import Receipt, find_by_key, submit_request
from helpbutton.cases.quarantine import Signs
from helpbutton.cases.submission import TEXT_LIMIT, parse
from helpbutton.directory import queries as directory
from helpbutton.directory.languages import site_for_families
from helpbutton.directory.queries import HelpLineView, in_language
from helpbutton.errors import AlreadyReceived, Conflict, FieldError, Invalid, NotFound
from helpbutton.i18n import LANGUAGES, WRITTEN, gettext
from helpbutton.reasons import N_
from helpbutton.web import field_messages, floods
from helpbutton.web.pages import choose_language
from helpbutton.web.policy import policy
from helpbutton.web.promise_words import promise_words, unread_words
from helpbutton.web.public.seen import noted

RETRY_AFTER_S = {429: floods.RETRY_AFTER_S, 503: 5}

bp = Blueprint("api", __name__, url_prefix="/api/v1")

TITLES = {
    400: N_("The request could not be read."),
    404: N_("There is nothing here."),
    405: N_("This address does not take that method."),
    409: N_("This request was already received."),
    413: N_("The request is too large."),
    415: N_("Send the request as application/json."),
    422: N_("Something in the request needs correcting."),
    429: N_("Too many requests at once. Please try again in a moment."),
    500: N_("Something went wrong on our side. Please try again."),
    503: N_("The service is out of order for a moment. Please try again."),
}


@bp.post("/requests")
@policy("public")
def post_request() -> Response:
    """Accept one request: 201 only after it is committed."""
    if not request.is_json:
        return problem(415)
    try:
        data = json.loads(request.get_data().decode("utf-8"))
    except (ValueError, RecursionError):
        return problem(400)
    language = _language_of(data)
    try:
        key = _idempotency_key()
        submission = parse(data)
        _refuse_closed(submission.site, key)
        if floods.is_one_too_many(submission.site, idempotency_key=key):
            return problem(429, language=language)
        signs = Signs(last_minute=floods.last_minute(submission.site))
        help_lines = directory.help_lines_today()
        receipt = submit_request(submission=submission, idempotency_key=key, signs=signs)
    except Invalid as error:
        return problem(422, language=language, errors=error.errors)
    except OutsideArea as error:
        outside = FieldError("municipality", "outside_area")
        county = in_language(error.county_names, language)
        return problem(422, language=language, errors=(outside,), county=county, contact=error.contact)
    except AlreadyReceived as error:
        return problem(409, language=language, same_body=error.same_body)
    except (NotFound, Conflict):
        return problem(503, language=language)
    floods.accepted(submission.site)
    return _created(receipt, language, help_lines.about(receipt.danger_flags, language))


@bp.get("/sites/<site>")
@policy("public")
def get_site(site: str) -> Response:
    """What a form of this site offers: languages, topics, municipalities, promise, help lines."""
    try:
        found = site_for_families(site)
    except NotFound:
        return problem(404)
    language = choose_language(request, found.languages[0], found.languages)
    description = jsonify(
        site=found.key,
        active=found.active,
        name=in_language(found.names, language),
        municipality=found.municipality,
        languages=list(found.languages),
        topics=[
            {"id": topic.id, "label": in_language(topic.names, language)}
            for topic in directory.topics_of(found)
        ],
        municipalities=[
            {"code": place.code, "name": in_language(place.names, language)}
            for place in directory.municipalities()
        ],
        promise=_site_promise(found.key, language) if found.active else None,
        promise_text=found.promise_texts.get(language),
        county=_county(found, language),
        text_limit=TEXT_LIMIT,
        help_lines=_numbers(directory.help_lines(language=language), language),
    )
    return noted(description, found.id)


def problem(
    status: int, *, language: str | None = None, errors: tuple[FieldError, ...] = (), **extra: Any
) -> Response:
    """A problem document (RFC 9457) with help lines, in the sender's language."""
    language = language or choose_language(request, "fi", WRITTEN)
    try:
        help_lines = _numbers(directory.help_lines(language=language), language)
    except Exception:
        help_lines = [{"name": "112", "number": directory.EMERGENCY_NUMBER, "hours": "24/7"}]
    body = {
        "type": "about:blank",
        "title": gettext(language, TITLES[status]),
        "status": status,
        **({"errors": [_field(error, language) for error in errors]} if errors else {}),
        "help_lines": help_lines,
        **extra,
    }
    response = make_response(json.dumps(body, ensure_ascii=False), status)
    response.content_type = "application/problem+json"
    if status in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[status])
    return response


def _created(receipt: Receipt, language: str, help_lines: list[HelpLineView]) -> Response:
    desk = receipt.desk
    response = jsonify(
        number=receipt.number,
        receipt_code=receipt.receipt_code,
        received_at=_rfc3339(receipt.received_at),
        respond_by=_rfc3339(receipt.respond_by),
        promise=promise_words(desk, receipt.respond_by, language=language),
        desk=in_language(desk.names, language),
        organisation=in_language(desk.organisation_names, language),
        receipt_url=settings.current().public_url + url_for("receipt.form"),
        help_lines=_numbers(help_lines, language),
        danger=bool(receipt.danger_flags),
        unread=_unread(receipt, language),
    )
    response.status_code = 201
    return response


def _unread(receipt: Receipt, language: str) -> dict[str, str] | None:
    """It is urgent, the desk is closed and nobody is on duty: until when nobody reads it, and what to do."""
    if receipt.unread_until is None:
        return None
    words = unread_words(receipt.desk, receipt.unread_until, language=language)
    return {"until": _rfc3339(receipt.unread_until), "in_words": words}


def _site_promise(site: str, language: str) -> str | None:
    try:
        target = address(parse({"site": site, "text": "-"}))
    except (OutsideArea, NotFound, Invalid):
        return None
    return promise_words(target.desk, target.promise.respond_by, language=language)


def _county(site: directory.SiteView, language: str) -> dict[str, object]:
    names, contact = directory.county_contact(directory.municipality(site.municipality).county)
    return {"name": in_language(names, language), "contact": contact}


def _refuse_closed(site: str, key: str) -> None:
    """Raise Invalid for a new request to a closed site; one that was received before is answered as before."""
    try:
        found = directory.site(site)
    except NotFound:
        return
    if not found.active and find_by_key(site=site, idempotency_key=key) is None:
        raise Invalid(FieldError("site", "closed"))


def _idempotency_key() -> str:
    try:
        return str(uuid.UUID(request.headers.get("Idempotency-Key", "")))
    except ValueError:
        raise Invalid(FieldError("Idempotency-Key", "uuid")) from None


def _language_of(data: object) -> str:
    asked = data.get("language") if isinstance(data, dict) else None
    return asked if isinstance(asked, str) and asked in LANGUAGES else choose_language(request, "fi", WRITTEN)


def _numbers(help_lines: list[HelpLineView], language: str) -> list[dict[str, str]]:
    return [
        {
            "name": in_language(line.names, language),
            "number": line.number,
            "hours": in_language(line.hours, language),
        }
        for line in help_lines
    ]


def _field(error: FieldError, language: str) -> dict[str, str]:
    return {"field": error.field, "code": error.code, "message": field_messages.in_words(error, language)}


def _rfc3339(moment: dt.datetime) -> str:
    return clock.local(moment).isoformat(timespec="seconds")
