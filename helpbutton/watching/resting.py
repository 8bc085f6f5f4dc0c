"""To-dos that rest: whose they are, and what a human decides about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpbutton import outbox
from helpbutton.audit import operations as audit
from helpbutton.cases import kinds
from helpbutton.cases.handover_models import Referral, Transfer
from helpbutton.cases.models import Case, CaseEvent, Clock
from helpbutton.cases.work_models import Reminder
from helpbutton.conversation.kinds import TELL_DESK, TELL_SENDER
from helpbutton.conversation.models import Message
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.escalation.kinds import CLIMB
from helpbutton.escalation.models import Climb
from helpbutton.notifications.kinds import ASK_DELIVERY, DELIVER, SECOND_CHANNEL, START_CLIMB
from helpbutton.notifications.models import Notification
from helpbutton.outbox import Kind, Resting, ToDo
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

ABOUT: tuple[tuple[tuple[Kind, ...], InstrumentedAttribute[int], InstrumentedAttribute[Any]], ...] = (
    (
        (kinds.SORT_CASE, kinds.TELL_NEW_DESK, kinds.FORGET_NUMBER, kinds.SETTLE_HELD, kinds.NIGHT_OVER),
        Case.id,
        Case.id,
    ),
    (
        (kinds.SENDER_ACTED, kinds.TELL_OF_MOVE, kinds.TELL_ASSIGNED, kinds.ALERT_AGAIN),
        CaseEvent.id,
        CaseEvent.case_id,
    ),
    ((kinds.WATCH_CLOCK,), Clock.id, Clock.case_id),
    ((kinds.TELL_OF_TRANSFER,), Transfer.id, Transfer.case_id),
    ((kinds.TELL_OF_REFERRAL,), Referral.id, Referral.case_id),
    ((kinds.REMIND,), Reminder.id, Reminder.case_id),
    ((TELL_SENDER, TELL_DESK), Message.id, Message.case_id),
    ((DELIVER, ASK_DELIVERY, SECOND_CHANNEL, START_CLIMB), Notification.id, Notification.case_id),
    ((CLIMB,), Climb.id, Climb.case_id),
)
"""What the `ref` of these kinds names, and the case that it belongs to; other kinds belong to no case."""


@dataclass(frozen=True)
class Place:
    """Where a to-do's case is; all None for one without a case, or whose case is gone."""

    case_id: int | None
    number: str | None
    service_id: int | None
    organisation_id: int | None
    desk: Names | None


@dataclass(frozen=True)
class RestingAt:
    """A resting to-do, where its case is, and whether the actor may give it up."""

    todo: Resting
    place: Place
    may_give_up: bool


def waiting(actor: Actor) -> list[RestingAt]:
    """The resting to-dos of cases at desks that the actor leads and in organisations that they administer, oldest
    first; those without a case wait for every administrator."""
    resting = outbox.resting()
    places = _places(reading(), [todo.id for todo in resting])
    return [
        RestingAt(todo, places[todo.id], _administers(actor, places[todo.id]))
        for todo in resting
        if todo.id in places and _oversees(actor, places[todo.id])
    ]


def wake(*, actor: Actor, todo_id: int) -> None:
    """It is tried again from the start; no effect when it does not rest any more. Raises NotFound."""
    with transaction() as session:
        place = _places(session, [todo_id]).get(todo_id)
        if place is None or not _oversees(actor, place):
            raise NotFound("to-do")
        if outbox.wake(session, todo_id=todo_id):
            _record(session, actor, todo_id, place, "wake_to_do")


def give_up(*, actor: Actor, todo_id: int) -> None:
    """An administrator leaves it undone; no effect when it does not rest any more. Raises NotFound."""
    with transaction() as session:
        place = _places(session, [todo_id]).get(todo_id)
        if place is None or not _administers(actor, place):
            raise NotFound("to-do")
        if outbox.give_up(session, todo_id=todo_id):
            _record(session, actor, todo_id, place, "give_up_to_do")


def _places(session: Session, todo_ids: Sequence[int]) -> Mapping[int, Place]:
    case_of = case(
        *(
            (
                ToDo.kind.in_([kind.name for kind in about]),
                select(of_case).where(key == ToDo.ref).correlate(ToDo).scalar_subquery(),
            )
            for about, key, of_case in ABOUT
        )
    )
    owned = select(ToDo.id, case_of.label("case_id")).where(ToDo.id.in_(todo_ids)).subquery()
    rows = session.execute(
        select(owned.c.id, Case.id, Case.number, Case.service_id, Case.organisation_id, Service.names)
        .select_from(owned)
        .outerjoin(Case, Case.id == owned.c.case_id)
        .outerjoin(Service, Service.id == Case.service_id)
    )
    return {todo_id: Place(*place) for todo_id, *place in rows}


def _oversees(actor: Actor, place: Place) -> bool:
    leads = place.service_id is not None and actor.services.get(place.service_id) == "lead"
    return leads or _administers(actor, place)


def _administers(actor: Actor, place: Place) -> bool:
    administered = actor.organisations_as("administrator")
    return bool(administered) if place.organisation_id is None else place.organisation_id in administered


def _record(session: Session, actor: Actor, todo_id: int, place: Place, action: str) -> None:
    """One line where the case is, or in each organisation of the administrator when there is none."""
    own = (
        [place.organisation_id] if place.organisation_id else sorted(actor.organisations_as("administrator"))
    )
    for organisation_id in own:
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor.pseudonym,
            action=action,
            subject=sealing.pseudonym("case", place.case_id) if place.case_id else f"to-do/{todo_id}",
            ground="administrator" if _administers(actor, place) else "lead",
            service_id=place.service_id,
        )
