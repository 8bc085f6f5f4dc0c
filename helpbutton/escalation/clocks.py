"""What follows when a clock warns or runs out: a reminder, then a ladder and an honest word to the family."""

import datetime as dt

from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import assigning, clocks, transfer
from helpbutton.cases.access import write_logbook
from helpbutton.cases.clock_rules import ACCEPTANCE, HAND_OVER, TO_THE_FAMILY
from helpbutton.cases.models import Case, CaseKey, Clock, Contact
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.escalation.operations import begin
from helpbutton.escalation.people import list_of, people_on
from helpbutton.escalation.queries import is_urgent_climbing
from helpbutton.notifications.lifecycle import REMINDER_ALERT
from helpbutton.notifications.operations import plan_slipped
from helpbutton.notifications.to_people import About, tell
from helpbutton.staff.choices import REMINDERS

REMINDED = ("assigned", "duty")
"""The first of these that there is: the person who has the case, if it is at the desk that has to act, else whoever is
on duty there or the duty number."""


def watch_clock(clock_id: int) -> dt.datetime | None:
    """To-do: look at a clock whose time has come; returns when to look again (aware), None when it is over."""
    with transaction() as session:
        if assigning.opened_in_time(session, clock_id):
            return None
        look = clocks.look(session, clock_id)
        if look.says is not None:
            found = session.get_one(Clock, clock_id)
            case = session.get_one(Case, found.case_id)
            if look.says == "warn":
                _warn(session, found, case)
            else:
                _slip(session, found, case)
        return look.again_at


def _warn(session: Session, found: Clock, case: Case) -> None:
    """Remind whoever can still keep it; what is urgent and has not been accepted reminds them already."""
    if is_urgent_climbing(session, case.id):
        return
    service = session.get_one(Service, found.service_id)
    about = About(REMINDER_ALERT, REMINDERS, f"clock/{found.id}/warning", case.id)
    reminded = REMINDED if service.id == case.service_id else REMINDED[1:]
    groups = [people_on(session, who, case=case, service=service, told=()) for who in reminded]
    for people in (*groups, list_of(session, service)):
        if tell(session, about, people, reached=set()):
            return


def _slip(session: Session, found: Clock, case: Case) -> None:
    """Everybody is told the truth: the desk by its ladder, the family that there is news where they wrote."""
    write_logbook(session, case, "promise_slipped", clock=found.kind)
    if found.kind == HAND_OVER:
        transfer.expire(session, case, found)
    if found.kind == ACCEPTANCE:
        assigning.expire(session, case)
    begin(session, case, subject=found.kind, started_at=clock.now(), of=found)
    key = session.get(CaseKey, case.id)
    if found.kind in TO_THE_FAMILY and key is not None:
        contact = session.get(Contact, case.id)
        plan_slipped(session, case=case, contact=contact, vault=key.vault(), clock_id=found.id)
