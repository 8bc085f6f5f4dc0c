"""Desks and cases of our own making, and the provider's stand-in as a real process."""

import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox, settings
from helpbutton.cases.access import case_of_family
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Contact
from helpbutton.conversation.models import Message
from helpbutton.conversation.operations import mark_read
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import County, Municipality, Organisation, Service, Site
from helpbutton.notifications import channels
from helpbutton.notifications.channels.base import Channel
from helpbutton.notifications.deliver import Leaving, _claim
from helpbutton.notifications.models import Attempt, Notification, PhoneMessage
from helpbutton.notifications.operations import plan_alert, plan_confirmation, plan_slipped
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account
from helpbutton.vault import keystore, sealing
from helpbutton.vault.sealing import CaseVault
from tests.fakes.provider import Provider, Sent

ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
OFFICE = {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
SENDER, DUTY = "+358401234567", "+358457777777"


class World:
    """Makes what notifications are about, and looks at what became of them."""

    def __init__(self) -> None:
        self._made = 0
        with transaction() as session:
            session.add(County(code="t1", names={"fi": "Testi"}, kind="county", contact={}))
            session.flush()
            session.add(
                Municipality(
                    code="t01",
                    name_fi="Testilä",
                    name_sv="Testby",
                    languages="fi",
                    region="T",
                    county_code="t1",
                )
            )
            session.add(Organisation(key="test", kind="county", names={"fi": "Testi"}))
            account = Account(email="t@example.fi", name="T", password_hash="-", created_at=clock.now())
            session.add(account)
            session.flush()
            organisation = session.scalar(select(Organisation.id).where(Organisation.key == "test"))
            assert organisation is not None
            site = Site(
                key="test",
                names={"fi": "Testi"},
                organisation_id=organisation,
                municipality_code="t01",
                origins=[],
                languages=["fi"],
            )
            session.add(site)
            session.flush()
            self.organisation, self.site, self.account = organisation, site.id, account.id

    @property
    def administrator(self) -> Actor:
        return Actor(self.account, "Eve", "fi", organisations={self.organisation: "administrator"})

    def desk(
        self,
        *,
        hours: dict[str, Any] = ALWAYS,
        duty_number: str | None = DUTY,
        language: str = "fi",
        alert_spacing_s: int = 900,
    ) -> int:
        self._made += 1
        with transaction() as session:
            desk = Service(
                key=f"desk-{self._made}",
                organisation_id=self.organisation,
                kind="family_guidance",
                names={"fi": "Tiski"},
                languages=[language],
                interpreters=False,
                hours=hours,
                open_on_holidays=False,
                closures=[],
                promise_days=3,
                promise_channel="message",
                duty_number=duty_number,
                alert_spacing_s=alert_spacing_s,
            )
            session.add(desk)
            session.flush()
            return desk.id

    def case(
        self,
        desk: int,
        *,
        phone: str | None = SENDER,
        urgency: str = "normal",
        language: str = "fi",
        **contact: object,
    ) -> int:
        self._made += 1
        number = f"TEST-{self._made:04}"
        vault = CaseVault(number, sealing.new_key())
        now = clock.now()
        with transaction() as session:
            case = Case(
                number=number,
                site_id=self.site,
                receipt_digest=sealing.digest("test", "receipt", number),
                request_digest=sealing.digest("test", "request", number),
                body_fingerprint=b"",
                kind="help",
                role="parent",
                municipality_code="t01",
                language=language,
                may_forward=True,
                do_not_tell_guardian=False,
                secret_address=False,
                text=vault.seal("Aamut ovat vaikeita.", "case.text"),
                organisation_id=self.organisation,
                addressed_service_id=desk,
                service_id=desk,
                state="sorted",
                urgency=urgency,
                urgency_rank=("urgent", "soon", "normal", "low").index(urgency),
                danger_flags=[],
                needs_review=False,
                received_at=now,
                promised_by=now + dt.timedelta(days=3),
                respond_by=now + dt.timedelta(days=3),
            )
            session.add(case)
            session.flush()
            self._key_and_contact(session, case, vault, phone, contact)
            return case.id

    def _key_and_contact(
        self, session: Session, case: Case, vault: CaseVault, phone: str | None, contact: dict[str, object]
    ) -> None:
        epoch = keystore.current().epoch
        wrapped = sealing.wrap(vault.key, number=case.number, organisation_id=self.organisation, epoch=epoch)
        session.add(
            CaseKey(
                case_id=case.id,
                number=case.number,
                organisation_id=self.organisation,
                epoch=epoch,
                wrapped=wrapped,
            )
        )
        flags: dict[str, Any] = {
            "safe_to_call": True,
            "safe_to_leave_message": False,
            "safe_to_text": True,
            "sms_may_name_service": False,
            "nudge_only": False,
            **contact,
        }
        session.add(Contact(case_id=case.id, phone=vault.seal(phone, "contact.phone"), **flags))

    def message(self, case: int, *, direction: str) -> int:
        self._made += 1
        with transaction() as session:
            key = session.get_one(CaseKey, case)
            message = Message(
                case_id=case,
                at=clock.now(),
                direction=direction,
                account_id=self.account if direction == "to_family" else None,
                token=f"token-{self._made}",
                body=key.vault().seal("Hei", "message.body"),
            )
            session.add(message)
            session.flush()
            return message.id

    def look(self, case: int) -> None:
        """The family opens its page."""
        with transaction() as session:
            mark_read(session, case_of_family(session, case))

    def slip(self, case: int, clock_id: int) -> None:
        with transaction() as session:
            vault = session.get_one(CaseKey, case).vault()
            contact = session.get(Contact, case)
            row = session.get_one(Case, case)
            plan_slipped(session, case=row, contact=contact, vault=vault, clock_id=clock_id)

    def confirm(self, case: int) -> None:
        with transaction() as session:
            held = session.get_one(Case, case, with_for_update=True)
            vault = session.get_one(CaseKey, case).vault()
            contact = session.get(Contact, case)
            plan_confirmation(session, case=held, contact=contact, vault=vault)

    def alert(self, case: int) -> None:
        with transaction() as session:
            row = session.get_one(Case, case)
            plan_alert(session, case=row, service=session.get_one(Service, row.service_id))

    def notifications(self, purpose: str | None = None) -> list[Notification]:
        db.session.rollback()
        rows = reading().scalars(select(Notification).order_by(Notification.id))
        return [row for row in rows if purpose in (None, row.purpose)]

    def only(self, purpose: str | None = None) -> Notification:
        (notification,) = self.notifications(purpose)
        return notification

    def told(self, case: int) -> list[dict[str, Any]]:
        """What the logbook says was not told, and why."""
        db.session.rollback()
        lines = select(CaseEvent.params).where(CaseEvent.case_id == case, CaseEvent.verb == "not_told")
        return list(reading().scalars(lines.order_by(CaseEvent.id)))

    def attempts(self) -> list[Attempt]:
        db.session.rollback()
        return list(reading().scalars(select(Attempt).order_by(Attempt.notification_id, Attempt.number)))

    def phone(self) -> list[PhoneMessage]:
        return list(reading().scalars(select(PhoneMessage).order_by(PhoneMessage.id)))

    def to_do(self, notification: int) -> outbox.ToDo:
        wanted = select(outbox.ToDo).where(
            outbox.ToDo.kind == "deliver_notification", outbox.ToDo.ref == notification
        )
        return reading().scalars(wanted).one()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """On SQLite, or on both databases where the test uses `app_on_both`; by day where no process has its own clock."""
    request.getfixturevalue("app_on_both" if "app_on_both" in request.fixturenames else "app")
    noon = dt.datetime.combine(clock.today() + dt.timedelta(days=1), dt.time(12), tzinfo=clock.HELSINKI)
    with nullcontext() if "provider" in request.fixturenames else clock.moved(noon):
        yield World()


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = Provider(tmp_path_factory.mktemp("provider"))
    provider.start()
    yield provider
    provider.process.kill()


@pytest.fixture
def provider(provider_process: Provider, world: World, tmp_path: Path) -> Provider:
    """The SMS of this test go to the stand-in through the real SDK."""
    if not provider_process.process.running:
        provider_process.start()
    provider_process.clear()
    use_twilio(tmp_path, provider_process.url)
    return provider_process


@pytest.fixture
def sent(provider: Provider) -> Sent:
    return Sent(provider)


def plan(world: World, purpose: str, phone: str = SENDER) -> int:
    urgency = "urgent" if purpose == "duty_alert" else "normal"
    case = world.case(world.desk(duty_number=phone), phone=phone, urgency=urgency)
    if purpose == "confirmation":
        world.confirm(case)
    else:
        world.alert(case)
    return world.notifications(purpose)[-1].id


def begin(notification: int) -> Leaving:
    """What a process has done that dies or freezes before it can call the provider."""
    with transaction() as session:
        leaving = _claim(session, notification)
    assert isinstance(leaving, Leaving)
    return leaving


def sms_channel() -> Channel:
    """What carries SMS in this test."""
    channel = channels.of("sms")
    assert channel is not None
    return channel


def later(seconds: float) -> dt.datetime:
    """So many seconds from now."""
    return clock.now() + dt.timedelta(seconds=seconds)


def use_twilio(directory: Path, api_base: str) -> None:
    token = directory / "twilio-token"
    token.write_text("a-token\n")
    chosen = {
        "sms": "twilio",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token_file": token,
        "twilio_from": "+358501111111",
        "twilio_api_base": api_base,
        "sms_countries": "+358, +1",
    }
    settings.activate(settings.current().model_copy(update=chosen))
