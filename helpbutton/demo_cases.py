"""Demo cases by the thousand: the same ones every time, as true as a test of speed needs, told to nobody."""

import datetime as dt
import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, NamedTuple

from psycopg import Connection, sql
from sqlalchemy import JSON, Table, func, insert, select, text
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import intake, lifecycle, receipts
from helpbutton.cases.clock_rules import FIRST_CONTACT
from helpbutton.cases.contact import words_of_name
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Clock, Contact, Decision, NameToken, lane
from helpbutton.cases.submission import AGE_GROUPS, URGENCIES
from helpbutton.conversation.models import Message
from helpbutton.db import Model, reading, transaction
from helpbutton.demo import FAMILY_TEAM
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service, Site
from helpbutton.errors import Conflict
from helpbutton.staff.models import Membership
from helpbutton.vault import keystore, sealing
from helpbutton.vault.sealing import CaseVault

AT_ONCE = 1000
TEXTS = (
    "Aamut ovat meillä yhtä huutoa ja päiväkotiin lähtö on joka päivä taistelu. En tiedä mitä tehdä.",
    "Poika ei ole käynyt koulussa kahteen viikkoon. Olen yrittänyt kaikkea ja voimat ovat lopussa.",
    "Vi är nya här och skulle behöva någon att prata med om sömn och rutiner med bebisen.",
    "We moved here in the spring and our daughter has no friends at school. Who could help us?",
)
ANSWER = "Kiitos viestistä. Soitan huomenna aamupäivällä, niin katsotaan yhdessä mitä voisi tehdä."
FIRST_NAMES = ("Aino", "Eetu", "Fatima", "Hanna", "Ilona", "Juho", "Kaisa", "Leila", "Mikko", "Noora", "Olga")
LAST_NAMES = (
    "Aalto",
    "Halonen",
    "Järvi",
    "Koivu",
    "Lahti",
    "Mäki",
    "Niemi",
    "Ojala",
    "Petrov",
    "Ranta",
    "Vuori",
)
LANGUAGES = {"fi": 80, "sv": 6, "en": 6, "ru": 3, "ar": 2, "so": 1, "et": 1, "uk": 1}
URGENCY = dict(zip(URGENCIES, (3, 12, 75, 10), strict=True))
STATES = {lifecycle.CLOSED: 70, lifecycle.SORTED: 15, lifecycle.IN_PROGRESS: 7, lifecycle.WAITING: 8}
"""Shares in per cent."""
Rows = dict[type[Model], list[dict[str, Any]]]


class Share(NamedTuple):
    """A desk as far as its cases need it."""

    id: int
    organisation_id: int
    promise_days: int


@dataclass(frozen=True)
class World:
    """What a case may be about: desks with their members, the first ones the largest; places, topics, a site."""

    desks: Sequence[Share]
    shares: Sequence[float]
    members: Mapping[int, Sequence[int]]
    places: Sequence[str]
    topics: Sequence[str]
    site_id: int
    now: dt.datetime


def generate(*, count: int, told: Callable[[int], object]) -> None:
    """Put `count` cases into a demo database; `told` hears how many came with each step.

    The first desks get most of them, as in life. No to-do comes with them, so nobody is written to. Raises Conflict
    where the database is not a demo.
    """
    if not directory.installation().demo:
        raise Conflict("cases are generated in demo databases only")
    world = _world()
    first = (reading().scalar(select(func.max(Case.id))) or 0) + 1
    ids = iter(range(first, first + count))
    while some := list(islice(ids, AT_ONCE)):
        with transaction() as session:
            for model, rows in _rows(world, some).items():
                if rows:
                    _put(session, model.metadata.tables[model.__tablename__], rows)
            _go_on_after(session, some[-1])
        told(len(some))


def _put(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """PostgreSQL takes rows several times as fast by COPY."""
    if session.get_bind().dialect.name != "postgresql":
        session.execute(insert(table), rows)
        return
    columns = {name: isinstance(table.c[name].type, JSON) for name in rows[0]}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, Connection)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [json.dumps(row[name]) if as_json else row[name] for name, as_json in columns.items()]
            )


def _go_on_after(session: Session, last: int) -> None:
    """The next case that arrives gets the id after the last one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval(pg_get_serial_sequence('case_', 'id'), :last)"), {"last": last})


def _world() -> World:
    session = reading()
    in_order = (Service.key.not_in(FAMILY_TEAM), Service.id)
    desks = [
        Share(*row)
        for row in session.execute(
            select(Service.id, Service.organisation_id, Service.promise_days).order_by(*in_order)
        )
    ]
    members: dict[int, list[int]] = {}
    for service, account in session.execute(
        select(Membership.service_id, Membership.account_id)
        .where(Membership.service_id.is_not(None))
        .order_by(Membership.id)
    ):
        members.setdefault(service or 0, []).append(account)
    site_id = session.scalar(select(func.min(Site.id)))
    assert site_id is not None
    return World(
        desks=desks,
        shares=list(accumulate(1 / place for place in range(1, len(desks) + 1))),
        members=members,
        places=[place.code for place in directory.municipalities()],
        topics=[topic.id for topic in directory.topics()],
        site_id=site_id,
        now=clock.now(),
    )


def _rows(world: World, ids: Sequence[int]) -> Rows:
    rows: Rows = {
        model: [] for model in (Case, CaseKey, Contact, NameToken, Decision, CaseEvent, Clock, Message)
    }
    for case_id in ids:
        chance = random.Random(case_id)  # noqa: S311
        vault = CaseVault(_number(case_id), sealing.new_key())
        (desk,) = chance.choices(world.desks, cum_weights=world.shares)
        case = _case(world, case_id, desk, chance, vault)
        rows[Case].append(case)
        rows[CaseKey].append(_key(case, vault))
        name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
        rows[Contact].append(_contact(case, name, chance, vault))
        rows[NameToken] += [
            {
                "case_id": case_id,
                "digest": sealing.blind_index(case["organisation_id"], "name", word),
            }
            for word in words_of_name(name)
        ]
        rows[Decision].append(_decision(case))
        rows[CaseEvent] += _events(case)
        rows[Clock].append(_first_clock(case))
        rows[Message] += _answers(case, vault)
    return rows


def _case(world: World, case_id: int, desk: Share, chance: random.Random, vault: CaseVault) -> dict[str, Any]:
    state, urgency = _weighted(chance, STATES), _weighted(chance, URGENCY)
    is_open = state != lifecycle.CLOSED
    received_at = world.now - dt.timedelta(days=chance.uniform(*((0, 6) if is_open else (7, 700))))
    promised_by = received_at + dt.timedelta(days=desk.promise_days + 2)
    respond_by = received_at + dt.timedelta(days=1) if urgency == "urgent" else promised_by
    answered = state in (lifecycle.WAITING, lifecycle.CLOSED)
    taken = state != lifecycle.SORTED and desk.id in world.members
    topic = chance.choice(world.topics)
    return {
        "id": case_id,
        "number": vault.number,
        "site_id": world.site_id,
        "receipt_digest": intake.receipt_digest(f"generated/{case_id}"),
        "request_digest": sealing.digest("request", "generated", str(case_id)),
        "body_fingerprint": bytes(32),
        "kind": "help",
        "role": "parent",
        "municipality_code": chance.choice(world.places),
        "stated_topic": None,
        "topic": topic,
        "language": _weighted(chance, LANGUAGES),
        "age_group": chance.choice(AGE_GROUPS),
        "may_forward": chance.random() < 0.7,
        "do_not_tell_guardian": False,
        "secret_address": False,
        "text": vault.seal_text(chance.choice(TEXTS), "case.text"),
        "organisation_id": desk.organisation_id,
        "addressed_service_id": desk.id,
        "service_id": desk.id,
        "assigned_to": chance.choice(world.members[desk.id]) if taken else None,
        "state": state,
        "urgency": urgency,
        "urgency_rank": URGENCIES.index(urgency),
        "danger_flags": [],
        "needs_review": is_open and chance.random() < 0.02,
        "quarantined": is_open and chance.random() < 0.01,
        "received_at": received_at,
        "promised_by": promised_by,
        "respond_by": min(respond_by, promised_by),
        "waits_until": None if answered else min(respond_by, promised_by),
        "answered_at": received_at + dt.timedelta(hours=5) if answered else None,
        "closed_at": None if is_open else received_at + dt.timedelta(days=5),
        "outcome": None if is_open else chance.choice(lifecycle.OUTCOMES),
        "returned_at": world.now if state == lifecycle.SORTED and chance.random() < 0.01 else None,
        "lane": lane(urgent=urgency == "urgent", waits=not answered),
        "triage_topic": topic,
        "triage_urgency": urgency,
        "version": 2,
    }


def _key(case: Mapping[str, Any], vault: CaseVault) -> dict[str, Any]:
    organisation, epoch = case["organisation_id"], keystore.current().epoch
    return {
        "case_id": case["id"],
        "number": vault.number,
        "organisation_id": organisation,
        "epoch": epoch,
        "wrapped": sealing.wrap(vault.key, number=vault.number, organisation_id=organisation, epoch=epoch),
    }


def _contact(case: Mapping[str, Any], name: str, chance: random.Random, vault: CaseVault) -> dict[str, Any]:
    phone = f"+35840{chance.randrange(10**7):07}"
    return {
        "case_id": case["id"],
        "name": vault.seal(name, "contact.name"),
        "phone": vault.seal(phone, "contact.phone"),
        "phone_index": sealing.blind_index(case["organisation_id"], "phone", phone),
        "preferred": "phone",
        "safe_to_call": True,
        "safe_to_leave_message": False,
        "safe_to_text": True,
        "sms_may_name_service": False,
        "nudge_only": False,
    }


def _decision(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case_id": case["id"],
        "at": case["received_at"],
        "subject": "desk",
        "code": "route_topic",
        "params": {
            "desk": case["service_id"],
            "topic": case["topic"],
            "municipality": case["municipality_code"],
        },
    }


def _events(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    by = case["assigned_to"]
    moments = {
        "received": (case["received_at"], "sender", None),
        "sorted": (case["received_at"], "system", None),
        "answered": (case["answered_at"], "staff", by),
        "closed": (case["closed_at"], "staff", by),
    }
    for verb, (at, actor, account) in moments.items():
        if at is not None:
            yield {
                "case_id": case["id"],
                "at": at,
                "actor": actor,
                "account_id": account,
                "verb": verb,
                "params": {},
            }


def _first_clock(case: Mapping[str, Any]) -> dict[str, Any]:
    stopped_at = case["answered_at"]
    return {
        "case_id": case["id"],
        "kind": FIRST_CONTACT,
        "service_id": case["service_id"],
        "started_at": case["received_at"],
        "due_at": case["respond_by"],
        "paused_s": 0,
        "stopped_at": stopped_at,
        "kept": stopped_at <= case["respond_by"] if stopped_at else None,
    }


def _answers(case: Mapping[str, Any], vault: CaseVault) -> Iterator[dict[str, Any]]:
    if case["answered_at"] is not None and case["assigned_to"] is not None:
        token = str(uuid.uuid5(uuid.NAMESPACE_OID, vault.number))
        yield {
            "case_id": case["id"],
            "at": case["answered_at"],
            "direction": "to_family",
            "account_id": case["assigned_to"],
            "token": token,
            "body": vault.seal_text(ANSWER, f"message.body/{token}"),
            "read_at": case["answered_at"],
        }


def _number(case_id: int) -> str:
    """A number for each id, no two alike, scattered over all of them by an odd factor."""
    left, letters = case_id * 0x9E3779B97 % 32**8, ""
    for _ in range(8):
        left, digit = divmod(left, 32)
        letters += receipts.ALPHABET[digit]
    return f"{letters[:4]}-{letters[4:]}"


def _weighted(chance: random.Random, shares: Mapping[str, int]) -> str:
    return chance.choices(list(shares), weights=list(shares.values()))[0]
