"""A new receipt code for a family that lost theirs: staff make sure by phone who asks, and the old code ends."""

from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.intake import new_receipt_code, receipt_digest
from helpbutton.db import transaction
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.staff.actor import Actor

VERIFIED = ("called_their_number", "asked_about_the_case")
"""How the staff member made sure: called the number that the case holds, or asked what only the sender can know."""


def issue_new_code(*, actor: Actor, number: str, version: int, verified: str) -> str:
    """A new random receipt code, returned once to be read aloud; it is stored nowhere and the old code opens nothing
    from now on, pages that were opened with it included.

    Raises NotFound, Conflict when the case changed since `version`, or Invalid when `verified` is none of `VERIFIED`.
    """
    if verified not in VERIFIED:
        raise Invalid(FieldError("verified", "required"))
    code = new_receipt_code()
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="new_code")
        if case.version != version:
            raise Conflict("the case changed since the page was opened")
        case.receipt_digest = receipt_digest(code)
        write_logbook(session, case, "new_code_issued", actor=actor, verified=verified)
    return code
