"""Cases that belong together: linked, parted, and closed where the same sender has sent the same request twice."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import clocks, handling, lifecycle, receipts
from helpbutton.cases.access import case_for, visible_cases, write_logbook
from helpbutton.cases.handover_models import CaseLink
from helpbutton.cases.models import Case
from helpbutton.cases.search import NUMBER
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor


@dataclass(frozen=True)
class LinkedCase:
    """Another case that the reader may see too. `duplicate`: it was closed because it is this one once more."""

    number: str
    topic: str | None
    state: str
    desk_names: Names
    duplicate: bool


def link(*, actor: Actor, number: str, other: str) -> None:
    """Two cases that the actor sees belong together; only staff know of it. Doing it twice is harmless.

    Raises NotFound, or Invalid ("other": no such case, or the same one).
    """
    with transaction() as session:
        case, linked = _both(session, actor, number, other, action="link")
        if _link(session, case, linked, actor):
            for one in (case, linked):
                write_logbook(session, one, "linked", actor=actor)


def unlink(*, actor: Actor, number: str, other: str) -> None:
    """They do not belong together after all. Raises NotFound, Invalid, or Conflict for a duplicate that is closed."""
    with transaction() as session:
        case, linked = _both(session, actor, number, other, action="unlink")
        found = session.get(CaseLink, _pair(case, linked))
        if found is None:
            return
        duplicate = next((one for one in (case, linked) if one.id == found.duplicate_id), None)
        if duplicate is not None and duplicate.outcome == lifecycle.DUPLICATE:
            raise Conflict("one of them is closed as a duplicate of the other")
        session.delete(found)
        for one in (case, linked):
            write_logbook(session, one, "unlinked", actor=actor)


def close_as_duplicate(*, actor: Actor, number: str, version: int, other: str, same_sender: bool) -> None:
    """Close the case because its sender has sent `other` too, which is answered at the earlier of the two dates.

    The sender reads on the closed one that the other is answered, so the actor has to say that they are the same
    person. Raises NotFound, Conflict (changed since `version`, not possible in this state), or Invalid: "other" (no
    such case, the same one, or closed), "same_sender".
    """
    if not same_sender:
        raise Invalid(FieldError("same_sender", "required"))
    with transaction() as session:
        case, kept = _both(session, actor, number, other, action="close_as_duplicate")
        if case.version != version:
            raise Conflict("the case changed since the page was opened")
        if kept.state == lifecycle.CLOSED:
            raise Invalid(FieldError("other", "closed_case"))
        _link(session, case, kept, actor)
        session.get_one(CaseLink, _pair(case, kept)).duplicate_id = case.id
        more_urgent = _carry_over(session, case, kept)
        handling.lift_quarantine(session, case, actor=actor)
        handling.end(session, case, actor=actor, outcome=lifecycle.DUPLICATE)
        event = write_logbook(session, kept, "duplicate_closed", actor=actor)
        if more_urgent:
            handling.alert_again(session, kept, since=event)


def linked_to(session: Session, actor: Actor, case_id: int) -> tuple[LinkedCase, ...]:
    """The cases that belong to one that the actor has opened, as far as they may see them, the newest first."""
    rows = session.execute(
        select(Case.number, Case.topic, Case.state, Service.names, CaseLink.duplicate_id == Case.id)
        .join(CaseLink, _is_other_end(case_id))
        .join(Service, Service.id == Case.service_id)
        .where(visible_cases(actor))
        .order_by(Case.received_at.desc(), Case.id.desc())
    )
    return tuple(
        LinkedCase(number, topic, state, names, bool(duplicate))
        for number, topic, state, names, duplicate in rows
    )


def _is_other_end(case_id: int) -> ColumnElement[bool]:
    return or_(
        (CaseLink.case_id == case_id) & (CaseLink.other_id == Case.id),
        (CaseLink.other_id == case_id) & (CaseLink.case_id == Case.id),
    )


def _both(session: Session, actor: Actor, number: str, other: str, *, action: str) -> tuple[Case, Case]:
    """Both cases, locked in one order whoever asks, so that two people never wait for each other."""
    typed = NUMBER.fullmatch(other.strip().upper().translate(receipts.READ_AS))
    asked = f"{typed[1]}-{typed[2]}" if typed else ""
    found = {}
    for each in sorted({number, asked}):
        try:
            found[each] = case_for(session, actor=actor, number=each, action=action)
        except NotFound:
            if each == number:
                raise
    if asked not in found or asked == number:
        raise Invalid(FieldError("other", "unknown_case" if other.strip() else "required"))
    return found[number], found[asked]


def _pair(one: Case, another: Case) -> tuple[int, int]:
    return (one.id, another.id) if one.id < another.id else (another.id, one.id)


def _link(session: Session, one: Case, another: Case, actor: Actor) -> bool:
    """Whether they were not linked before."""
    first, second = _pair(one, another)
    if session.get(CaseLink, (first, second)) is not None:
        return False
    session.add(CaseLink(case_id=first, other_id=second, at=clock.now(), account_id=actor.account_id))
    session.flush()
    return True


def _carry_over(session: Session, case: Case, kept: Case) -> bool:
    """What made the closed one pressing makes the other one so: signs of danger, urgency, an unkept promise; and what
    has to be kept secret there is secret here. Whether the other one is more urgent now."""
    signs = list(dict.fromkeys([*kept.danger_flags, *case.danger_flags]))
    if signs != kept.danger_flags:
        kept.danger_flags, kept.needs_review = signs, True
    kept.secret_address = kept.secret_address or case.secret_address
    kept.do_not_tell_guardian = kept.do_not_tell_guardian or case.do_not_tell_guardian
    more_urgent = handling.raise_urgency(kept, case.urgency)
    clocks.keep_to_law(session, kept)
    if case.answered_at is None and kept.answered_at is None and case.respond_by > clock.now():
        handling.promise_earlier(session, kept, case.respond_by)
    return more_urgent
