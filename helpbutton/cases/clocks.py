"""The clocks of a case: started, moved, stopped in the caller's transaction, paused and settled by staff.

Whoever calls one of these for a case holds its lock.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock as time
from helpbutton import outbox
from helpbutton.cases import clock_rules as rules
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.clock_rules import FIRST_CONTACT, NEXT_ANSWER, STATUTORY
from helpbutton.cases.kinds import WATCH_CLOCK
from helpbutton.cases.models import Case, Clock
from helpbutton.cases.promise import DeskHours, earlier
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Desk, desk_hours
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor


@dataclass(frozen=True)
class Look:
    """What a clock says for the first time: "warn", "slip", or None; and when to look again (aware UTC), or None."""

    says: Literal["warn", "slip"] | None
    again_at: dt.datetime | None


def begin(session: Session, case: Case, desk: Desk) -> None:
    """The clocks of a case that has just arrived at its desk: its first answer, and what the law demands."""
    _begin(session, case, FIRST_CONTACT, desk.id, desk.hours, due_at=case.respond_by, now=case.received_at)
    statutory = _statutory_due(case, desk.kind, since=case.received_at)
    if statutory is not None:
        _begin(session, case, STATUTORY, desk.id, desk.hours, due_at=statutory, now=case.received_at)


def start(
    session: Session,
    case: Case,
    kind: str,
    *,
    due_at: dt.datetime,
    now: dt.datetime,
    service: Service | None = None,
) -> Clock:
    """Start a clock of one of the kinds for a desk (the case's, unless another is given) and have it watched.

    Moments are aware. One that runs already goes on, due at the earlier of the two dates.
    """
    running = clock_running(case, kind)
    if running is not None:
        move_earlier(session, case, kind, due_at)
        return running
    desk = service or session.get_one(Service, case.service_id)
    return _begin(session, case, kind, desk.id, desk_hours(desk), due_at=due_at, now=now)


def stop(case: Case, kind: str, *, moot: bool = False, at: dt.datetime | None = None) -> None:
    """The running clock of this kind, if any, stops, and whether it was kept is on record.

    `moot`: nothing was owed any more, so a date that was not reached counts neither as kept nor as broken. `at`: the
    aware moment at which it was done, when that is found out later.
    """
    running, now = clock_running(case, kind), at or time.now()
    if running is None:
        return
    late = running.slipped_at is not None or (running.paused_at is None and now > running.due_at)
    running.kept = False if late else None if moot else True
    running.stopped_at = now
    _end_pause(running, now)
    _note_waiting(case, running)


def stop_all(case: Case, *, moot: bool) -> None:
    """Every running clock of the case stops: it is closed."""
    for running in _running(case):
        stop(case, running.kind, moot=moot)


def contact_made(case: Case) -> None:
    """The family has its answer, written or by a call that reached it."""
    for kind in rules.TO_THE_FAMILY:
        stop(case, kind)


def move_earlier(session: Session, case: Case, kind: str, due_at: dt.datetime) -> bool:
    """The clock of this kind falls due earlier, and with first contact the case's promise; never later.

    Returns whether a date moved.
    """
    moved = False
    if kind == FIRST_CONTACT and earlier(case.respond_by, due_at) != case.respond_by:
        case.respond_by, moved = due_at, True
    running = clock_running(case, kind)
    if running is not None and due_at < running.due_at:
        now = time.now()
        _end_pause(running, now)
        running.due_at, moved = due_at, True
        _note_waiting(case, running)
        _plan_warning(session, running, now)
        _watch(session, running)
    return moved


def family_wrote(session: Session, case: Case) -> dt.datetime | None:
    """The family waits for its first answer already, or for the next one from now on; a pause is over.

    Returns the new date when the urgency of the case moved a running clock earlier.
    """
    now, desk = time.now(), session.get_one(Service, case.service_id)
    waits = clock_running(case, FIRST_CONTACT) is not None
    kind = FIRST_CONTACT if waits else NEXT_ANSWER
    due_at = rules.due(
        kind, desk_hours(desk), since=now, promise_days=desk.promise_days, urgency=case.urgency
    )
    keep_to_law(session, case)
    running = clock_running(case, kind)
    if running is None:
        start(session, case, kind, due_at=due_at, now=now)
        return None
    if running.paused_at is not None:
        _go_on(session, case, running, desk_hours(desk), now)
    return due_at if move_earlier(session, case, kind, due_at) else None


def follow(session: Session, case: Case) -> None:
    """The desk that has the case now answers for what the family was promised."""
    now = time.now()
    for running in _running(case):
        if running.kind in rules.TO_THE_FAMILY and running.service_id != case.service_id:
            running.service_id = case.service_id
            _plan_warning(session, running, now)
            _watch(session, running)
    keep_to_law(session, case)


def keep_to_law(session: Session, case: Case) -> None:
    """Start, move earlier or end the statutory clock as the desk and the urgency of the case demand.

    A matter that comes to such a desk when the days from its receipt have passed counts from when it came there. Nobody
    waits for the answer to a canary: it has no clock.
    """
    if case.canary:
        return
    desk = session.get_one(Service, case.service_id)
    due_at = _statutory_due(case, desk.kind, since=case.received_at)
    running = clock_running(case, STATUTORY)
    if due_at is None:
        if running is not None:
            stop(case, STATUTORY, moot=True)
    elif running is not None:
        running.service_id = case.service_id
        move_earlier(session, case, STATUTORY, due_at)
    elif not _is_settled(case):
        since, now = case.received_at, time.now()
        if due_at <= now:
            since, due_at = now, _statutory_due(case, desk.kind, since=now) or due_at
        _begin(session, case, STATUTORY, desk.id, desk_hours(desk), due_at=due_at, now=since)


def pause(*, actor: Actor, number: str, kind: str, reason: str) -> None:
    """The clock of this kind stands still, for one of `PAUSE_REASONS`; pausing it again changes nothing.

    Raises NotFound, Invalid (no known reason), or Conflict (not running, overdue, or of a kind that nothing pauses).
    """
    if reason not in rules.PAUSE_REASONS:
        raise Invalid(FieldError("pause_reason", "unknown_value" if reason else "required"))
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="pause_clock")
        running, now = clock_running(case, kind), time.now()
        if running is None or kind in rules.NEVER_PAUSED or running.due_at <= now:
            raise Conflict("this clock cannot be paused")
        if running.paused_at is not None:
            return
        running.paused_at, running.pause_reason = now, reason
        _note_waiting(case, running)
        _watch(session, running)
        write_logbook(session, case, "clock_paused", actor=actor, clock=kind, reason=reason)


def resume(*, actor: Actor, number: str, kind: str) -> None:
    """The paused clock goes on with the open time that was left. Doing it twice is harmless.

    Raises NotFound, or Conflict when no clock of this kind runs.
    """
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="resume_clock")
        running = clock_running(case, kind)
        if running is None:
            raise Conflict("this clock does not run")
        if running.paused_at is not None:
            desk = session.get_one(Service, running.service_id)
            _go_on(session, case, running, desk_hours(desk), time.now())
            write_logbook(session, case, "clock_resumed", actor=actor, clock=kind)


def settle_statutory(*, actor: Actor, number: str) -> None:
    """What the law demands has been done: the assessment has begun, or the talk was offered. Twice is harmless.

    Raises NotFound.
    """
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="settle_clock")
        if clock_running(case, STATUTORY) is not None:
            stop(case, STATUTORY)
            write_logbook(session, case, "clock_settled", actor=actor, clock=STATUTORY)


def look(session: Session, clock_id: int) -> Look:
    """Look at a clock whose time has come, in the transaction of what follows from it; the case is locked.

    A warning or slip is said once and on record. A pause that lasted for `LONGEST_PAUSE` ends.
    """
    case = session.scalar(
        select(Case)
        .join(Clock, Clock.case_id == Case.id)
        .where(Clock.id == clock_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    found, now = session.get(Clock, clock_id, populate_existing=True), time.now()
    if case is None or found is None or found.stopped_at is not None:
        return Look(None, None)
    if found.paused_at is not None and found.paused_at + rules.LONGEST_PAUSE <= now:
        _go_on(session, case, found, desk_hours(session.get_one(Service, found.service_id)), now)
        write_logbook(session, case, "clock_resumed", clock=found.kind)
    says: Literal["warn", "slip"] | None = None
    if found.paused_at is None and found.slipped_at is None:
        if found.due_at <= now:
            found.slipped_at, says = now, "slip"
        elif found.warned_at is None and found.warn_at is not None and found.warn_at <= now:
            found.warned_at, says = now, "warn"
    return Look(says, _next_look(found))


def clock_running(case: Case, kind: str) -> Clock | None:
    """The clock of this kind that runs on the case, paused or not."""
    return next((running for running in _running(case) if running.kind == kind), None)


def _running(case: Case) -> list[Clock]:
    return [known for known in case.clocks if known.stopped_at is None]


def _begin(
    session: Session,
    case: Case,
    kind: str,
    service_id: int,
    hours: DeskHours,
    *,
    due_at: dt.datetime,
    now: dt.datetime,
) -> Clock:
    started = Clock(kind=kind, service_id=service_id, started_at=now, due_at=due_at)
    started.warn_at = rules.warning(hours, since=now, due_at=due_at)
    case.clocks.append(started)
    session.flush()
    _note_waiting(case, started)
    _watch(session, started)
    return started


def _statutory_due(case: Case, desk_kind: str, *, since: dt.datetime) -> dt.datetime | None:
    statute = rules.statute_for(kind=case.kind, role=case.role, desk_kind=desk_kind)
    if statute is None:
        return None
    return rules.statutory_due(statute, received=since, urgent=case.urgency == "urgent")


def _is_settled(case: Case) -> bool:
    return any(known.kind == STATUTORY and known.kept is not None for known in case.clocks)


def _plan_warning(session: Session, running: Clock, now: dt.datetime) -> None:
    if running.warned_at is None:
        desk = session.get_one(Service, running.service_id)
        running.warn_at = rules.warning(desk_hours(desk), since=now, due_at=running.due_at)


def _go_on(session: Session, case: Case, running: Clock, hours: DeskHours, now: dt.datetime) -> None:
    if running.paused_at is not None:
        running.due_at = rules.due_after_pause(
            hours, paused_at=running.paused_at, due_at=running.due_at, now=now
        )
    _end_pause(running, now)
    _note_waiting(case, running)
    _plan_warning(session, running, now)
    _watch(session, running)


def _end_pause(running: Clock, now: dt.datetime) -> None:
    if running.paused_at is not None:
        running.paused_s += int((now - running.paused_at).total_seconds())
        running.paused_at = running.pause_reason = None


def _note_waiting(case: Case, running: Clock) -> None:
    """The case says until when its family waits: one of their clocks runs at most, and who is paused presses nobody."""
    if running.kind in rules.TO_THE_FAMILY:
        stands_still = running.stopped_at is not None or running.paused_at is not None
        case.waits_until = None if stands_still else running.due_at


def _watch(session: Session, running: Clock) -> None:
    """Have somebody look at it when its next moment comes."""
    when = _next_look(running)
    if when is not None:
        outbox.add(session, WATCH_CLOCK, ref=running.id, due_at=when)


def _next_look(running: Clock) -> dt.datetime | None:
    return rules.next_look(
        warn_at=running.warn_at,
        due_at=running.due_at,
        paused_at=running.paused_at,
        warned_at=running.warned_at,
        slipped_at=running.slipped_at,
    )
