"""Who keeps whom: an administrator one organisation, a lead the workers of the own desks, and nobody themselves."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpbutton.audit.models import AuditEntry
from helpbutton.cases.left_behind import disable, remove_role
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Organisation, Service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.staff import invitations, members, passwords
from helpbutton.staff.actor import Actor
from helpbutton.staff.member_list import member, members_of, places_of
from helpbutton.staff.members import Place
from helpbutton.staff.models import Account, Membership
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.staff.second_factor import factors_of
from tests.live import PASSWORD, Person

Add = Callable[..., int]


def place(key: str) -> Place:
    service_id = reading().scalar(select(Service.id).where(Service.key == key))
    if service_id:
        return Place(service_id, None)
    return Place(None, reading().scalar(select(Organisation.id).where(Organisation.key == key)))


def actor(account_id: int) -> Actor:
    db.session.remove()
    return actor_of(reading().get_one(Account, account_id))


def account(name: str, role: str, *scopes: str) -> int:
    return add_account(
        email=f"{name}@example.fi", name=name.title(), password=PASSWORD, role=role, scopes=scopes
    )


@pytest.fixture
def eve(live: Flask) -> int:
    return account("eve", "administrator", "county")


def invite(by: int, role: str, where: str, email: str = "uusi@example.fi") -> tuple[int, str | None]:
    return members.invite(
        actor=actor(by), email=email, name="Uusi", language="fi", role=role, place=place(where)
    )


def names(by: int) -> set[str]:
    return {row.name for row in members_of(actor(by))}


@pytest.mark.parametrize(
    ("role", "where", "allowed"),
    [
        ("worker", "family", True),
        ("lead", "youth", True),
        ("auditor", "county", True),
        ("worker", "school", False),
        ("administrator", "town", False),
        ("worker", "county", False),
        ("administrator", "family", False),
        ("king", "county", False),
    ],
)
def test_an_administrator_gives_roles_in_the_own_organisation_alone(
    eve: int, role: str, where: str, allowed: bool
) -> None:
    if allowed:
        account_id, secret = invite(eve, role, where)
        assert invitations.invited(secret or "").account_id == account_id
    else:
        with pytest.raises(Invalid, match="role:not_yours"):
            invite(eve, role, where)
    assert ("Uusi" in names(eve)) is allowed


@pytest.mark.parametrize(
    ("role", "where", "allowed"),
    [
        ("worker", "family", True),
        ("lead", "family", False),
        ("worker", "youth", False),
        ("auditor", "county", False),
    ],
)
def test_a_lead_invites_workers_to_the_own_desk(live: Flask, role: str, where: str, allowed: bool) -> None:
    liisa = account("liisa", "lead", "family")
    if allowed:
        assert invite(liisa, role, where)[1]
    else:
        with pytest.raises(Invalid, match="role:not_yours"):
            invite(liisa, role, where)
    assert [row.roles for row in places_of(actor(liisa))] == [("worker",)]


@pytest.mark.parametrize("role", ["worker", "coordinator", "auditor", "site_editor"])
def test_others_keep_nobody(live: Flask, role: str) -> None:
    someone = account("someone", role, "family" if role == "worker" else "county")
    other = account("other", "worker", "family")
    assert not members.keeps_members(actor(someone))
    assert members_of(actor(someone)) == []
    for change in (disable, members.enable, members.password_link, members.invite_again):
        with pytest.raises(NotFound):
            change(actor=actor(someone), account_id=other)


def test_who_has_roles_elsewhere_is_not_ones_own(eve: int) -> None:
    shared = account("shared", "worker", "family", "school")
    assert not member(actor(eve), shared).whole
    assert [role.role for role in member(actor(eve), shared).roles] == ["worker"], "the other is not shown"
    for change in (disable, members.password_link, members.invite_again):
        with pytest.raises(Conflict):
            change(actor=actor(eve), account_id=shared)
    (role,) = member(actor(eve), shared).roles
    remove_role(actor=actor(eve), account_id=shared, membership_id=role.membership_id)
    with pytest.raises(NotFound):
        member(actor(eve), shared)
    assert set(actor(shared).services) == {place("school").service_id}


def test_a_lead_gives_no_link_to_somebody_with_more_rights(eve: int) -> None:
    liisa = account("liisa", "lead", "family")
    mixed = account("mixed", "worker", "family")
    members.add_role(actor=actor(eve), account_id=mixed, role="administrator", place=place("county"))
    with pytest.raises(Conflict):
        members.password_link(actor=actor(liisa), account_id=mixed)
    worker = account("worker", "worker", "family")
    assert members.password_link(actor=actor(liisa), account_id=worker)
    with pytest.raises(NotFound):
        members.invite_again(actor=actor(liisa), account_id=worker)


def test_nobody_changes_their_own_rights(eve: int) -> None:
    (own,) = member(actor(eve), eve).roles
    with pytest.raises(Conflict):
        remove_role(actor=actor(eve), account_id=eve, membership_id=own.membership_id)
    with pytest.raises(Conflict):
        disable(actor=actor(eve), account_id=eve)


def test_nobody_invites_themselves(eve: int) -> None:
    with pytest.raises(Invalid) as refused:
        invite(eve, "worker", "family", "EVE@example.fi")
    assert [(error.field, error.code) for error in refused.value.errors] == [("email", "yourself")]
    assert not actor(eve).services


def test_who_has_an_account_gets_the_role_and_no_link(eve: int) -> None:
    dan = account("dan", "worker", "school")
    assert invite(eve, "worker", "family", "Dan@example.fi ") == (dan, None)
    assert len(actor(dan).services) == 2


def test_wrong_fields_are_all_named(eve: int) -> None:
    with pytest.raises(Invalid) as wrong:
        members.invite(
            actor=actor(eve), email="x", name=" ", language="xx", role="worker", place=place("school")
        )
    assert {error.field for error in wrong.value.errors} == {"email", "name", "language", "role"}


def test_beginning_again_takes_password_and_factors(eve: int, live: Flask) -> None:
    person = Person(live, "wera@example.fi", "worker", "family")
    secret = members.invite_again(actor=actor(eve), account_id=person.account_id)
    assert not factors_of(person.account_id).any
    assert factors_of(person.account_id).recovery_codes == 0
    db.session.remove()
    assert reading().get_one(Account, person.account_id).password_hash == passwords.NOBODY
    assert invitations.invited(secret).purpose == "invitation"


def test_a_disabled_account_opens_no_link(eve: int) -> None:
    account_id, secret = invite(eve, "worker", "family")
    disable(actor=actor(eve), account_id=account_id)
    with pytest.raises(NotFound):
        invitations.invited(secret or "")
    assert member(actor(eve), account_id).state == "disabled"
    members.enable(actor=actor(eve), account_id=account_id)
    assert invitations.invited(secret or "").account_id == account_id


def test_a_disabled_account_is_invited_again_once_it_has_no_role(eve: int, live: Flask) -> None:
    person = Person(live, "wera@example.fi", "worker", "school")
    with transaction() as session:
        session.get_one(Account, person.account_id).active = False
    with pytest.raises(Invalid, match="email:disabled"):
        invite(eve, "worker", "family", "wera@example.fi")
    with transaction() as session:
        session.execute(delete(Membership).where(Membership.account_id == person.account_id))
    account_id, secret = invite(eve, "worker", "family", "wera@example.fi")
    assert account_id == person.account_id
    assert invitations.invited(secret or "").purpose == "invitation"
    assert member(actor(eve), account_id).state == "invited"
    assert not factors_of(account_id).any
    db.session.remove()
    assert reading().get_one(Account, account_id).password_hash == passwords.NOBODY


def test_every_change_is_on_record(eve: int) -> None:
    account_id, _ = invite(eve, "worker", "family")
    members.add_role(actor=actor(eve), account_id=account_id, role="lead", place=place("youth"))
    members.add_role(actor=actor(eve), account_id=account_id, role="lead", place=place("youth"))
    role = member(actor(eve), account_id).roles[0]
    remove_role(actor=actor(eve), account_id=account_id, membership_id=role.membership_id)
    members.password_link(actor=actor(eve), account_id=account_id)
    disable(actor=actor(eve), account_id=account_id)
    pseudonym = actor(eve).pseudonym
    lines = reading().execute(
        select(AuditEntry.action, AuditEntry.ground, AuditEntry.service_id)
        .where(AuditEntry.actor == pseudonym)
        .order_by(AuditEntry.id)
    )
    family, youth = place("family").service_id, place("youth").service_id
    assert [tuple(line) for line in lines] == [
        ("add_role", "worker", family),
        ("add_role", "lead", youth),
        ("remove_role", "worker", family),
        ("password_link", "", None),
        ("disable_member", "", None),
    ]


def test_two_roles_in_one_organisation_both_count(eve: int) -> None:
    kim = account("kim", "coordinator", "county")
    members.add_role(actor=actor(eve), account_id=kim, role="auditor", place=place("county"))
    members.add_role(actor=actor(eve), account_id=kim, role="worker", place=place("family"))
    members.add_role(actor=actor(eve), account_id=kim, role="lead", place=place("family"))
    both, county = actor(kim), place("county").organisation_id
    assert both.roles == {"coordinator", "auditor", "lead"}
    for role in ("coordinator", "auditor"):
        assert both.organisations_as(role) == {county}
    assert both.organisations_as("administrator") == frozenset()
    assert both.services == {place("family").service_id: "lead"}
