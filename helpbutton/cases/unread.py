"""Whether something urgent stays unread while its desk is closed: it does where nobody is on night duty."""

import datetime as dt

from sqlalchemy.orm import Session

from helpbutton.cases import clocks, lifecycle
from helpbutton.cases.clock_rules import NEXT_ANSWER
from helpbutton.cases.models import Case
from helpbutton.cases.promise import NeverOpen, is_open, next_opening
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk
from helpbutton.directory.service_rules import NONE
from helpbutton.staff.duty import on_duty

NOBODY = (None, NONE)
"""Of a desk's `night_duty`: nobody is named, or expressly nobody."""


def unread_until(session: Session, desk: Desk, *, at: dt.datetime) -> dt.datetime | None:
    """When the desk opens next (Helsinki), if nobody reads at the aware moment what is urgent; None: somebody does.

    Somebody who has a shift at the closed desk is on duty for it, whatever the directory says.
    """
    if desk.night_duty not in NOBODY or is_open(desk.hours, at) or on_duty(session, desk.id, at):
        return None
    try:
        return next_opening(desk.hours, at)
    except NeverOpen:
        return None


def case_unread_until(session: Session, case: Case, desk: Desk, *, at: dt.datetime) -> dt.datetime | None:
    """The same for a case at this desk; None, too, where it is not urgent or its family waits for no answer."""
    unsorted = case.triage_version is None
    urgent = case.urgency == "urgent" or (unsorted and is_urgent_topic(case.stated_topic))
    if not urgent or case.state == lifecycle.CLOSED:
        return None
    if case.answered_at is not None and clocks.clock_running(case, NEXT_ANSWER) is None:
        return None
    return unread_until(session, desk, at=at)


def is_urgent_topic(topic: str | None) -> bool:
    """Whether a request about this topic (None: none was stated) is urgent whatever its words are."""
    return any(known.id == topic and known.urgency == "urgent" for known in directory.topics())
