"""A member's account is disabled: what they had in hand waits at its desks again, for whoever works there."""

from sqlalchemy import select

from helpbutton.cases import lifecycle
from helpbutton.cases.access import write_logbook
from helpbutton.cases.handling import alert_again, back_to_desk
from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.staff import members
from helpbutton.staff.actor import Actor


def disable(*, actor: Actor, account_id: int) -> None:
    """Disable the account, and give its open cases back; the desk is alerted again to what is urgent among them.

    Raises NotFound or Conflict, as `members.shut`.
    """
    with transaction() as session:
        members.shut(session, actor=actor, account_id=account_id)
        own = (Case.assigned_to == account_id, Case.state != lifecycle.CLOSED)
        for case in session.scalars(select(Case).where(*own).order_by(Case.id).with_for_update()).all():
            back_to_desk(session, case)
            event = write_logbook(session, case, "colleague_disabled", actor=actor, colleague=account_id)
            alert_again(session, case, since=event)
