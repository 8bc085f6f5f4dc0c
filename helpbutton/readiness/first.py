"""The first administrator of an empty installation: the address with which somebody becomes it, and the form."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.db import reading, transaction
from helpbutton.directory.models import County, Installation, Organisation
from helpbutton.directory.queries import Names
from helpbutton.directory.rows import ORGANISATION_KINDS
from helpbutton.directory.service_rules import line, name_errors
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.readiness.keys import key_from
from helpbutton.staff import passwords
from helpbutton.staff.members import person_errors
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.operations import address_of
from helpbutton.vault import keystore, sealing

MAINLAND = "mainland"
"""In the place of a county: all of them but Åland."""


@dataclass(frozen=True)
class Beginning:
    """What the form of the first administrator says, typed and not yet checked.

    `organisation` is the key of one that a directory file has brought, or empty for a new one with `kind` and `names`.
    `area` is the code of the county that is served, or MAINLAND.
    """

    organisation: str
    kind: str
    names: Mapping[str, str]
    area: str
    name: str
    email: str
    password: str
    language: str


def start_token() -> str | None:
    """The secret of the set-up address, 256 bits derived from the secret key; None once there is an account.

    Nothing of it is stored: it is the same at every start, and worthless from the first account on, for ever.
    """
    if not _vacant(reading()):
        return None
    return keystore.current().derive("first-administrator").hex()


def opens(token: str) -> bool:
    """Whether this is the secret of the set-up address, and nobody has used it yet."""
    wanted = start_token()
    return wanted is not None and hmac.compare_digest(wanted.encode(), token.encode())


def known_organisations() -> dict[str, Names]:
    """The organisations that a directory file has brought, by key."""
    rows = reading().execute(
        select(Organisation.key, Organisation.names)
        .where(Organisation.erased_at.is_(None))
        .order_by(Organisation.key)
    )
    return {row[0]: row[1] for row in rows}


def known_counties() -> dict[str, Names]:
    """Every county by its code."""
    rows = reading().execute(select(County.code, County.names).order_by(County.code))
    return {row[0]: row[1] for row in rows}


def begin(*, token: str, beginning: Beginning) -> int:
    """The organisation, the area that is served and the first administrator, at once. Returns the account's id.

    Raises NotFound when the address is wrong or was used, Invalid with every wrong field.
    """
    if not opens(token):
        raise NotFound("set-up address")
    email, name = address_of(beginning.email), line(beginning.name)
    errors = [*_organisation_errors(beginning), *person_errors(email, name, beginning.language)]
    if wrong := passwords.problem(beginning.password, about=(email, name)):
        errors.append(wrong)
    if errors:
        raise Invalid(*errors)
    password_hash = passwords.hash_password(beginning.password)
    with transaction() as session:
        installation = session.get_one(Installation, 1, with_for_update=True)
        if not _vacant(session):
            raise NotFound("set-up address")
        installation.counties = counties_of(session, beginning.area)
        organisation = _organisation(session, beginning)
        account = Account(
            email=email,
            name=name,
            language=beginning.language,
            password_hash=password_hash,
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        session.add(Membership(account_id=account.id, role="administrator", organisation_id=organisation.id))
        audit.record(
            session,
            organisation_id=organisation.id,
            actor=sealing.pseudonym("staff", account.id),
            action="begin",
            subject=sealing.pseudonym("organisation", organisation.id),
            ground="set-up address",
        )
        return account.id


def _vacant(session: Session) -> bool:
    """No account, not even of somebody whose organisation has left, and no demo. Accounts are never deleted."""
    taken = session.scalar(select(Account.id).limit(1))
    return taken is None and not session.get_one(Installation, 1).demo


def _organisation_errors(beginning: Beginning) -> list[FieldError]:
    errors = []
    if beginning.area != MAINLAND and beginning.area not in known_counties():
        errors.append(FieldError("area", "unknown_value"))
    if beginning.organisation:
        if beginning.organisation not in known_organisations():
            errors.append(FieldError("organisation", "unknown_value"))
        return errors
    if beginning.kind not in ORGANISATION_KINDS:
        errors.append(FieldError("kind", "unknown_value"))
    return [*errors, *name_errors(beginning.names)]


def _organisation(session: Session, beginning: Beginning) -> Organisation:
    if beginning.organisation:
        known = select(Organisation).where(Organisation.key == beginning.organisation)
        return session.scalars(known).one()
    names = {language: line(name) for language, name in beginning.names.items()}
    if session.scalar(select(Organisation.id).where(Organisation.key == key_from(names["fi"]))) is not None:
        raise Invalid(FieldError("name_fi", "in_use"))
    new = Organisation(key=key_from(names["fi"]), kind=beginning.kind, names=names)
    session.add(new)
    session.flush()
    return new


def counties_of(session: Session, area: str) -> list[str]:
    """The codes of the counties of a known area."""
    if area != MAINLAND:
        return [area]
    return list(session.scalars(select(County.code).where(County.kind != "aland").order_by(County.code)))
