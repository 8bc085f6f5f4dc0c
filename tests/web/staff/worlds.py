"""Three desks of two organisations, each with one of everything that a staff route can ask for, full of secrets."""

import datetime as dt
import secrets
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.activities.models import Activity
from helpbutton.cases import onwards, referral, registering, reminders, statutory, transfer
from helpbutton.cases.handover_models import Referral
from helpbutton.cases.models import Case, CaseTask
from helpbutton.cases.submission import parse
from helpbutton.cases.work_models import Reminder
from helpbutton.conversation import drafts, saved_replies
from helpbutton.conversation import operations as conversation
from helpbutton.conversation.models import SavedReply
from helpbutton.db import Model, db, reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import DirectoryVersion, Organisation, Service, Site
from helpbutton.escalation.ladder import URGENT
from helpbutton.escalation.models import Climb
from helpbutton.feedback import operations as feedback
from helpbutton.feedback.models import Feedback
from helpbutton.notifications.models import Notification
from helpbutton.outbox import ToDo
from helpbutton.staff import absences, duty_notes, roster
from helpbutton.staff.actor import Actor
from helpbutton.staff.duty_models import Absence
from helpbutton.staff.models import Account, Membership, Passkey, Shift, StaffSession
from helpbutton.staff.operations import add_account
from helpbutton.staff.queries import actor_of
from helpbutton.staff.roster import Planned
from helpbutton.staff.sessions import open_session

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class World:
    """A desk and its objects: the name of an argument, or "blueprint.argument", to the value in an address."""

    secret: str
    """In everything that the desk and its organisation keep, but in no case."""
    told: str
    """In everything that a case holds."""
    organisation_id: int
    service_id: int
    case_id: int
    objects: Mapping[str, str]
    asked: tuple[Mapping[str, str], ...]
    """What forms and addresses may ask for by name, in the shapes in which they do."""


def world(desk: str, beside: str) -> World:
    """Fill this desk. `beside` is another desk, which offers it a case."""
    keeper, secret, told = _keeper_of(desk), f"Kirje{_token()[:8]}", f"Perhe{_token()[:8]}"
    service_id, organisation_id = next(iter(keeper.services)), next(iter(keeper.organisations))
    number = _case(keeper, service_id, told)
    _fill_case(keeper, number, told)
    found = _rows_of_case(number, service_id) | _rows_of_desk(keeper, service_id, secret)
    found |= _rows_of_organisation(organisation_id, secret)
    found |= {"desk": _key(Service, service_id), "key": _key(Organisation, organisation_id)}
    offered = _offered(_keeper_of(beside), to=service_id, told=told)
    return World(
        secret=secret,
        told=told,
        organisation_id=organisation_id,
        service_id=service_id,
        case_id=_case_id(number),
        objects=found | {"number": number, "offers.number": offered},
        asked=_asked(found, number, service_id, organisation_id),
    )


def nowhere(like: World) -> World:
    """The same with objects that do not exist."""
    objects, *asked = (
        {name: "999999999" if value.isdigit() else "0000-0000" for name, value in names.items()}
        for names in (like.objects, *like.asked)
    )
    return replace(like, secret="", told="", objects=objects, asked=tuple(asked))


def passkey_of(session: Session, account_id: int, name: str) -> Passkey:
    """A passkey that nobody can use."""
    row = Passkey(
        account_id=account_id,
        credential_id=secrets.token_bytes(16),
        public_key=b"none",
        sign_count=0,
        name=name,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def session_of(session: Session, account_id: int) -> int:
    """The id of one more session of this account."""
    account = session.get_one(Account, account_id)
    open_session(session, account, how="password", browser="other", verified=True)
    own = select(StaffSession.id).where(StaffSession.account_id == account_id)
    return session.scalars(own.order_by(StaffSession.id.desc())).first() or 0


def _keeper_of(desk: str) -> Actor:
    """A lead of this desk and administrator of its organisation."""
    email = f"{_token()}@demo.example"
    account_id = add_account(email=email, name="Rakentaja", password=None, role="lead", scopes=(desk,))
    with transaction() as session:
        owner = session.scalars(select(Service.organisation_id).where(Service.key == desk)).one()
        session.add(Membership(account_id=account_id, role="administrator", organisation_id=owner))
    return actor_of(reading().get_one(Account, account_id))


def _case(actor: Actor, service_id: int, told: str) -> str:
    body = {
        "site": registering.site_of_calls(actor=actor, service_id=service_id),
        "municipality": "853",
        "role": "parent",
        "text": f"{told} on huolissaan",
        "existing_worker": told,
        "contact": {"name": told, "email": f"{told}@example.fi"},
    }
    receipt = registering.register(
        actor=actor,
        service_id=service_id,
        channel="call",
        submission=parse(body),
        idempotency_key=str(uuid.uuid4()),
    )
    return receipt.number


def _fill_case(actor: Actor, number: str, told: str) -> None:
    said = {"actor": actor, "number": number}
    conversation.write_note(**said, body=told, token=_token())
    conversation.answer(**said, body=told, token=_token())
    conversation.write_from_family(case_id=_case_id(number), body=told, token=_token())
    drafts.save_draft(**said, body=told, token=_token(), version=0)
    referral.refer(**said, name=told, how=told, token=_token())
    onwards.mark_recorded(**said, system=told, token=_token())
    soon = clock.now() + DAY
    reminders.add_reminder(**said, words=told, due_at=soon, for_desk=True, token=_token())
    today, ground = clock.today().isoformat(), "child_welfare_act_25"
    step = {"kind": "child_protection", "ground": ground, "by": told, "about": told}
    statutory.note_step(**said, **step, taken_on=today, token=_token())


def _offered(actor: Actor, *, to: int, told: str) -> str:
    number = _case(actor, next(iter(actor.services)), told)
    version = reading().scalars(select(Case.version).where(Case.number == number)).one()
    given = transfer.Offer(to=to, why=told, ground="child_welfare_act_25", token=_token())
    transfer.offer(actor=actor, number=number, version=version, given=given)
    return number


def _rows_of_case(number: str, service_id: int) -> dict[str, str]:
    now, case_id = clock.now(), _case_id(number)
    told = {"case_id": case_id, "service_id": service_id}
    with transaction() as session:
        task = CaseTask(case_id=case_id, kind="copy_request", created_at=now, due_at=now + DAY)
        climb = Climb(**told, subject=URGENT, steps={"nag_min": 5, "steps": []}, step=0)
        climb.started_at = climb.next_at = climb.ended_at = now + HOUR
        climb.ended = "list"
        held = Notification(
            **told, dedupe_key=_token(), purpose="desk_alert", language="fi", reference="AAAA"
        )
        held.not_before = held.created_at = held.changed_at = now
        held.status, held.error = "held", "no_trace"
        todo = session.scalars(select(ToDo).where(ToDo.kind == "sort_case", ToDo.ref == case_id)).one()
        todo.state = "resting"
        session.add_all((task, climb, held))
        session.flush()
        return {
            "task_id": str(task.id),
            "climb_id": str(climb.id),
            "notification_id": str(held.id),
            "todo_id": str(todo.id),
            "referral_id": _newest(session, Referral),
            "reminder_id": _newest(session, Reminder),
        }


def _rows_of_desk(keeper: Actor, service_id: int, secret: str) -> dict[str, str]:
    words, when = saved_replies.Wording(None, "fi", secret, secret), clock.now() + DAY
    saved_replies.add_reply(actor=keeper, service_id=service_id, wording=words)
    duty_notes.write_note(actor=keeper, service_id=service_id, words=secret, token=_token())
    with transaction() as session:
        member = Account(
            email=f"{secret}@demo.example", name=secret, language="fi", password_hash="", active=True
        )
        member.created_at = clock.now()
        session.add(member)
        session.flush()
        session.add(Membership(account_id=member.id, role="worker", service_id=service_id))
        session.flush()
        found = {
            "account_id": str(member.id),
            "membership_id": _newest(session, Membership),
            "session_id": str(session_of(session, member.id)),
            "passkey_id": str(passkey_of(session, member.id, secret).id),
            "reply_id": _newest(session, SavedReply),
        }
    account_id, day = int(found["account_id"]), clock.today() + 9 * DAY
    planned = Planned(account_id, when, when + HOUR)
    roster.add_shift(actor=keeper, service_id=service_id, planned=planned)
    absences.add_absence(actor=keeper, account_id=account_id, starts_on=day, ends_on=day)
    db.session.remove()
    return found | {
        "shift_id": _newest(reading(), Shift),
        "absence_id": _newest(reading(), Absence),
    }


def _rows_of_organisation(organisation_id: int, secret: str) -> dict[str, str]:
    with transaction() as session:
        site = _copy(session.scalars(select(Site).order_by(Site.id)).first())
        site.key, site.names, site.organisation_id = secret.lower(), {"fi": secret}, organisation_id
        activity = _copy(session.scalars(select(Activity).order_by(Activity.id)).first())
        activity.key, activity.names, activity.source = f"own-{secret.lower()}", {"fi": secret}, secret
        activity.organisation_id, activity.valid_from = organisation_id, clock.today() - 9 * DAY
        activity.valid_to = clock.today() - DAY
        state = DirectoryVersion(
            organisation_id=organisation_id, at=clock.now(), content=zlib.compress(secret.encode())
        )
        session.add_all((site, activity, state))
        session.flush()
        found = {"site": site.key, "activities.key": activity.key, "state": str(state.id)}
    own = directory.site(found["site"])
    feedback.give_feedback(text=secret, contact=secret, nonce=_token(), site=own, language="fi")
    return found | {"feedback_id": _newest(reading(), Feedback)}


def _asked(
    found: Mapping[str, str], number: str, service_id: int, organisation_id: int
) -> tuple[Mapping[str, str], ...]:
    """By id and by key: forms differ in what they call a desk."""
    desk, of = str(service_id), str(organisation_id)
    person = found["account_id"]
    ids = dict.fromkeys(("desk", "to", "right_desk", "service"), desk)
    people = dict.fromkeys(("account", "away_account", "colleague", "person"), person)
    places = {"of": of, "organisation": of, "role_at": f"worker@service:{desk}", "state": found["state"]}
    by_id = (
        ids | people | places | {"insert": f"reply-{found['reply_id']}", "number": number, "other": number}
    )
    by_key = dict.fromkeys(("desk", "service"), found["desk"]) | {"of": f"{of}-{desk}", "words": number}
    return by_id, by_key | {"site": found["site"], "insert": f"help-{found['activities.key']}"}


def _copy(row: Model | None) -> Model:
    assert row is not None
    columns = {column.key for column in type(row).__mapper__.columns} - {"id"}
    return type(row)(**{name: getattr(row, name) for name in columns})


def _key(table: type[Service] | type[Organisation], row_id: int) -> str:
    return reading().get_one(table, row_id).key


def _case_id(number: str) -> int:
    return reading().scalars(select(Case.id).where(Case.number == number)).one()


def _newest(session: Session, table: type[Model]) -> str:
    return str(session.scalars(select(table.id).order_by(table.id.desc())).first())  # type: ignore[attr-defined]


def _token() -> str:
    return str(uuid.uuid4())
