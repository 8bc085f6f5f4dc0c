"""What a family does on its own page: read, write, change how it may be reached, take back, ask for its rights."""

import uuid
from collections.abc import Callable
from functools import partial

from flask import Response, request

from helpbutton import clock
from helpbutton.cases import after_closing, sender, tasks
from helpbutton.cases.submission import ANONYMOUS, check_nudge, parse_contact
from helpbutton.conversation.family import family_page, kind_of
from helpbutton.conversation.operations import write_from_family
from helpbutton.directory import queries as directory
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.reasons import N_
from helpbutton.web import field_messages
from helpbutton.web.promise_words import answer_by_words
from helpbutton.web.public import choices
from helpbutton.web.public.family_clock import family_clock
from helpbutton.web.public.found import marked, worth_pointing_out
from helpbutton.web.public.receipt_page import draft, language, show, token_of

TYPED = ("name", "phone", "email", "preferred", "not_before", "not_after")
TICKED = (
    *("safe_to_call", "safe_to_leave_message", "safe_to_text", "sms_may_name_service"),
    *("nudge_only", "private_phone"),
)
READERS = {
    "worker": N_("a worker"),
    "lead": N_("the person in charge"),
    "night duty": N_("a worker"),
}
YES_OR_NO = {"yes": True, "no": False}
RIGHTS = {"copy": tasks.COPY, "erase": tasks.ERASURE}


def thread(case_id: int, *, status: int = 200, notice: str = "", error: str = "") -> Response:
    """The family's page; a reply that is not sent yet stays in its field."""
    family = family_page(case_id=case_id)
    return show(
        "thread.html",
        status=status,
        family=family,
        promise=answer_by_words(family.respond_by, language=language()),
        waiting=family_clock(family.clocks, now=clock.now(), language=language()),
        receipt_token=token_of(case_id),
        message_token=str(uuid.uuid4()),
        notice=notice,
        error=error,
        draft="" if notice == "written" else draft(),
        roles=choices.in_words(READERS, language()),
        help_lines=directory.help_lines(flags=family.danger_flags, language=language()),
    )


def reply(case_id: int, *, anyway: bool = False) -> Response:
    """Store the reply; sending the same page twice stores it once.

    What tells who a family is that shall stay unknown is pointed out first, unless it is sent `anyway`.
    """
    if not anyway and kind_of(case_id) == ANONYMOUS and worth_pointing_out(draft(), anonymous=True):
        return _found(case_id)
    try:
        token = str(uuid.UUID(request.form.get("message_token", "")))
        write_from_family(case_id=case_id, body=draft_as_sent(), token=token)
    except Invalid as error:
        words = field_messages.in_words(error.errors[0], language())
        return thread(case_id, status=422, error=words)
    except Conflict:
        return thread(case_id, status=409, notice="closed")
    except ValueError:
        return thread(case_id, status=400, notice="send_again")
    return thread(case_id, notice="written")


def draft_as_sent() -> str:
    """The reply exactly as it arrived: what cannot be stored is refused, not repaired."""
    return request.form.get("body", "")


def contact(case_id: int) -> Response:
    """The contact details as they are, to be changed."""
    return _contact_form(case_id, sender.own_contact(case_id=case_id).model_dump())


def contact_again(case_id: int) -> Response:
    """The same with what was typed, in another language."""
    return _contact_form(case_id, _typed())


def save_contact(case_id: int) -> Response:
    """Store new contact details, or show what is wrong with them, or how choices that do not fit are kept."""
    given = _typed()
    try:
        contact = parse_contact(_fitting(given))
        check_nudge(contact, field="phone")
        changed = sender.change_contact(case_id=case_id, contact=contact)
    except Invalid as error:
        return _contact_form(case_id, given, status=422, errors=error.errors)
    except Conflict:
        return thread(case_id, status=409, notice="contact_closed")
    if _fitting(given) != given:
        return _contact_form(case_id, contact.model_dump(), adjusted=True)
    return thread(case_id, notice="contact_saved" if changed else "contact_same")


def confirm(what: str, case_id: int) -> Response:
    """What follows from withdrawing, a copy or erasure, before it is asked for."""
    return show("confirm.html", what=what, receipt_token=token_of(case_id))


def withdraw(case_id: int) -> Response:
    """The request is taken back."""
    try:
        sender.withdraw(case_id=case_id)
    except Conflict:
        return thread(case_id, status=409, notice="withdraw_closed")
    return thread(case_id, notice="withdrawn")


def ask_for(right: str, case_id: int) -> Response:
    """A copy or erasure is asked for."""
    sender.ask_for(case_id=case_id, kind=RIGHTS[right])
    return thread(case_id, notice=f"asked_{right}")


def say_after_closing(case_id: int) -> Response:
    """Keep what the family thinks of its closed case; a "no" offers to open it again by writing."""
    helped, told_again = (YES_OR_NO.get(request.form.get(name, "")) for name in ("helped", "told_again"))
    try:
        after_closing.say(case_id=case_id, helped=helped, told_again=told_again)
    except Invalid:
        return thread(case_id, status=422, notice="after_closing_missing")
    except Conflict:
        return thread(case_id, status=409)
    return thread(case_id, notice="after_closing_thanks" if helped else "after_closing_no")


STEPS: dict[str, Callable[[int], Response]] = {
    "reply": reply,
    "reply_anyway": partial(reply, anyway=True),
    "contact": contact,
    "contact_again": contact_again,
    "save_contact": save_contact,
    **{what: partial(confirm, what) for what in ("withdraw", *RIGHTS)},
    "do_withdraw": withdraw,
    "after_closing": say_after_closing,
    **{f"do_{right}": partial(ask_for, right) for right in RIGHTS},
}
"""The button that was pressed and what it does; whatever else arrives shows the thread."""


def _found(case_id: int) -> Response:
    """What in the reply seems to tell who the family is: take it out, or send it anyway. Nothing is stored yet."""
    found = worth_pointing_out(draft(), anonymous=True)
    return show(
        "reply_found.html",
        found=found,
        anonymous=True,
        text_parts=marked(draft(), found),
        receipt_token=token_of(case_id),
        message_token=request.form.get("message_token", ""),
    )


def _contact_form(
    case_id: int,
    values: dict[str, object],
    *,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    adjusted: bool = False,
) -> Response:
    tongue = language()
    return show(
        "contact.html",
        status=status,
        values={name: str(value).replace("\x00", "") if value else "" for name, value in values.items()},
        errors={error.field: field_messages.in_words(error, tongue) for error in errors},
        adjusted=adjusted,
        preferred=choices.in_words(choices.PREFERRED, tongue),
        receipt_token=token_of(case_id),
    )


def _typed() -> dict[str, object]:
    """The posted contact details."""
    form = request.form
    text = {name: form.get(name, "").strip() or None for name in TYPED}
    return {**text, **{name: form.get(name) == "1" for name in TICKED}}


def _fitting(given: dict[str, object]) -> dict[str, object]:
    """The same without contradictions: a number for nudges alone is for nothing else, a voice message needs a call."""
    nudge_only = bool(given["nudge_only"])
    safe_to_call = bool(given["safe_to_call"]) and not nudge_only
    return given | {
        "safe_to_text": bool(given["safe_to_text"]) or nudge_only,
        "safe_to_call": safe_to_call,
        "safe_to_leave_message": bool(given["safe_to_leave_message"]) and safe_to_call,
    }
