"""Reading what was handed over: for the case page, for the desk that is offered a case, and for the family."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from helpbutton.cases import lifecycle
from helpbutton.cases.clock_rules import HAND_OVER
from helpbutton.cases.handover_models import Transfer
from helpbutton.cases.links import LinkedCase, linked_to
from helpbutton.cases.models import Case, Clock
from helpbutton.cases.referral import ReferralView, referrals_of
from helpbutton.cases.transfer import grounds_for, offered_to, takes_offers
from helpbutton.cases.worklist import record_reading
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.directory.queries import Names
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import account_names, staffed_services
from helpbutton.vault.sealing import CaseVault

PAGE = 100
COUNT_LIMIT = 100


@dataclass(frozen=True)
class TransferView:
    """One offer of a case, opened; moments aware UTC. `until`: when it expires, None once it is decided."""

    status: str
    from_names: Names
    to_names: Names
    to_organisation_names: Names
    ground: str | None
    why: str
    offered_at: dt.datetime
    offered_by: str
    until: dt.datetime | None
    decided_at: dt.datetime | None
    return_reason: str | None
    return_words: str | None


@dataclass(frozen=True)
class Handovers:
    """What the page of a case shows: its offers (the newest first), help outside, cases that belong to it."""

    transfers: tuple[TransferView, ...]
    referrals: tuple[ReferralView, ...]
    linked: tuple[LinkedCase, ...]

    @property
    def offered(self) -> TransferView | None:
        """The offer that waits for another desk's word."""
        return next((made for made in self.transfers if made.status == "offered"), None)


@dataclass(frozen=True)
class OfferPage:
    """What a desk reads before it accepts: the words and why, not how to reach the family. Keep it out of logs."""

    number: str
    version: int
    transfer: TransferView
    desk_names: Names
    topic: str | None
    urgency: str
    language: str
    interpreter: str | None
    municipality: str
    role: str
    kind: str
    age_group: str | None
    danger_flags: tuple[str, ...]
    do_not_tell_guardian: bool
    secret_address: bool
    received_at: dt.datetime
    respond_by: dt.datetime
    answered: bool
    text: str


@dataclass(frozen=True)
class OfferRow:
    """An open offer in a list: no words, no name, no contact. `until` aware UTC."""

    number: str
    topic: str | None
    urgency: str
    language: str
    municipality: str
    respond_by: dt.datetime
    answered: bool
    from_names: Names
    to_names: Names
    until: dt.datetime | None


@dataclass(frozen=True)
class Target:
    """A desk to which the case may be offered, and the grounds of which one has to be chosen if there are several."""

    id: int
    names: Names
    organisation_names: Names
    same_organisation: bool
    languages: tuple[str, ...]
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Whereabouts:
    """What the family reads about where its matter is; moments aware UTC, names None where nothing was handed over."""

    offered_to: Names | None
    came_from: Names | None
    came_at: dt.datetime | None
    referrals: tuple[ReferralView, ...]
    duplicate: bool


def handovers(*, actor: Actor, case_id: int) -> Handovers:
    """For a case that the caller has just opened with `cases.queries.open_case`."""
    session = reading()
    case = session.get_one(Case, case_id, options=[joinedload(Case.case_key, innerjoin=True)])
    vault = case.case_key.vault()
    made = session.scalars(select(Transfer).where(Transfer.case_id == case_id).order_by(Transfer.id.desc()))
    rows, until = made.all(), _until(session, [case_id])
    names = account_names({row.offered_by for row in rows})
    return Handovers(
        tuple(_view(row, vault, names.get(row.offered_by, ""), until.get(case_id)) for row in rows),
        referrals_of(session, case_id, vault),
        linked_to(session, actor, case_id),
    )


def targets(*, case_id: int, routed: frozenset[int]) -> tuple[Target, ...]:
    """The desks to which a case that the caller has just opened may be offered: those of its own organisation first,
    then those of `routed` (ids), to which the directory leads from a municipality."""
    session, staffed = reading(), staffed_services()
    case = session.get_one(Case, case_id, options=[joinedload(Case.case_key, innerjoin=True)])
    near = (Service.organisation_id == case.organisation_id) | Service.id.in_(routed)
    found = session.scalars(select(Service).where(near, Service.id != case.service_id)).unique()
    desks = (
        Target(
            desk.id,
            desk.names,
            desk.organisation.names,
            desk.organisation_id == case.organisation_id,
            tuple(desk.languages),
            grounds_for(case, desk.organisation_id),
        )
        for desk in found
        if takes_offers(desk, staffed)
    )
    return tuple(sorted(desks, key=lambda desk: (not desk.same_organisation, desk.names["fi"])))


def open_offer_page(*, actor: Actor, number: str) -> OfferPage:
    """What is offered to one of the actor's desks; the look is on record in its organisation. Raises NotFound."""
    with transaction() as session:
        case, made = offered_to(session, actor, number, action="view")
        vault = case.case_key.vault()
        names = account_names({made.offered_by})
        view = _view(made, vault, names.get(made.offered_by, ""), _until(session, [case.id]).get(case.id))
        return OfferPage(
            number=case.number,
            version=case.version,
            transfer=view,
            desk_names=made.to_service.names,
            topic=case.topic,
            urgency=case.urgency,
            language=case.language,
            interpreter=case.interpreter,
            municipality=case.municipality_code,
            role=case.role,
            kind=case.kind,
            age_group=case.age_group,
            danger_flags=tuple(case.danger_flags),
            do_not_tell_guardian=case.do_not_tell_guardian,
            secret_address=case.secret_address,
            received_at=case.received_at,
            respond_by=case.respond_by,
            answered=case.answered_at is not None,
            text=vault.open(case.text, "case.text") or "",
        )


def open_offers(*, actor: Actor) -> tuple[list[OfferRow], list[OfferRow]]:
    """What waits for the word of the actor's desks, and what they have offered to others; at most `PAGE` of each.

    Opening the list leaves one audit line in each of the organisations concerned.
    """
    with transaction() as session:
        record_reading(session, replace(actor, stands_in=frozenset()), action="list", subject="offers")
        incoming = _rows(session, Transfer.to_service_id.in_(actor.services))
        return incoming, _rows(session, Transfer.from_service_id.in_(actor.services))


def count_offered(actor: Actor) -> int:
    """How many cases wait for the word of the actor's desks, up to `COUNT_LIMIT`."""
    some = (
        select(Transfer.id)
        .where(Transfer.status == "offered", Transfer.to_service_id.in_(actor.services))
        .limit(COUNT_LIMIT)
    )
    return reading().scalar(select(func.count()).select_from(some.subquery())) or 0


def is_offered(*, actor: Actor, number: str) -> bool:
    """Whether the case with this number waits for the word of one of the actor's desks."""
    own = (Transfer.status == "offered", Transfer.to_service_id.in_(actor.services), Case.number == number)
    found = select(Transfer.id).join(Case, Case.id == Transfer.case_id).where(*own)
    return reading().scalar(found) is not None


def last_status(*, actor: Actor, number: str) -> str | None:
    """What became of the newest offer of this case to one of the actor's desks; None when there never was one."""
    newest = (
        select(Transfer.status)
        .join(Case, Case.id == Transfer.case_id)
        .where(Transfer.to_service_id.in_(actor.services), Case.number == number)
        .order_by(Transfer.id.desc())
        .limit(1)
    )
    return reading().scalar(newest)


def whereabouts(session: Session, case: Case, vault: CaseVault) -> Whereabouts:
    """For the family's page of a case that it has opened."""
    own = (
        select(Transfer)
        .where(Transfer.case_id == case.id, Transfer.status.in_(("offered", "accepted")))
        .order_by(Transfer.id.desc())
    )
    made = session.scalars(own).all()
    offered = next((row for row in made if row.status == "offered"), None)
    last = next((row for row in made if row.status == "accepted"), None)
    came = last if last is not None and last.to_service_id == case.service_id else None
    return Whereabouts(
        offered_to=offered.to_service.names if offered else None,
        came_from=came.from_service.names if came else None,
        came_at=came.decided_at if came else None,
        referrals=referrals_of(session, case.id, vault),
        duplicate=case.outcome == lifecycle.DUPLICATE,
    )


def _rows(session: Session, scope: ColumnElement[bool]) -> list[OfferRow]:
    found = session.execute(
        select(Transfer, Case)
        .join(Case, Case.id == Transfer.case_id)
        .where(Transfer.status == "offered", scope, ~Case.canary)
        .order_by(Case.lane, Case.waits_until, Case.id)
        .limit(PAGE)
    ).all()
    until = _until(session, [case.id for _, case in found])
    return [
        OfferRow(
            case.number,
            case.topic,
            case.urgency,
            case.language,
            case.municipality_code,
            case.waits_until or case.respond_by,
            case.waits_until is None,
            made.from_service.names,
            made.to_service.names,
            until.get(case.id),
        )
        for made, case in found
    ]


def _until(session: Session, case_ids: list[int]) -> dict[int, dt.datetime]:
    """When the clock of handing over runs out, by case."""
    running = (Clock.kind == HAND_OVER, Clock.stopped_at.is_(None), Clock.case_id.in_(case_ids))
    return {
        row.case_id: row.due_at
        for row in session.execute(select(Clock.case_id, Clock.due_at).where(*running))
    }


def _view(made: Transfer, vault: CaseVault, name: str, until: dt.datetime | None) -> TransferView:
    return TransferView(
        status=made.status,
        from_names=made.from_service.names,
        to_names=made.to_service.names,
        to_organisation_names=made.to_service.organisation.names,
        ground=made.ground,
        why=vault.open(made.why, f"transfer.why/{made.token}") or "",
        offered_at=made.offered_at,
        offered_by=name,
        until=until if made.status == "offered" else None,
        decided_at=made.decided_at,
        return_reason=made.return_reason,
        return_words=vault.open(made.return_words, f"transfer.return_words/{made.token}"),
    )
