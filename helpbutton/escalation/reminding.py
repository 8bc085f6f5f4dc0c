"""What is told once: to a colleague that they were given a case or of a reminder's date, to a desk what waits again."""

from sqlalchemy.orm import Session

from helpbutton.cases import clocks, lifecycle
from helpbutton.cases.clock_rules import ACCEPTANCE
from helpbutton.cases.models import Case, CaseEvent
from helpbutton.cases.reminders import left_the_person
from helpbutton.cases.work_models import Reminder
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.escalation.ladder import URGENT
from helpbutton.escalation.people import list_of, people_on
from helpbutton.notifications.lifecycle import REMINDER_ALERT
from helpbutton.notifications.operations import alert_desk
from helpbutton.notifications.to_people import About, To, tell
from helpbutton.staff.choices import REMINDERS
from helpbutton.staff.queries import members_of


def tell_assigned(event_id: int) -> None:
    """To-do: tell the colleague who was given a case, unless it has been settled meanwhile."""
    with transaction() as session:
        event = session.get_one(CaseEvent, event_id)
        case = session.get_one(Case, event.case_id)
        colleague = int(event.params["colleague"])
        waits = clocks.clock_running(case, ACCEPTANCE)
        if case.assigned_to == colleague and waits is not None and waits.slipped_at is None:
            about = About(REMINDER_ALERT, REMINDERS, f"event/{event_id}/assigned", case.id)
            tell(session, about, [To(case.service_id, colleague)], reached=set())


def alert_again(event_id: int) -> None:
    """To-do: alert the desk to something urgent that waits there again, unless somebody has seen to it meanwhile."""
    with transaction() as session:
        event = session.get_one(CaseEvent, event_id)
        case = session.get_one(Case, event.case_id)
        if case.urgency == URGENT and case.assigned_to is None and case.state != lifecycle.CLOSED:
            service = session.get_one(Service, case.service_id)
            alert_desk(session, case=case, service=service, item=f"event/{event_id}")


def remind(reminder_id: int) -> None:
    """To-do: the date of a reminder has come; nobody is told when it is done already or the case is closed.

    A person who does not work at the desk of the case any more is not told; the desk is, as it is besides a person
    whom the case has left meanwhile. Whoever has the case is told of the next try.
    """
    with transaction() as session:
        row = session.get_one(Reminder, reminder_id)
        case = session.get_one(Case, row.case_id)
        if row.done_at is not None or case.state == lifecycle.CLOSED:
            return
        service = session.get_one(Service, case.service_id)
        about = About(REMINDER_ALERT, REMINDERS, f"reminder/{row.id}", case.id)
        person = row.account_id if row.attempt_id is None else None
        told = person is not None and person in members_of(service.id)
        reached: set[str] = set()
        if told:
            tell(session, about, [To(service.id, person)], reached=reached)
        if not told or left_the_person(session, row, case):
            _tell_desk(session, about, case, service, reached=reached)


def _tell_desk(session: Session, about: About, case: Case, service: Service, *, reached: set[str]) -> None:
    """Whoever has the case, else who is on duty or the duty number, else whoever leads the desk."""
    groups = (people_on(session, who, case=case, service=service, told=()) for who in ("assigned", "duty"))
    for people in (*groups, list_of(session, service)):
        if tell(session, about, people, reached=reached):
            return
