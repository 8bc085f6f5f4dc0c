"""Two questions after closing: did it help, and did the family have to tell its matter many times."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import lifecycle
from helpbutton.cases.access import case_of_family, write_logbook
from helpbutton.cases.models import AfterClosing
from helpbutton.db import transaction
from helpbutton.errors import Conflict, FieldError, Invalid


@dataclass(frozen=True)
class Answers:
    """What the family said."""

    helped: bool
    told_again: bool


def say(*, case_id: int, helped: bool | None, told_again: bool | None) -> None:
    """Keep both answers; saying it again replaces them, so a mind may be changed while the case is closed.

    Raises NotFound, Conflict (the case is open), or Invalid naming the question that was left out.
    """
    missing = {"helped": helped, "told_again": told_again}
    errors = tuple(FieldError(field, "required") for field, answer in missing.items() if answer is None)
    if errors or helped is None or told_again is None:
        raise Invalid(*errors)
    with transaction() as session:
        case = case_of_family(session, case_id, action="after_closing")
        if case.state != lifecycle.CLOSED:
            raise Conflict("the case is open")
        known = session.get(AfterClosing, case.id)
        if known is None:
            session.add(AfterClosing(case_id=case.id, at=clock.now(), helped=helped, told_again=told_again))
            write_logbook(session, case, "after_closing_said", by="sender")
        else:
            known.at, known.helped, known.told_again = clock.now(), helped, told_again


def said(session: Session, case_id: int) -> Answers | None:
    """What was said of a case that the caller has opened, or None."""
    row = session.get(AfterClosing, case_id)
    return Answers(row.helped, row.told_again) if row else None
