"""The case page and the moves that start from it."""

import re
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases import handling, lifecycle
from helpbutton.cases import queries as cases
from helpbutton.cases.queries import CasePage, ReasonLine
from helpbutton.cases.tasks import may_finish
from helpbutton.conversation import operations as conversation
from helpbutton.conversation.queries import thread_for_staff
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.notifications import texts
from helpbutton.notifications.queries import held_for_sender
from helpbutton.web.policy import policy
from helpbutton.web.staff import safe_contact
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import promise_clock

bp = staff_blueprint("case", __name__)

NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
REFERENCE_TO_COME = "····"
SUBJECTS = ("topic", "triage", "desk", "promise")
REACHED: dict[str, Callable[[CasePage], bool]] = {
    "take": lambda case: case.mine,
    "release": lambda case: case.assigned_to is None,
    "close": lambda case: case.outcome is not None and case.outcome == request.form.get("outcome"),
    "not_spam": lambda case: not case.quarantined,
    "spam": lambda case: case.outcome == lifecycle.SPAM,
}
"""When a form that was sent twice, or by two people, finds that what it asks for is so already."""


@bp.before_request
def _looks_like_a_number() -> None:
    if not NUMBER.fullmatch((request.view_args or {}).get("number", "")):
        abort(404)


@bp.get("/cases/<number>")
@policy("staff")
def show(number: str) -> Response:
    """Everything about one case; the look is on record."""
    return _page(cases.open_case(actor=g.actor, number=number))


@bp.post("/cases/<number>/take")
@policy("staff")
def take(number: str) -> AnyResponse:
    """The actor answers it from now on."""
    return _move("take", number, partial(handling.take, version=_version()))


@bp.post("/cases/<number>/release")
@policy("staff")
def release(number: str) -> AnyResponse:
    """Back to the desk."""
    return _move("release", number, partial(handling.release, version=_version()))


@bp.post("/cases/<number>/answer")
@policy("staff")
def answer(number: str) -> AnyResponse:
    """A message that the family sees."""
    written = partial(conversation.answer, body=request.form.get("body", ""), token=_form_token())
    return _move("answer", number, written, anchor="thread")


@bp.post("/cases/<number>/note")
@policy("staff")
def note(number: str) -> AnyResponse:
    """A note that the family never sees."""
    written = partial(conversation.write_note, body=request.form.get("body", ""), token=_form_token())
    return _move("note", number, written, anchor="thread")


@bp.post("/cases/<number>/close")
@policy("staff")
def close(number: str) -> AnyResponse:
    """Close with an outcome."""
    outcome = request.form.get("outcome", "")
    return _move("close", number, partial(handling.close, version=_version(), outcome=outcome))


@bp.post("/cases/<number>/not-spam")
@policy("staff")
def release_quarantine(number: str) -> AnyResponse:
    """A person sent it: its text messages go out."""
    return _move("not_spam", number, handling.release_quarantine)


@bp.post("/cases/<number>/spam")
@policy("staff")
def close_as_spam(number: str) -> AnyResponse:
    """No person sent it: closed."""
    return _move("spam", number, handling.close_as_spam)


@bp.post("/cases/<number>/proposal")
@policy("staff")
def decide_proposal(number: str) -> AnyResponse:
    """Pass the case on to the proposed desk, on a ground, or keep it here."""
    forward, ground = request.form.get("decision") == "forward", request.form.get("ground", "")
    decided = partial(handling.decide_proposal, version=_version(), forward=forward, ground=ground)
    response = _move("proposal", number, decided)
    if forward and response.status_code == 303:
        return redirect(url_for("worklist.show", done="forwarded"), 303)
    return response


def _move(name: str, number: str, move: Callable[..., None], anchor: str | None = None) -> AnyResponse:
    """Make the move and show the case; where it is refused, the page says why and keeps what was typed."""
    try:
        move(actor=g.actor, number=number)
    except Invalid as refusal:
        case = cases.open_case(actor=g.actor, number=number)
        return _page(case, status=422, failed=name, errors=refusal.errors)
    except Conflict:
        case = cases.open_case(actor=g.actor, number=number)
        if not (name in REACHED and REACHED[name](case)):
            return _page(case, status=409, failed=name)
    return redirect(url_for(".show", number=number, _anchor=anchor), 303)


def _page(
    case: CasePage, *, status: int = 200, failed: str | None = None, errors: Sequence[FieldError] = ()
) -> Response:
    language = staff_language()
    nudged = safe_contact.is_nudged(case.contact)
    return staff_page(
        "staff/case.html",
        status=status,
        case=case,
        thread=thread_for_staff(case_id=case.id),
        clock=promise_clock(
            respond_by=case.respond_by,
            answered=case.answered_at is not None,
            now=clock.now(),
            language=language,
        ),
        cautions=safe_contact.cautions(case, language),
        danger_words=_danger_words(case.reasons),
        quarantine=[line.reason for line in case.reasons if line.subject == "quarantine"],
        held_back=held_for_sender(case.id),
        why=[[line.reason for line in case.reasons if line.subject == of] for of in SUBJECTS],
        nudge=texts.body(purpose="nudge", language=case.language, reference=REFERENCE_TO_COME)
        if nudged
        else None,
        grounds=handling.GROUNDS,
        outcomes=lifecycle.OUTCOMES,
        form_token=uuid.uuid4(),
        may_finish=may_finish,
        failed=failed,
        errors=errors,
        typed=request.form if failed else {},
    )


def _danger_words(reasons: Sequence[ReasonLine]) -> list[str]:
    """The sender's words that were taken as signs of danger, each once."""
    quoted = (word for line in reasons if line.reason.code == "danger" for word in line.reason.words)
    return list(dict.fromkeys(quoted))


def _version() -> int:
    return request.form.get("version", -1, type=int)


def _form_token() -> str:
    """The token that makes sending a form twice harmless. Answers 400 without one."""
    try:
        return str(uuid.UUID(request.form.get("token", "")))
    except ValueError:
        abort(400)
