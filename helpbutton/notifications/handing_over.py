"""Planning what is told when a case is handed over: to the desk that has to act, and to the family."""

from sqlalchemy.orm import Session

from helpbutton.cases.handover_models import Referral, Transfer
from helpbutton.cases.models import Case, CaseEvent, CaseKey, Contact
from helpbutton.db import transaction
from helpbutton.notifications.lifecycle import SLIPPED
from helpbutton.notifications.operations import alert_desk, plan_news_for_sender


def tell_of_transfer(transfer_id: int) -> None:
    """To-do: the desk that is offered a case, or gets it back, learns of it; once it is accepted, the sender does."""
    with transaction() as session:
        made = session.get_one(Transfer, transfer_id)
        case = session.get_one(Case, made.case_id)
        if made.status == "offered":
            alert_desk(session, case=case, service=made.to_service, item=f"transfer/{made.id}/offered")
        elif made.status == "returned":
            alert_desk(session, case=case, service=made.from_service, item=f"transfer/{made.id}/returned")
        elif made.status == "accepted":
            _tell_news(session, case, f"transfer/{made.id}")


def tell_of_move(event_id: int) -> None:
    """To-do: the sender learns that there is something new to read: who answers now."""
    with transaction() as session:
        moved = session.get_one(CaseEvent, event_id)
        _tell_news(session, session.get_one(Case, moved.case_id), f"move/{moved.id}")


def tell_of_referral(referral_id: int) -> None:
    """To-do: the sender learns that there is something new to read, unless it was removed meanwhile."""
    with transaction() as session:
        told = session.get_one(Referral, referral_id)
        if told.removed_at is None:
            _tell_news(session, session.get_one(Case, told.case_id), f"referral/{told.id}")


def _tell_news(session: Session, case: Case, item: str) -> None:
    key = session.get(CaseKey, case.id)
    if key is not None:
        contact = session.get(Contact, case.id, with_for_update=True, populate_existing=True)
        plan_news_for_sender(
            session, SLIPPED, f"{SLIPPED}/{item}", case=case, contact=contact, vault=key.vault()
        )
