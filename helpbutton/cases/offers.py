"""The open offer of a case to another desk: found, settled, and over as soon as the case goes another way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import clocks
from helpbutton.cases.access import write_logbook
from helpbutton.cases.clock_rules import HAND_OVER
from helpbutton.cases.handover_models import Transfer
from helpbutton.cases.models import Case


def open_offer(session: Session, case_id: int) -> Transfer | None:
    """The offer that waits for another desk's word, as it is stored now; the caller holds the case's lock."""
    own = select(Transfer).where(Transfer.case_id == case_id, Transfer.status == "offered")
    return session.scalar(own.execution_options(populate_existing=True))


def settle(offer: Transfer, status: str, *, by: int | None = None) -> None:
    """The offer is decided, by this account or by nobody."""
    offer.status, offer.decided_at, offer.decided_by = status, clock.now(), by


def drop_offer(session: Session, case: Case) -> None:
    """The case goes another way: an offer that is open is none any more, and the logbook says so."""
    offer = open_offer(session, case.id)
    if offer is not None:
        settle(offer, "taken_back")
        clocks.stop(case, HAND_OVER, moot=True)
        write_logbook(session, case, "offer_dropped", service=offer.to_service_id)


def settle_return(session: Session, case: Case) -> None:
    """Somebody at the desk has taken up what had come back to it; an offer that is open goes on with its clock."""
    if case.returned_at is not None:
        if open_offer(session, case.id) is None:
            clocks.stop(case, HAND_OVER)
        case.returned_at = None
