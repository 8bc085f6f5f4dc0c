"""A member leaves, with the account or one desk: what they had in hand waits at its desk again for the others."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpbutton.cases import lifecycle
from helpbutton.cases.access import write_logbook
from helpbutton.cases.handling import alert_again, back_to_desk
from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.staff import members
from helpbutton.staff.actor import Actor
from helpbutton.staff.queries import members_of


def disable(*, actor: Actor, account_id: int) -> None:
    """Disable the account, and give its open cases back; the desk is alerted again to what is urgent among them.

    Raises NotFound or Conflict, as `members.shut`.
    """
    with transaction() as session:
        members.shut(session, actor=actor, account_id=account_id)
        _give_back(session, actor, account_id, "colleague_disabled")


def remove_role(*, actor: Actor, account_id: int, membership_id: int) -> None:
    """One role fewer; who has none left at that desk gives its open cases back, as when the account is disabled.

    Raises NotFound or Conflict, as `members.take_role`.
    """
    with transaction() as session:
        desk = members.take_role(session, actor=actor, account_id=account_id, membership_id=membership_id)
        if desk is not None and account_id not in members_of(desk):
            _give_back(session, actor, account_id, "colleague_left", Case.service_id == desk)


def _give_back(
    session: Session, actor: Actor, account_id: int, verb: str, *where: ColumnElement[bool]
) -> None:
    own = (Case.assigned_to == account_id, Case.state != lifecycle.CLOSED, *where)
    for case in session.scalars(select(Case).where(*own).order_by(Case.id).with_for_update()).all():
        back_to_desk(case)
        event = write_logbook(session, case, verb, actor=actor, colleague=account_id)
        alert_again(session, case, since=event)
