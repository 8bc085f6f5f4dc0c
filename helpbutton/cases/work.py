"""What daily work has left on a case: tries to reach the family, reminders, and other cases of the same contact."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpbutton.cases.attempts import AttemptView, attempts_of, proposed_try
from helpbutton.cases.earlier import EarlierCase, earlier_cases
from helpbutton.cases.models import Case
from helpbutton.cases.reminders import ReminderView, reminders_of
from helpbutton.staff.actor import Actor
from helpbutton.vault.sealing import CaseVault


@dataclass(frozen=True)
class Work:
    """`proposed_try`: when to try to reach the family again (aware), if nobody answers now."""

    attempts: tuple[AttemptView, ...]
    proposed_try: dt.datetime | None
    reminders: tuple[ReminderView, ...]
    earlier: tuple[EarlierCase, ...]


def work_on(session: Session, case: Case, vault: CaseVault, actor: Actor) -> Work:
    """The work on a case that the actor opens in this transaction."""
    return Work(
        attempts=attempts_of(session, case.id),
        proposed_try=proposed_try(session, case) if case.closed_at is None else None,
        reminders=reminders_of(session, case, vault, actor),
        earlier=earlier_cases(session, case, vault, actor),
    )
