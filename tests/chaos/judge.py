"""The judgement after the faults: receipts against cases, SMS against what the provider itself accepted."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.app import open_installation
from helpbutton.cases.kinds import WATCH_CLOCK
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.escalation.kinds import CLIMB
from helpbutton.notifications.kinds import ASK_DELIVERY, DELIVER
from helpbutton.notifications.models import Notification
from helpbutton.outbox import ToDo
from helpbutton.settings import Settings
from tests.chaos import sms
from tests.chaos.families import Ledger
from tests.fakes.provider import Provider

WATCHING = (ASK_DELIVERY.name, CLIMB.name, WATCH_CLOCK.name)
"""To-dos that look at something now and then for hours; nobody waits for their end."""


@dataclass
class Verdict:
    """What became of every request and of every SMS; all but `accepted` and `held` must be nothing."""

    accepted: int
    lost: int
    unsorted: int
    doubled_cases: int
    resting: int
    sms: sms.Figures

    @property
    def held(self) -> int:
        """How many SMS a human decides about."""
        return sum(self.sms.seen_by_human.values())

    @property
    def clean(self) -> bool:
        return self.sms.clean and not (self.lost or self.unsorted or self.doubled_cases or self.resting)


def waiting(config: Settings, *, ahead_s: float = 50) -> int:
    """How many to-dos are open and not merely in their grace; those that are due so many seconds ahead count too."""
    app, _ = open_installation(config)
    with app.app_context():
        soon = clock.now() + dt.timedelta(seconds=ahead_s)
        grace = select(Notification.id).where(Notification.status == "unknown")
        count = reading().scalar(
            select(func.count())
            .select_from(ToDo)
            .where(ToDo.state == "open", ToDo.due_at < soon, ToDo.kind.not_in(WATCHING))
            .where(~((ToDo.kind == DELIVER.name) & ToDo.ref.in_(grace)))
        )
        db.session.remove()
        db.engine.dispose()
    return count or 0


def judge(config: Settings, ledger: Ledger, provider: Provider) -> Verdict:
    """Call it when the installation is stopped; what is in its grace is then brought to its end."""
    provider.clear()
    app, _ = open_installation(config)
    with app.app_context():
        sms.bring_to_an_end()
        session = reading()
        numbers = session.scalars(select(Case.number)).all()
        states = dict(map(tuple, session.execute(select(Case.number, Case.triage_version))))
        given = {str(receipt["number"]) for receipt in ledger.receipts.values()}
        resting = session.scalar(select(func.count()).select_from(ToDo).where(ToDo.state == "resting")) or 0
        figures = sms.count(ledger, provider)
        db.session.remove()
        db.engine.dispose()
    return Verdict(
        accepted=len(ledger.receipts),
        lost=len(given - set(numbers)),
        unsorted=sum(states[number] is None for number in given & set(numbers)),
        doubled_cases=len(numbers) - len(set(numbers)) + max(0, len(numbers) - len(given)),
        resting=resting,
        sms=figures,
    )
