"""Climbing: each round tells the people of the next step, until somebody has accepted; then it is over."""

import datetime as dt
from functools import partial

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases import lifecycle
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.models import Case, CaseEvent, Clock
from helpbutton.cases.promise import NeverOpen, next_opening
from helpbutton.db import after_commit, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.errors import Conflict, NotFound
from helpbutton.escalation.kinds import CLIMB
from helpbutton.escalation.ladder import GROUND, URGENT, Ladder, Place, after, read
from helpbutton.escalation.ladders import ladder_for
from helpbutton.escalation.models import Climb
from helpbutton.escalation.people import list_of, people_on
from helpbutton.escalation.queries import ACTS, is_live, is_urgent_climbing, overseen_by
from helpbutton.notifications.lifecycle import DUTY_ALERT, REMINDER_ALERT
from helpbutton.notifications.models import Notification
from helpbutton.notifications.to_people import About, tell, told_lately
from helpbutton.staff.actor import Actor
from helpbutton.staff.choices import REMINDERS
from helpbutton.staff.choices import URGENT as URGENT_WORD

JUST_TOLD = dt.timedelta(minutes=5)
"""Whoever was alerted about the case so shortly ago is not alerted again by a step."""

log = structlog.get_logger()


def start_climb(notification_id: int) -> None:
    """To-do: what a duty alert speaks of climbs until somebody accepts it, unless somebody has it in hand already.

    A case that is in hand climbs only when it needs a look again, because of new words of danger.
    """
    with transaction() as session:
        alert = session.get_one(Notification, notification_id)
        case = _case(session, alert.case_id)
        if case is None or _is_no_longer_urgent(case):
            return
        in_hand = case.assigned_to is not None and not case.needs_review
        earlier = (Climb.case_id == case.id, Climb.subject == URGENT, Climb.started_at >= alert.created_at)
        known = session.scalar(select(Climb.id).where(*earlier).limit(1)) is not None
        if in_hand or known or _act_since(session, case, alert.created_at) is not None:
            return
        live = _live(session, case, URGENT)
        if live is None:
            begin(session, case, subject=URGENT, started_at=alert.created_at)
        elif live.service_id != case.service_id:
            _follow(session, live, case.service_id)
            outbox.add(session, CLIMB, ref=live.id, priority=outbox.SOON, due_at=live.next_at)


def begin(
    session: Session, case: Case, *, subject: str, started_at: dt.datetime, of: Clock | None = None
) -> None:
    """Begin a climb, of a clock or of an urgent case, in the caller's transaction; one of each subject at a time.

    The caller holds the case's lock. The people on duty have heard of something urgent already; the first step of
    every other ladder comes when the desk is open.
    """
    if _live(session, case, subject) is not None:
        return
    service = session.get_one(Service, of.service_id if of is not None else case.service_id)
    ladder = ladder_for(session, service, subject)
    climb = Climb(
        case_id=case.id,
        clock_id=of.id if of is not None else None,
        subject=subject,
        service_id=service.id,
        steps=ladder.as_json(),
        started_at=started_at,
    )
    _stand(session, climb, _first_place(subject), since=started_at)
    session.add(climb)
    session.flush()
    outbox.add(session, CLIMB, ref=climb.id, priority=_priority(subject), due_at=climb.next_at)


def climb(climb_id: int) -> dt.datetime | None:
    """To-do: tell whoever comes next, unless somebody has accepted; returns when to go on (aware), None when over."""
    with transaction() as session:
        case = _case(session, session.scalar(select(Climb.case_id).where(Climb.id == climb_id)))
        row = session.get(Climb, climb_id, populate_existing=True)
        if case is None or row is None or row.ended in ("accepted", "moot"):
            return None
        now = clock.now()
        if _settle(session, row, case):
            return None
        desk = _clock_of(session, row).service_id if row.clock_id is not None else case.service_id
        if row.service_id != desk:
            _follow(session, row, desk)
        elif row.next_at <= now and _is_waiting(session, row, case):
            row.next_at = _reachable(session, row, now + dt.timedelta(minutes=_ladder(row).nag_min))
        if row.next_at <= now:
            _next_round(session, row, case)
        return row.next_at


def accept(*, actor: Actor, number: str) -> None:
    """The actor has seen it and acts: nobody else is told any more. Raises NotFound, Conflict (nothing climbs)."""
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="accept_alert")
        _accept(session, case, actor, "alert_accepted", Climb.case_id == case.id)


def accept_listed(*, actor: Actor, climb_id: int) -> None:
    """One climb from the list of what nobody has accepted, for a lead or an administrator who sees no case; whatever
    else climbs on the case goes on.

    Raises NotFound, Conflict (accepted already).
    """
    with transaction() as session:
        case_id = session.scalar(select(Climb.case_id).where(Climb.id == climb_id, overseen_by(actor)))
        case = _case(session, case_id)
        if case is None:
            raise NotFound("climb")
        _accept(session, case, actor, "listed_accepted", Climb.id == climb_id)


def _accept(session: Session, case: Case, actor: Actor, verb: str, scope: ColumnElement[bool]) -> None:
    live = session.scalars(select(Climb).where(scope, is_live())).all()
    if not live:
        raise Conflict("nobody has to accept anything here")
    event = write_logbook(session, case, verb, actor=actor)
    for row in live:
        _end_as_accepted(row, event)


def _end_as_accepted(row: Climb, act: CaseEvent) -> None:
    row.ended, row.ended_at = "accepted", clock.now()
    row.accepted_at, row.accepted_by = act.at, act.account_id


def _case(session: Session, case_id: int | None) -> Case | None:
    """The case, locked: nobody takes or answers it while it is decided whom to tell."""
    if case_id is None:
        return None
    return session.get(Case, case_id, with_for_update=True, populate_existing=True)


def _live(session: Session, case: Case, subject: str) -> Climb | None:
    """The climb of this subject that still goes on; one that is over but was not looked at since is settled now."""
    row = session.scalar(select(Climb).where(Climb.case_id == case.id, Climb.subject == subject, is_live()))
    if row is None or not _settle(session, row, case):
        return row
    session.flush()
    return None


def _settle(session: Session, row: Climb, case: Case) -> bool:
    """Whether it is over: a person of the desk has acted on the case since it began, or there is no matter left."""
    act = _act_since(session, case, row.started_at)
    if act is not None:
        _end_as_accepted(row, act)
    elif _is_moot(session, row, case):
        row.ended, row.ended_at = "moot", clock.now()
    else:
        return False
    return True


def _act_since(session: Session, case: Case, moment: dt.datetime) -> CaseEvent | None:
    """What staff first did to a case since then that shows that somebody has it in hand."""
    since = (CaseEvent.case_id == case.id, CaseEvent.verb.in_(ACTS), CaseEvent.at >= moment)
    return session.scalar(select(CaseEvent).where(*since).order_by(CaseEvent.id).limit(1))


def _is_moot(session: Session, row: Climb, case: Case) -> bool:
    if row.clock_id is not None:
        return case.state == lifecycle.CLOSED or _clock_of(session, row).stopped_at is not None
    return _is_no_longer_urgent(case)


def _is_no_longer_urgent(case: Case) -> bool:
    return case.state == lifecycle.CLOSED or case.urgency != URGENT


def _is_waiting(session: Session, row: Climb, case: Case) -> bool:
    """A paused clock presses nobody, and one that has run out adds nothing while the case climbs as urgent."""
    if row.clock_id is None:
        return False
    return _clock_of(session, row).paused_at is not None or is_urgent_climbing(session, case.id)


def _clock_of(session: Session, row: Climb) -> Clock:
    return session.get_one(Clock, row.clock_id, populate_existing=True)


def _follow(session: Session, row: Climb, service_id: int) -> None:
    """Another desk answers for it now: its people begin at the foot of their own ladder."""
    row.service_id = service_id
    row.steps = ladder_for(session, session.get_one(Service, service_id), row.subject).as_json()
    row.ended = row.ended_at = None
    _stand(session, row, _first_place(row.subject), since=clock.now())


def _next_round(session: Session, row: Climb, case: Case) -> None:
    """Tell the people of the next place; where a step is empty, or the next one is due at once, go on."""
    ladder, now = _ladder(row), clock.now()
    reached = told_lately(session, case.id, since=now - JUST_TOLD)
    while True:
        place, _ = after(ladder, Place(row.step, row.nags))
        heard = _tell(session, row, case, place, reached)
        if place.step == ladder.end and row.ended is None:
            _list(session, row, case)
        _stand(session, row, place, since=now)
        _, wait = after(ladder, place)
        if place.step == ladder.end or (heard and wait > 0):
            return


def _tell(session: Session, row: Climb, case: Case, place: Place, reached: set[str]) -> bool:
    ladder, service = _ladder(row), session.get_one(Service, row.service_id)
    if place.step == ladder.end:
        return _tell_list(session, row, service)
    step = ladder.steps[place.step]
    people = people_on(session, step.who, case=case, service=service, told=_told(session, row))
    about = About(*_words(row.subject), f"climb/{row.id}/{place.step}/{place.nags}", case.id, step.channels)
    heard = tell(session, about, people, reached=reached)
    if heard and place.nags == 0:
        write_logbook(session, case, "alert_climbed", to=step.who)
    return heard


def _tell_list(session: Session, row: Climb, service: Service) -> bool:
    """Everybody on the list, once an hour for each desk however much waits there, whatever they have chosen."""
    hour = clock.now().strftime("%Y%m%d%H")
    purpose, group = _words(row.subject)
    people, key = list_of(session, service), f"list/{service.id}/{purpose}/{hour}"
    about = About(purpose, group, key, None, ("sms", "email"))
    if tell(session, about, people, reached=set()):
        return True
    return tell(
        session, About(purpose, group, key, None, ("sms", "email"), heed=False), people, reached=set()
    )


def _list(session: Session, row: Climb, case: Case) -> None:
    row.ended, row.ended_at = "list", clock.now()
    write_logbook(session, case, "nobody_accepted")
    alarm = partial(log.error, "nobody_accepted", climb=row.id, subject=row.subject, service=row.service_id)
    after_commit(session, alarm)


def _told(session: Session, row: Climb) -> set[int]:
    """Accounts that this climb has told."""
    mine = or_(
        Notification.dedupe_key.startswith(f"climb/{row.id}/"),
        (Notification.purpose == DUTY_ALERT) & (Notification.created_at >= row.started_at),
    )
    rows = session.scalars(
        select(Notification.account_id).where(
            Notification.case_id == row.case_id, Notification.account_id.is_not(None), mine
        )
    )
    return {account_id for account_id in rows if account_id is not None}


def _stand(session: Session, row: Climb, place: Place, *, since: dt.datetime) -> None:
    _, wait = after(_ladder(row), place)
    row.step, row.nags = place.step, place.nags
    row.next_at = _reachable(session, row, since + dt.timedelta(minutes=wait))


def _reachable(session: Session, row: Climb, moment: dt.datetime) -> dt.datetime:
    """The moment itself, or for what is not urgent the desk's next opening."""
    if row.subject == URGENT:
        return moment
    try:
        return next_opening(desk_hours(session.get_one(Service, row.service_id)), moment)
    except NeverOpen:
        return moment


def _first_place(subject: str) -> Place:
    return Place(0) if subject == URGENT else GROUND


def _ladder(row: Climb) -> Ladder:
    return read(row.steps, subject=row.subject)


def _words(subject: str) -> tuple[str, str]:
    """The purpose of the notifications and the group of choices that they fall under."""
    return (DUTY_ALERT, URGENT_WORD) if subject == URGENT else (REMINDER_ALERT, REMINDERS)


def _priority(subject: str) -> int:
    return outbox.SOON if subject == URGENT else outbox.NORMAL
