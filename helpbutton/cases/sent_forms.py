"""Forms that are sent twice: the same content is done already, other content with the same token is refused."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton.cases.handover_models import Referral, Transfer
from helpbutton.cases.models import Case
from helpbutton.cases.outside_models import RecordOnward, StatutoryStep
from helpbutton.cases.work_models import ContactAttempt, Reminder
from helpbutton.errors import FieldError, Invalid

Made = TypeVar("Made", ContactAttempt, RecordOnward, Referral, Reminder, StatutoryStep, Transfer)


def done_already(
    session: Session,
    made_by: type[Made],
    token: str,
    case: Case,
    *,
    field: str,
    same: Callable[[Made], bool],
) -> bool:
    """Whether the form with this token has been sent on this case, with the `same` content.

    Raises Invalid (`field`: "sent_already") when something else was sent with the token.
    """
    row = session.scalar(select(made_by).where(made_by.token == token))
    if row is None:
        return False
    if row.case_id != case.id or not same(row):
        raise Invalid(FieldError(field, "sent_already"))
    return True
