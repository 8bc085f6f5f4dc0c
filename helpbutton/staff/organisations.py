"""Organisations as their administrators keep them: creating one, and its names."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Organisation
from helpbutton.directory.queries import Names
from helpbutton.directory.rows import ORGANISATION_KINDS
from helpbutton.directory.service_rules import key_errors, line, name_errors
from helpbutton.errors import Conflict, FieldError, Invalid, NotFound
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Membership
from helpbutton.vault import sealing


@dataclass(frozen=True)
class KeptOrganisation:
    """An organisation that somebody administers."""

    id: int
    key: str
    kind: str
    names: Names
    version: int
    exported_at: dt.datetime | None


def kept_organisations(actor: Actor) -> list[KeptOrganisation]:
    """Those that this person administers and that have not left, by key."""
    rows = reading().scalars(
        select(Organisation)
        .where(Organisation.id.in_(actor.organisations_as("administrator")), Organisation.erased_at.is_(None))
        .order_by(Organisation.key)
    )
    return [
        KeptOrganisation(row.id, row.key, row.kind, row.names, row.version, row.exported_at) for row in rows
    ]


def kept_organisation(actor: Actor, key: str) -> KeptOrganisation:
    """One of them. Raises NotFound, the same for an unknown one and somebody else's."""
    for found in kept_organisations(actor):
        if found.key == key:
            return found
    raise NotFound("organisation")


def create_organisation(*, actor: Actor, key: str, kind: str, names: Mapping[str, str]) -> None:
    """A new controller; the administrator who creates it is its first administrator.

    Raises NotFound unless the actor administers an organisation here, Invalid with every wrong field.
    """
    if not actor.organisations_as("administrator"):
        raise NotFound("organisation")
    errors = [*key_errors(key), *name_errors(names)]
    if kind not in ORGANISATION_KINDS:
        errors.append(FieldError("kind", "unknown_value"))
    if errors:
        raise Invalid(*errors)
    try:
        with transaction() as session:
            if session.scalar(select(Organisation.id).where(Organisation.key == key)) is not None:
                raise Invalid(FieldError("key", "in_use"))
            organisation = Organisation(key=key, kind=kind, names=_plain(names))
            session.add(organisation)
            session.flush()
            session.add(
                Membership(account_id=actor.account_id, role="administrator", organisation_id=organisation.id)
            )
            _record(session, actor, organisation, "create_organisation")
    except IntegrityError:
        raise Invalid(FieldError("key", "in_use")) from None


def change_organisation(*, actor: Actor, key: str, version: int, names: Mapping[str, str]) -> None:
    """Other names. Raises NotFound, Invalid, or Conflict when it changed since that `version`."""
    errors = list(name_errors(names))
    if errors:
        raise Invalid(*errors)
    with transaction() as session:
        organisation = session.scalar(
            select(Organisation)
            .where(Organisation.id == kept_organisation(actor, key).id)
            .with_for_update(of=Organisation)
        )
        if organisation is None:
            raise NotFound("organisation")
        if organisation.version != version:
            raise Conflict("the organisation has changed since this page was opened")
        if organisation.names != _plain(names):
            organisation.names = _plain(names)
            _record(session, actor, organisation, "change_organisation")


def _plain(names: Mapping[str, str]) -> dict[str, str]:
    return {language: line(name) for language, name in names.items()}


def _record(session: Session, actor: Actor, organisation: Organisation, action: str) -> None:
    audit.record(
        session,
        organisation_id=organisation.id,
        actor=actor.pseudonym,
        action=action,
        subject=sealing.pseudonym("organisation", organisation.id),
        ground="administrator",
    )
