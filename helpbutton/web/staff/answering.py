"""Answering the family: drafts that keep themselves, replies and open help to insert, the look before sending."""

import uuid
from functools import partial

from flask import Response, g, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases.queries import CasePage, open_case
from helpbutton.conversation import drafts, saved_replies
from helpbutton.conversation import operations as conversation
from helpbutton.conversation.queries import Entry
from helpbutton.directory.languages import offered
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.i18n import gettext, reading_language
from helpbutton.notifications.preview import nudge_of
from helpbutton.web import field_messages, pages
from helpbutton.web.carried import wants_json
from helpbutton.web.dates import time_of_day
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.staff.answer_form import card_for, typed_interpretation
from helpbutton.web.staff.case_page import (
    case_blueprint,
    case_page,
    make_move,
    token_of_form,
    version_of_form,
)
from helpbutton.web.staff.frame import staff_language, staff_page

bp = case_blueprint("answering", __name__)


@bp.post("/cases/<number>/answer")
@policy("staff")
def answer(number: str) -> AnyResponse:
    """A message that the family sees."""
    written = partial(
        _answer, body=request.form.get("body", ""), token=token_of_form(), version=version_of_form()
    )
    return make_move("answer", number, written, anchor="thread")


KEPT = ("token", "version", "draft_version", "body", "interpreted_from", "interpreted_to", "present")
"""What goes from page to page while an answer is being written."""


@bp.post("/cases/<number>/answer/preview")
@policy("staff")
def preview(number: str) -> AnyResponse:
    """The message as the family will see it, and how they will hear of it; nothing is sent, the draft is kept."""
    case = open_case(actor=g.actor, number=number)
    if case.closed_at is not None:
        return case_page(case, status=409, failed="answer")
    try:
        text = conversation.checked(request.form.get("body", ""))
        interpreted = typed_interpretation()
    except Invalid as refusal:
        return case_page(case, status=422, failed="answer", errors=refusal.errors)
    carried = {name: request.form.get(name, "") for name in KEPT} | _kept_on_the_way(number)
    return staff_page(
        "staff/answer_preview.html",
        case=case,
        look=_as_family_sees(case, text),
        language_of_family=_language_of_family(case),
        nudge=nudge_of(case.id),
        interpretation=interpreted,
        fields=list(carried.items()),
    )


def _kept_on_the_way(number: str) -> dict[str, str]:
    """The draft as it is looked at, for the script saves nothing more; what another page of this person keeps stays."""
    body, version = request.form.get("body", ""), request.form.get("draft_version", -1, type=row_id)
    try:
        kept = drafts.save_draft(
            actor=g.actor, number=number, body=body, token=token_of_form(), version=version
        )
    except Conflict:
        return {}
    return {"draft_version": str(kept.version)}


@bp.post("/cases/<number>/answer/write")
@policy("staff")
def write(number: str) -> Response:
    """On with writing: the case page with what was typed; with `show=help` also open help to choose from."""
    return case_page(open_case(actor=g.actor, number=number), writing=request.form)


@bp.post("/cases/<number>/answer/insert")
@policy("staff")
def insert(number: str) -> Response:
    """A saved reply ("reply-" and its id) or an activity ("help-" and its key) at the end of the text."""
    case = open_case(actor=g.actor, number=number)
    text = _chosen(case, request.form.get("insert", ""))
    if wants_json():
        return jsonify(text=text)
    body = "\n\n".join(part for part in (request.form.get("body", "").rstrip(), text) if part)
    return case_page(case, writing={**request.form.to_dict(), "body": body})


@bp.post("/cases/<number>/draft")
@policy("staff")
def save_draft(number: str) -> AnyResponse:
    """Keep the text as it is; an empty one, or the button `forget`, throws the draft away."""
    body = "" if "forget" in request.form else request.form.get("body", "")
    version = request.form.get("draft_version", -1, type=row_id)
    save = partial(drafts.save_draft, actor=g.actor, number=number, token=token_of_form())
    if wants_json():
        return _saved_by_itself(number, save, body, version)
    try:
        save(body=body, version=version)
    except Invalid as refusal:
        case = open_case(actor=g.actor, number=number)
        return case_page(case, status=422, failed="answer", errors=refusal.errors)
    except Conflict:
        case = open_case(actor=g.actor, number=number)
        other = drafts.own_draft(actor=g.actor, case_id=case.id)
        kept = {**request.form.to_dict(), "draft_version": str(other.version), "token": str(uuid.uuid4())}
        return case_page(case, status=409, writing=kept, other_draft=other)
    return redirect(url_for("case.show", number=number, _anchor="answer"), 303)


def _saved_by_itself(number: str, save: partial[drafts.DraftView], body: str, version: int) -> Response:
    """What the script hears: the kept draft, what is wrong with the text, or the other page's draft."""
    language = staff_language()
    try:
        kept = save(body=body, version=version)
    except Invalid as refusal:
        words = field_messages.in_words(refusal.errors[0], language)
        return make_response(jsonify(words=words), 422)
    except Conflict:
        other = drafts.draft_of(actor=g.actor, number=number)
        answer = {"other": other.body, "token": other.token, "version": other.version}
        return make_response(jsonify(**answer, own_token=str(uuid.uuid4())), 409)
    words = _kept_words(kept, language)
    return jsonify(version=kept.version, words=words)


def _kept_words(kept: drafts.DraftView, language: str) -> str:
    if kept.saved_at is None:
        return ""
    return gettext(language, "Draft kept at %(time)s", time=time_of_day(kept.saved_at, language))


def _answer(*, actor: object, number: str, body: str, token: str, version: int) -> None:
    conversation.answer(
        actor=g.actor,
        number=number,
        body=body,
        token=token,
        version=version,
        interpreted=typed_interpretation(),
    )


def _chosen(case: CasePage, choice: str) -> str:
    """The text of what was chosen. Raises NotFound."""
    kind, _, key = choice.partition("-")
    if kind == "help":
        return card_for(case, key)
    if kind == "reply" and key.isascii() and key.isdigit() and len(key) < 19:
        return saved_replies.words_of(service_id=case.desk.id, reply_id=int(key))
    raise NotFound("nothing to insert")


def _language_of_family(case: CasePage) -> str:
    """In which language the receipt page opens for somebody who reads the language of the request."""
    return case.language if case.language in offered() else reading_language(case.language)


def _as_family_sees(case: CasePage, text: str) -> Markup:
    """The message rendered by the very template of the receipt page, whose texts are escaped there."""
    entry = Entry(clock.now(), "to_family", g.actor.name, text, None)
    rendered = render_template(
        "public/thread_entry.html",
        **pages.words(_language_of_family(case)),
        entry=entry,
        desk="",
    )
    return Markup(rendered)  # noqa: S704
