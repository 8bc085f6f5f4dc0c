"""Desks as their keepers keep them: who may, creating and changing, each change proved and on record."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation, Service, ServiceKind
from helpbutton.directory.queries import Names
from helpbutton.directory.service_rules import (
    Choices,
    Draft,
    checked,
    columns,
    draft_of,
    key_errors,
    written_hours,
)
from helpbutton.directory.stored import service_row
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.vault import sealing

Proof = Callable[[], AbstractContextManager[object]]
"""Raises at its end when what happened inside it leaves requests without a desk."""
PROVED = frozenset(
    {
        *("languages", "interpreters", "hours", "closures", "open_on_holidays", "kinds"),
        *("duty_number", "night_duty", "valid_from", "valid_to"),
    }
)
"""What a desk can take depends on these."""


class Keeper(Protocol):
    """Whoever acts; `staff.actor.Actor` fits."""

    @property
    def services(self) -> Mapping[int, str]: ...

    @property
    def pseudonym(self) -> str: ...

    def organisations_as(self, *roles: str) -> frozenset[int]: ...


@dataclass(frozen=True)
class KeptService:
    """A desk in a list; `hours` as a person types them, a missing weekday is closed."""

    id: int
    key: str
    names: Names
    organisation_id: int
    organisation_names: Names
    kind: str
    promise_days: int
    duty_number: str | None
    hours: Mapping[str, str]
    valid_to: dt.date | None
    version: int


def kept(keeper: Keeper) -> ColumnElement[bool]:
    """Desks that this person keeps: all of an administered organisation, and those that they lead."""
    led = [service_id for service_id, role in keeper.services.items() if role == "lead"]
    administered = keeper.organisations_as("administrator")
    return or_(Service.organisation_id.in_(administered), Service.id.in_(led))


def kept_services(keeper: Keeper) -> list[KeptService]:
    """Every desk that this person keeps, by key."""
    rows = reading().scalars(select(Service).where(kept(keeper)).order_by(Service.key))
    return [_shown(row) for row in rows]


def kept_service(keeper: Keeper, key: str) -> tuple[KeptService, Draft]:
    """One of them and its form as it stands. Raises NotFound, the same for an unknown desk and one of others."""
    row = reading().scalar(select(Service).where(Service.key == key, kept(keeper)))
    if row is None:
        raise NotFound("service")
    return _shown(row), draft_of(service_row(row))


def owners(keeper: Keeper) -> dict[int, Names]:
    """The organisations for which this person may create desks, with their names."""
    rows = reading().execute(
        select(Organisation.id, Organisation.names)
        .where(
            Organisation.id.in_(keeper.organisations_as("administrator")), Organisation.erased_at.is_(None)
        )
        .order_by(Organisation.key)
    )
    return {row[0]: row[1] for row in rows}


def service_kinds() -> dict[str, Names]:
    """Every kind of service with its names."""
    rows = reading().execute(select(ServiceKind.id, ServiceKind.names).order_by(ServiceKind.id))
    return {row[0]: row[1] for row in rows}


def create_service(*, actor: Keeper, key: str, organisation_id: int, draft: Draft) -> None:
    """A new desk; no route leads to it yet. Raises Invalid with every wrong field."""
    errors = list(key_errors(key))
    if organisation_id not in owners(actor):
        errors.append(FieldError("organisation", "unknown_value"))
    wanted = checked(draft, _choices(key), *errors)
    try:
        with transaction() as session:
            if session.scalar(select(Service.id).where(Service.key == key)) is not None:
                raise Invalid(FieldError("key", "in_use"))
            service = Service(key=key, organisation_id=organisation_id, **columns(wanted))
            session.add(service)
            session.flush()
            _record(session, actor, service, "create_service")
    except IntegrityError:
        raise Invalid(FieldError("key", "in_use")) from None


def change_service(*, actor: Keeper, key: str, version: int, draft: Draft, proof: Proof) -> None:
    """Store what a keeper changed. Promises that were given stay as they are.

    Raises NotFound, Invalid, Conflict when it changed since that `version`, and whatever `proof` raises when requests
    that reach this desk today would reach none.
    """
    wanted = columns(checked(draft, _choices(key)))
    with transaction() as session:
        service = session.scalar(
            select(Service).where(Service.key == key, kept(actor)).with_for_update(of=Service)
        )
        if service is None:
            raise NotFound("service")
        if service.version != version:
            raise Conflict("the desk has changed since this page was opened")
        changed = {name: value for name, value in wanted.items() if getattr(service, name) != value}
        if not changed:
            return
        if PROVED & set(changed):
            with proof():
                _store(session, service, changed)
        else:
            _store(session, service, changed)
        _record(session, actor, service, "change_service")


def _store(session: Session, service: Service, changed: Mapping[str, object]) -> None:
    for name, value in changed.items():
        setattr(service, name, value)
    session.flush()


def _shown(row: Service) -> KeptService:
    return KeptService(
        id=row.id,
        key=row.key,
        names=row.names,
        organisation_id=row.organisation_id,
        organisation_names=row.organisation.names,
        kind=row.kind,
        promise_days=row.promise_days,
        duty_number=row.duty_number,
        hours=written_hours(row.hours),
        valid_to=row.valid_to,
        version=row.version,
    )


def _choices(key: str) -> Choices:
    return Choices(tuple(service_kinds()), lambda other: other != key and _exists(other))


def _exists(key: str) -> bool:
    return "\x00" not in key and reading().scalar(select(Service.id).where(Service.key == key)) is not None


def _record(session: Session, actor: Keeper, service: Service, action: str) -> None:
    administers = service.organisation_id in actor.organisations_as("administrator")
    audit.record(
        session,
        organisation_id=service.organisation_id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("service", service.id),
        ground="administrator" if administers else "lead",
        service_id=service.id,
    )
