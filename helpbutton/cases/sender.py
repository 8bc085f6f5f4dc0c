"""What the sender may do with their own case: change how they may be reached, take it back, ask for their rights."""

from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases import lifecycle, tasks
from helpbutton.cases.access import case_of_family, write_logbook
from helpbutton.cases.contact import contact_of, set_contact
from helpbutton.cases.handling import shut
from helpbutton.cases.kinds import SENDER_ACTED
from helpbutton.cases.models import Case, Contact
from helpbutton.cases.submission import ContactInput
from helpbutton.db import transaction
from helpbutton.errors import Conflict

ASKED = {tasks.COPY: "copy_requested", tasks.ERASURE: "erasure_requested"}


def own_contact(*, case_id: int) -> ContactInput:
    """The contact details as the sender gave them, for the sender to change. Raises NotFound."""
    with transaction() as session:
        case = case_of_family(session, case_id, action="family_contact")
        return contact_of(session, case, case.case_key.vault())


def change_contact(*, case_id: int, contact: ContactInput) -> bool:
    """The sender's new contact details and safe-contact choices replace the old ones; False when nothing differs.

    The desk is told; what was planned to the old number is not sent any more. Raises NotFound, or Conflict once the
    case is closed.
    """
    with transaction() as session:
        case = case_of_family(session, case_id, action="change_contact")
        vault = case.case_key.vault()
        if contact_of(session, case, vault) == contact:
            return False
        if case.state == lifecycle.CLOSED:
            raise Conflict("the case is closed")
        row = session.get_one(Contact, case.id, with_for_update=True, populate_existing=True)
        set_contact(row, contact, vault=vault, organisation_id=case.organisation_id)
        _tell(session, case, "contact_changed")
    return True


def withdraw(*, case_id: int) -> None:
    """The sender takes the request back. A case that nobody has taken and that has no sign of danger is closed;
    otherwise it stays, marked as withdrawn, and a person at the desk decides. Doing it twice is harmless.

    Raises NotFound, or Conflict once the case is closed for another reason.
    """
    with transaction() as session:
        case = case_of_family(session, case_id, action="withdraw")
        if case.withdrawn_at is not None:
            return
        if case.state == lifecycle.CLOSED:
            raise Conflict("the case is closed")
        case.withdrawn_at = clock.now()
        if case.assigned_to is None and not case.danger_flags and lifecycle.possible("withdraw", case.state):
            case.state = lifecycle.after("withdraw", case.state)
            shut(session, case, outcome="withdrawn")
        else:
            tasks.add_task(session, case, tasks.WITHDRAWN)
        _tell(session, case, "withdrawn")


def ask_for(*, case_id: int, kind: str) -> None:
    """The sender asks for a copy of the case or for its erasure (`tasks.COPY`, `tasks.ERASURE`): a task of the desk's
    lead, due in a month. Asking again while it is open changes nothing. Raises NotFound.
    """
    with transaction() as session:
        case = case_of_family(session, case_id, action=kind)
        if tasks.add_task(session, case, kind):
            _tell(session, case, ASKED[kind])


def _tell(session: Session, case: Case, verb: str) -> None:
    event = write_logbook(session, case, verb, by="sender")
    session.flush()
    outbox.add(session, SENDER_ACTED, ref=event.id)
