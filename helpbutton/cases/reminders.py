"""Reminders that staff set for themselves or their desk: what has to be done with a case, and when."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case as sql_case
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.access import case_for, visible_cases, write_logbook
from helpbutton.cases.handover_rules import checked
from helpbutton.cases.kinds import REMIND
from helpbutton.cases.models import Case, CaseEvent
from helpbutton.cases.sent_forms import done_already
from helpbutton.cases.work_models import Reminder
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names
from helpbutton.vault.sealing import CaseVault

WORDS_LIMIT = 500
LONGEST = dt.timedelta(days=366)
PAGE = 200
CHANGED_HANDS = (
    *("taken", "released", "reopened", "moved", "transferred", "offer_returned", "offer_expired"),
    *(
        "assigned",
        "assignment_returned",
        "assignment_expired",
        "night_over",
        "colleague_left",
        "colleague_disabled",
    ),
)
"""Lines of the logbook by which whoever has a case loses it."""


@dataclass(frozen=True)
class ReminderView:
    """A reminder of one case (aware UTC). `words` is None where it is time to try to reach the family again; `name` is
    whose it is, None the desk's."""

    id: int
    due_at: dt.datetime
    words: str | None
    name: str | None
    mine: bool
    done_at: dt.datetime | None


@dataclass(frozen=True)
class ReminderRow:
    """An open reminder in the list of all cases, without its words. `trying`: it is time to try again."""

    id: int
    due_at: dt.datetime
    trying: bool
    mine: bool
    number: str
    service_names: Names
    overdue: bool


def add_reminder(
    *, actor: Actor, number: str, words: str, due_at: dt.datetime | None, for_desk: bool, token: str
) -> None:
    """Remind the actor, or whoever is at the desk, of something at an aware moment; the same `token` with the same
    content changes nothing.

    Raises NotFound, or Invalid (fields "reminder_words", "due_at"; another one was set with this token).
    """
    kept = checked(words, field="reminder_words", limit=WORDS_LIMIT)
    if due_at is None:
        raise Invalid(FieldError("due_at", "required"))
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="add_reminder")
        vault, account_id = case.case_key.vault(), None if for_desk else actor.account_id
        if done_already(
            session,
            Reminder,
            token,
            case,
            field="reminder_words",
            same=lambda made: (
                (_words(made, vault), made.due_at, made.account_id) == (kept, due_at, account_id)
            ),
        ):
            return
        _add(
            session,
            case,
            actor,
            account_id=account_id,
            due_at=ahead(due_at, field="due_at"),
            words=vault.seal(kept, f"reminder.words/{token}"),
            token=token,
        )
        write_logbook(session, case, "reminder_added", actor=actor)


def finish_reminder(*, actor: Actor, reminder_id: int) -> str:
    """It has been done; returns the case's number. Twice is harmless. Raises NotFound."""
    found = select(Case.number).join(Reminder, Reminder.case_id == Case.id)
    number = reading().scalar(found.where(Reminder.id == reminder_id, visible_cases(actor)))
    if number is None:
        raise NotFound("reminder")
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="finish_reminder")
        row = session.get_one(Reminder, reminder_id, populate_existing=True)
        if row.done_at is None:
            row.done_at, row.done_by = clock.now(), actor.account_id
            write_logbook(session, case, "reminder_done", actor=actor)
    return number


def of_next_try(session: Session, case: Case, actor: Actor, *, attempt_id: int, due_at: dt.datetime) -> None:
    """Remind of the next try in the caller's transaction: whoever has the case by then, else the desk."""
    token = f"attempt/{attempt_id}"
    _add(
        session,
        case,
        actor,
        account_id=None,
        due_at=due_at,
        words=None,
        token=token,
        attempt_id=attempt_id,
    )


def settle_tries(session: Session, case: Case, actor: Actor) -> None:
    """Another try has been made, so nobody need be reminded of it any more."""
    waiting = select(Reminder).where(
        Reminder.case_id == case.id, Reminder.attempt_id.is_not(None), Reminder.done_at.is_(None)
    )
    for row in session.scalars(waiting):
        row.done_at, row.done_by = clock.now(), actor.account_id


def left_the_person(session: Session, row: Reminder, case: Case) -> bool:
    """Whether the case has changed hands since the reminder was set, and the person whose it is does not have it."""
    changed = (
        CaseEvent.case_id == case.id,
        CaseEvent.at >= row.created_at,
        CaseEvent.verb.in_(CHANGED_HANDS),
    )
    return case.assigned_to != row.account_id and session.scalar(select(exists().where(*changed))) is True


def ahead(moment: dt.datetime, *, field: str) -> dt.datetime:
    """An aware moment that has to lie ahead, at most `LONGEST`. Raises Invalid."""
    now = clock.now()
    if not now < moment <= now + LONGEST:
        raise Invalid(FieldError(field, "not_ahead"))
    return moment


def reminders_of(session: Session, case: Case, vault: CaseVault, actor: Actor) -> tuple[ReminderView, ...]:
    """Every reminder of a case that the caller has just opened: the open ones first, by date."""
    rows = session.scalars(select(Reminder).where(Reminder.case_id == case.id)).all()
    people = {row.id: _whose(row, case) for row in rows}
    names = account_names({person for person in people.values() if person is not None})
    ordered = sorted(rows, key=lambda row: (row.done_at is not None, row.due_at, row.id))
    return tuple(
        ReminderView(
            id=row.id,
            due_at=row.due_at,
            words=_words(row, vault),
            name=names.get(people[row.id] or 0),
            mine=people[row.id] == actor.account_id,
            done_at=row.done_at,
        )
        for row in ordered
    )


def open_reminders(*, actor: Actor) -> list[ReminderRow]:
    """The open reminders of the actor and of their desks, the earliest first, at most `PAGE`; closed cases have none.

    Opening the list leaves one audit line in each organisation whose case it names.
    """
    person = sql_case((Reminder.attempt_id.is_(None), Reminder.account_id), else_=Case.assigned_to)
    with transaction() as session:
        rows = session.execute(
            select(Reminder, person, Case.number, Case.organisation_id, Service.names)
            .join(Case, Case.id == Reminder.case_id)
            .join(Service, Service.id == Case.service_id)
            .where(
                Reminder.done_at.is_(None),
                or_(person == actor.account_id, person.is_(None)),
                Case.state != lifecycle.CLOSED,
                visible_cases(actor),
            )
            .order_by(Reminder.due_at, Reminder.id)
            .limit(PAGE)
        ).all()
        _record(session, actor, {organisation_id for _row, _person, _number, organisation_id, _names in rows})
    now = clock.now()
    return [
        ReminderRow(
            id=row.id,
            due_at=row.due_at,
            trying=row.attempt_id is not None,
            mine=person_id == actor.account_id,
            number=number,
            service_names=names,
            overdue=row.due_at < now,
        )
        for row, person_id, number, _organisation_id, names in rows
    ]


def _record(session: Session, actor: Actor, organisations: Collection[int]) -> None:
    for organisation_id in sorted(organisations):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action="list",
            subject="reminders",
        )


def _whose(row: Reminder, case: Case) -> int | None:
    """The account of whoever is reminded, None the desk: of a next try whoever has the case now."""
    return row.account_id if row.attempt_id is None else case.assigned_to


def _words(row: Reminder, vault: CaseVault) -> str | None:
    return vault.open(row.words, f"reminder.words/{row.token}")


def _add(
    session: Session,
    case: Case,
    actor: Actor,
    *,
    account_id: int | None,
    due_at: dt.datetime,
    words: bytes | None,
    token: str,
    attempt_id: int | None = None,
) -> None:
    row = Reminder(
        case_id=case.id,
        account_id=account_id,
        due_at=due_at,
        words=words,
        attempt_id=attempt_id,
        created_at=clock.now(),
        created_by=actor.account_id,
        token=token,
    )
    session.add(row)
    session.flush()
    outbox.add(session, REMIND, ref=row.id, due_at=due_at)
