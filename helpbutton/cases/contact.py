"""How the sender may be reached, between its row and the shape in which the sender gives it."""

from sqlalchemy.orm import Session

from helpbutton.cases.models import Case, Contact
from helpbutton.cases.submission import ContactInput
from helpbutton.vault import sealing
from helpbutton.vault.sealing import CaseVault

PLAIN = (
    *("preferred", "safe_to_call", "safe_to_leave_message", "safe_to_text", "sms_may_name_service"),
    *("nudge_only", "private_phone", "not_before", "not_after"),
)
"""Choices about contact that are stored as they are; name, phone and e-mail are sealed."""


def contact_of(session: Session, case: Case, vault: CaseVault) -> ContactInput:
    """How the sender may be reached, as they gave it themselves: for the sender alone."""
    row = session.get_one(Contact, case.id)
    sealed = {name: vault.open(getattr(row, name), f"contact.{name}") for name in ("name", "phone", "email")}
    return ContactInput.model_validate({**sealed, **{name: getattr(row, name) for name in PLAIN}})


def set_contact(row: Contact, given: ContactInput, *, vault: CaseVault, organisation_id: int) -> None:
    """Put what the sender gave into the row, sealed, with the indexes of the organisation that has the case."""
    row.name = vault.seal(given.name, "contact.name")
    row.phone = vault.seal(given.phone, "contact.phone")
    row.email = vault.seal(given.email, "contact.email")
    row.phone_index = sealing.blind_index(organisation_id, "phone", given.phone) if given.phone else None
    row.email_index = sealing.blind_index(organisation_id, "email", given.email) if given.email else None
    for name in PLAIN:
        setattr(row, name, getattr(given, name))
