"""A desk with people, and an urgent case that climbs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from helpbutton import clock, outbox
from helpbutton.cases import clocks
from helpbutton.cases.access import write_logbook
from helpbutton.cases.models import Case, CaseEvent, Clock
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.escalation.models import Climb
from helpbutton.staff.actor import Actor
from helpbutton.staff.models import Account, Membership, NotificationChoice, Shift, StaffSession
from helpbutton.staff.queries import actor_of
from helpbutton.vault import sealing
from tests.rooms.notifications.conftest import DUTY, World
from workers import executor

NIGHT = dt.datetime(2026, 11, 24, 21, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class Desk(World):
    """The desk of these tests, its people and what they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.id = self.desk(duty_number=DUTY)
        self._people = 0

    def person(self, role: str = "worker", *, phone: str | None = "own", desk: int | None = None) -> int:
        """An account with a role at the desk (or the organisation); its phone ends in its number."""
        self._people += 1
        at_desk = role in ("worker", "lead")
        with transaction() as session:
            account = Account(
                email=f"{role}-{self._people}@example.fi",
                name=f"{role} {self._people}",
                password_hash="-",
                created_at=clock.now(),
                phone=f"+3584000000{self._people:02}" if phone == "own" else phone,
            )
            session.add(account)
            session.flush()
            session.add(
                Membership(
                    account_id=account.id,
                    role=role,
                    service_id=(desk or self.id) if at_desk else None,
                    organisation_id=None if at_desk else self.organisation,
                )
            )
            session.add(self._session(account.id))
            return account.id

    def _session(self, account: int) -> StaffSession:
        """They have been at work."""
        token_hash = sealing.digest("test", "session", str(account))
        return StaffSession(
            token_hash=token_hash, account_id=account, created_at=clock.now(), seen_at=clock.now()
        )

    def actor(self, account: int) -> Actor:
        return actor_of(reading().get_one(Account, account))

    def phone_of(self, account: int) -> str:
        phone = reading().get_one(Account, account).phone
        assert phone is not None
        return phone

    def shift(self, account: int, *, desk: int | None = None, hours: int = 12) -> None:
        """On duty from an hour ago."""
        with transaction() as session:
            session.add(
                Shift(
                    service_id=desk or self.id,
                    account_id=account,
                    starts_at=clock.now() - dt.timedelta(hours=1),
                    ends_at=clock.now() + dt.timedelta(hours=hours),
                )
            )

    def choose(self, account: int, purpose: str, channel: str, *, digest: bool = False) -> None:
        with transaction() as session:
            session.add(
                NotificationChoice(account_id=account, purpose=purpose, channel=channel, digest=digest)
            )

    def change(self, **values: Any) -> None:
        with transaction() as session:
            session.execute(update(Service).where(Service.id == self.id).values(**values))

    def urgent(self) -> int:
        """An urgent case that has just been sorted."""
        case = self.case(self.id, urgency="urgent")
        self.alert(case)
        return case

    def clock(
        self, case: int, kind: str = "first_contact", *, warn_in: int | None = None, due_in: int
    ) -> int:
        """A running clock of the case, minutes from now."""
        now = clock.now()
        with transaction() as session:
            row = session.get_one(Case, case)
            started = clocks.start(session, row, kind, due_at=now + due_in * MINUTE, now=now)
            started.warn_at = None if warn_in is None else now + warn_in * MINUTE
            outbox.add(session, clocks.WATCH_CLOCK, ref=started.id, due_at=started.warn_at or started.due_at)
            return started.id

    def act(self, case: int, verb: str, account: int, **case_values: Any) -> None:
        """Staff did something to the case, as its logbook says."""
        with transaction() as session:
            row = session.get_one(Case, case)
            for name, value in case_values.items():
                setattr(row, name, value)
            write_logbook(session, row, verb, actor=self.actor(account))

    def stop_clock(self, clock_id: int) -> None:
        with transaction() as session:
            session.get_one(Clock, clock_id).stopped_at = clock.now()

    def run(self) -> None:
        db.session.remove()
        executor.run_due()
        db.session.remove()

    def told(self, *, after: int = 0) -> list[str]:
        """Numbers and addresses that got something, in order, from the notification after this many."""
        return [message.to for message in self.phone()][after:]

    def climbs(self) -> list[Climb]:
        db.session.rollback()
        return list(reading().scalars(select(Climb).order_by(Climb.id)))

    def only_climb(self) -> Climb:
        (climb,) = self.climbs()
        return climb

    def logbook(self, case: int) -> list[str]:
        rows = reading().scalars(
            select(CaseEvent.verb).where(CaseEvent.case_id == case).order_by(CaseEvent.id)
        )
        return list(rows)

    def sent_to(self, address: str) -> int:
        return self.told().count(address)


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Desk:
    """On SQLite, or on both databases where the test uses `app_on_both`."""
    request.getfixturevalue("app_on_both" if "app_on_both" in request.fixturenames else "app")
    return Desk()


@pytest.fixture
def at(desk: Desk) -> Callable[[dt.datetime, int], None]:
    """Everything that is due so many minutes after a moment is done."""

    def run(start: dt.datetime, minutes: int) -> None:
        with clock.moved(start + minutes * MINUTE):
            desk.run()

    return run
