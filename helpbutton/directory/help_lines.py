"""Help lines as administrators look after them: which numbers somebody has called lately, and which nobody has.

What ships with the product is written anew by `init`; what an administrator checks is kept beside it and holds as
long as the number stays the same.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from helpbutton import clock
from helpbutton.db import reading, transaction
from helpbutton.directory import queries
from helpbutton.directory.models import HelpLine, HelpLineCheck
from helpbutton.directory.operations import record_everywhere
from helpbutton.directory.queries import Names
from helpbutton.directory.sites import Editor
from helpbutton.errors import Conflict, NotFound

CHECK_EVERY = dt.timedelta(days=90)


class Checker(Editor, Protocol):
    """Whoever checks a number; the account is kept with it."""

    @property
    def account_id(self) -> int: ...


@dataclass(frozen=True)
class KeptLine:
    """A help line; `source` and `shipped` are the product's, `checked` and `checked_by` (an account) ours, for its
    present number, which may be `wrong`. `shown`: families see it outside demo mode. `due`: nobody has called for 90
    days."""

    id: str
    names: Names
    number: str
    hours: Names
    source: str | None
    shipped: dt.date | None
    checked: dt.date | None
    checked_by: int | None
    wrong: bool
    shown: bool
    due: bool


def kept_lines() -> list[KeptLine]:
    """Every help line in force, those to be checked first, then as forms show them."""
    today = clock.today()
    rows = reading().execute(
        select(HelpLine, HelpLineCheck)
        .outerjoin(HelpLineCheck, queries.of_this_number())
        .order_by(HelpLine.position)
    )
    found = [
        _kept(line, check, today) for line, check in rows if line.valid_to is None or line.valid_to >= today
    ]
    return sorted(found, key=lambda line: not line.due)


def due_count() -> int:
    """How many help lines nobody has checked for 90 days."""
    return sum(line.due for line in kept_lines())


def check_today(*, actor: Checker, line_id: str, number: str, right: bool = True) -> None:
    """An administrator has called `number` today: it is right, or families are not given it any more.

    It concerns every organisation, so that it stands in the record of each.

    Raises NotFound, Conflict (it has changed since, or it is the emergency number, which always stays).
    """
    if "administrator" not in actor.organisations.values():
        raise NotFound("help line")
    with transaction() as session:
        line = session.get(HelpLine, line_id)
        if line is None:
            raise NotFound("help line")
        if line.number != number:
            raise Conflict("the number has changed since this page was opened")
        if not right and number == queries.EMERGENCY_NUMBER:
            raise Conflict("the emergency number always stays")
        session.merge(
            HelpLineCheck(
                help_line_id=line.id,
                number=number,
                checked_on=clock.today(),
                is_right=right,
                account_id=actor.account_id,
            )
        )
        record_everywhere(
            session,
            actor=actor.pseudonym,
            action="check_help_line" if right else "hide_help_line",
            subject=f"help line/{line.id}"[:40],
            ground="administrator",
        )


def _kept(line: HelpLine, check: HelpLineCheck | None, today: dt.date) -> KeptLine:
    ours = check.checked_on if check else None
    last = max(filter(None, (ours, line.last_checked)), default=None)
    emergency = line.number == queries.EMERGENCY_NUMBER
    wrong = check is not None and not check.is_right
    return KeptLine(
        id=line.id,
        names=line.names,
        number=line.number,
        hours=line.hours,
        source=line.source,
        shipped=line.last_checked,
        checked=ours,
        checked_by=check.account_id if check else None,
        wrong=wrong,
        shown=emergency or (not wrong and (ours is not None or bool(line.source and line.last_checked))),
        due=not emergency and not wrong and (last is None or today - last > CHECK_EVERY),
    )
