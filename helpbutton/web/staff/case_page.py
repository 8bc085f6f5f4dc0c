"""The page of one case, and how every move on it is made: done, refused with the typed text kept, or done before."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton import clock
from helpbutton.cases import lifecycle, statutory
from helpbutton.cases.clock_queries import clocks_of
from helpbutton.cases.clock_rules import PAUSE_REASONS
from helpbutton.cases.handovers import handovers
from helpbutton.cases.queries import CasePage, ReasonLine, open_case
from helpbutton.cases.tasks import may_finish
from helpbutton.conversation.drafts import DraftView
from helpbutton.conversation.queries import thread_for_staff
from helpbutton.db import reading
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.notifications.queries import held_for_sender, opted_out
from helpbutton.web.numbers import row_id
from helpbutton.web.staff import case_work, safe_contact
from helpbutton.web.staff.answer_form import answer_form
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.promise_clock import clock_lines, family_waits, promise_clock

NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
SUBJECTS = ("topic", "triage", "desk", "promise")


def case_blueprint(name: str, module: str) -> Blueprint:
    """A staff blueprint whose every route has the number of a case."""
    bp = staff_blueprint(name, module)
    bp.before_request(_looks_like_a_number)
    return bp


def make_move(
    name: str,
    number: str,
    move: Callable[..., object],
    *,
    anchor: str | None = None,
    reached: Callable[[CasePage], bool] = lambda _case: False,
) -> AnyResponse:
    """Call `move(actor=, number=)` and show the case; where it is refused, the page says why and keeps what was typed.

    `name` is also the id of the form on the page. `reached` tells of a form that was sent twice, or by two people,
    whether what it asks for is so already. Another move than the known ones needs a partial with this id.
    """
    try:
        move(actor=g.actor, number=number)
    except Invalid as refusal:
        case = open_case(actor=g.actor, number=number)
        return case_page(case, status=422, failed=name, errors=refusal.errors)
    except Conflict:
        case = open_case(actor=g.actor, number=number)
        if not reached(case):
            return case_page(case, status=409, failed=name)
    return redirect(url_for("case.show", number=number, _anchor=anchor), 303)


def case_page(
    case: CasePage,
    *,
    status: int = 200,
    failed: str | None = None,
    errors: Sequence[FieldError] = (),
    writing: Mapping[str, str] | None = None,
    other_draft: DraftView | None = None,
) -> Response:
    """The page of a case that has just been opened; `failed` names the form that was refused with `errors`.

    `writing`: an answer that goes on, as it was typed; `other_draft`: what another page of this person keeps of it.
    """
    language = staff_language()
    clocks, now = clocks_of(reading(), case.id), clock.now()
    waits = family_waits(clocks)
    return staff_page(
        "staff/case.html",
        status=status,
        case=case,
        thread=thread_for_staff(case_id=case.id),
        clock=promise_clock(
            respond_by=waits.due_at if waits else case.respond_by,
            answered=waits is None,
            now=now,
            language=language,
        ),
        clocks=clock_lines(clocks, now=now, language=language),
        pause_reasons=PAUSE_REASONS,
        cautions=safe_contact.cautions(case, language),
        danger_words=_danger_words(case.reasons),
        quarantine=[line.reason for line in case.reasons if line.subject == "quarantine"],
        held_back=held_for_sender(case.id),
        opted_out=opted_out(case.id),
        why=[[line.reason for line in case.reasons if line.subject == of] for of in SUBJECTS],
        answering=answer_form(case, typed=request.form if failed == "answer" else writing, errors=errors),
        other_draft=other_draft,
        step_grounds=statutory.GROUNDS,
        outcomes=lifecycle.OUTCOMES,
        form_token=uuid.uuid4(),
        may_finish=may_finish,
        handed=handovers(actor=g.actor, case_id=case.id),
        failed=failed,
        errors=errors,
        typed=request.form if failed else {},
        **case_work.context(case, clocks, language),
    )


def version_of_form() -> int:
    """The version of the case that the form was made from; -1 without one."""
    return request.form.get("version", -1, type=row_id)


def token_of_form() -> str:
    """The token that makes sending a form twice harmless. Answers 400 without one."""
    try:
        return str(uuid.UUID(request.form.get("token", "")))
    except ValueError:
        abort(400)


def _looks_like_a_number() -> None:
    if not NUMBER.fullmatch((request.view_args or {}).get("number", "")):
        abort(404)


def _danger_words(reasons: Sequence[ReasonLine]) -> list[str]:
    """The sender's words that were taken as signs of danger, each once."""
    quoted = (word for line in reasons if line.reason.code == "danger" for word in line.reason.words)
    return list(dict.fromkeys(quoted))
