"""Ladders as administrators see them: which one holds at a desk or in an organisation, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from helpbutton.db import reading
from helpbutton.directory.models import Organisation, Service
from helpbutton.directory.queries import Names
from helpbutton.errors import NotFound
from helpbutton.escalation.ladder import SUBJECTS, Ladder, read
from helpbutton.escalation.ladders import edition_of, usual_ladders
from helpbutton.escalation.models import OwnLadder
from helpbutton.staff.actor import Actor


@dataclass(frozen=True)
class Scope:
    """A desk, or with `service_id` None a whole organisation, whose ladders this person keeps."""

    organisation_id: int
    service_id: int | None
    names: Names


@dataclass(frozen=True)
class HeldLadder:
    """The ladder of one subject in a scope; `origin`: "own", "organisation" or "usual". `edition` is for saving it."""

    subject: str
    ladder: Ladder
    origin: str
    edition: str = ""


def scopes(actor: Actor) -> list[Scope]:
    """Every organisation that this person administers, each before its desks."""
    administered = actor.organisations_as("administrator")
    session = reading()
    desks = session.scalars(
        select(Service).where(Service.organisation_id.in_(administered)).order_by(Service.key)
    ).all()
    owners = session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(administered), Organisation.erased_at.is_(None))
        .order_by(Organisation.key)
    )
    return [
        scope
        for owner in owners
        for scope in (
            Scope(owner.id, None, owner.names),
            *(Scope(owner.id, desk.id, desk.names) for desk in desks if desk.organisation_id == owner.id),
        )
    ]


def scope_of(actor: Actor, organisation_id: int, service_id: int | None) -> Scope:
    """One of them. Raises NotFound."""
    wanted = (organisation_id, service_id)
    for scope in scopes(actor):
        if (scope.organisation_id, scope.service_id) == wanted:
            return scope
    raise NotFound("ladder")


def held_ladders(scope: Scope) -> list[HeldLadder]:
    """What holds there, by subject in the order of `SUBJECTS`."""
    places = [OwnLadder.organisation_id == scope.organisation_id]
    if scope.service_id is not None:
        places.append(OwnLadder.service_id == scope.service_id)
    rows = reading().scalars(select(OwnLadder).where(or_(*places))).all()
    of_desk = {row.subject: row for row in rows if row.service_id is not None}
    of_organisation = {row.subject: row for row in rows if row.organisation_id is not None}
    return [_held(subject, scope, of_desk, of_organisation) for subject in SUBJECTS]


def _held(
    subject: str, scope: Scope, of_desk: Mapping[str, OwnLadder], of_organisation: Mapping[str, OwnLadder]
) -> HeldLadder:
    inherited = "own" if scope.service_id is None else "organisation"
    for origin, rows in (("own", of_desk), (inherited, of_organisation)):
        if subject in rows:
            row = rows[subject]
            return HeldLadder(
                subject, read(row.steps, subject=subject), origin, edition_of(row) if origin == "own" else ""
            )
    return HeldLadder(subject, usual_ladders()[subject], "usual")
