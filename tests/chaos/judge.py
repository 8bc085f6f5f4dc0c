"""The judgement after the faults: receipts against cases, notifications against what the provider itself accepted."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.app import open_installation
from helpbutton.cases.models import Case
from helpbutton.db import db, reading
from helpbutton.notifications.models import Attempt, Notification
from helpbutton.outbox import ToDo
from helpbutton.settings import Settings
from tests.chaos.families import Ledger
from tests.fakes.provider import Provider
from workers import executor

GRACE_AND_MORE = dt.timedelta(minutes=20)


@dataclass
class Verdict:
    """Everything that must be zero, and the two named cases counted. `held` waits for a human, who sees it."""

    accepted: int
    lost: int
    unsorted: int
    doubled_cases: int
    doubled_sends: int
    excused_doubles: int
    untold: int
    held: int
    resting: int

    @property
    def clean(self) -> bool:
        return not (
            self.lost
            or self.unsorted
            or self.doubled_cases
            or self.doubled_sends
            or self.untold
            or self.resting
        )


def waiting(config: Settings) -> int:
    """How many to-dos are open and not merely in their grace."""
    app, _ = open_installation(config)
    with app.app_context():
        soon = clock.now() + dt.timedelta(seconds=50)
        grace = select(Notification.id).where(Notification.status == "unknown")
        count = reading().scalar(
            select(func.count())
            .select_from(ToDo)
            .where(ToDo.state == "open", ToDo.due_at < soon)
            .where(~((ToDo.kind == "deliver_notification") & ToDo.ref.in_(grace)))
        )
        db.session.remove()
        db.engine.dispose()
    return count or 0


def judge(config: Settings, ledger: Ledger, provider: Provider) -> Verdict:
    """Call it when the installation is quiet and stopped; what is in its grace is then brought to its end."""
    app, _ = open_installation(config)
    with app.app_context():
        with clock.moved(clock.now() + GRACE_AND_MORE):
            executor.run_due()
        session = reading()
        numbers = session.scalars(select(Case.number)).all()
        states = dict(map(tuple, session.execute(select(Case.number, Case.triage_version))))
        given = {str(receipt["number"]) for receipt in ledger.receipts.values()}
        statuses = dict(map(tuple, session.execute(select(Notification.reference, Notification.status))))
        doubtful = set(
            session.scalars(
                select(Notification.reference)
                .join(Attempt, Attempt.notification_id == Notification.id)
                .where(Attempt.outcome == "unknown")
            )
        )
        resting = session.scalar(select(func.count()).select_from(ToDo).where(ToDo.state == "resting")) or 0
        db.session.remove()
        db.engine.dispose()
    copies = Counter(
        (message["recipient"], message["body"].rstrip(".").rpartition(" ")[2])
        for message in provider.accepted()
    )
    doubled = [reference for (_, reference), count in copies.items() if count > 1]
    held = sum(status == "held" for status in statuses.values())
    told = {to for (to, _) in copies}
    untold = [phone for phone in ledger.receipts if phone not in told]
    return Verdict(
        accepted=len(ledger.receipts),
        lost=len(given - set(numbers)),
        unsorted=sum(states[number] is None for number in given & set(numbers)),
        doubled_cases=len(numbers) - len(set(numbers)) + max(0, len(numbers) - len(given)),
        doubled_sends=sum(reference not in doubtful for reference in doubled),
        excused_doubles=sum(reference in doubtful for reference in doubled),
        untold=max(0, len(untold) - held),
        held=held,
        resting=resting,
    )
