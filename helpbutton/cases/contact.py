"""How the sender may be reached, between its row and the shape in which the sender gives it."""

import re
import unicodedata

from sqlalchemy.orm import Session

from helpbutton.cases.models import Case, Contact, NameToken
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
    _index(row, given.name, given.phone, given.email, organisation_id)
    for name in PLAIN:
        setattr(row, name, getattr(given, name))


def reindex(session: Session, case: Case, organisation_id: int) -> None:
    """The indexes by which the sender is found, made anew for the organisation that the case goes to."""
    row, vault = session.get(Contact, case.id), case.case_key.vault()
    if row is not None:
        name, phone, email = (
            vault.open(getattr(row, field), f"contact.{field}") for field in ("name", "phone", "email")
        )
        _index(row, name, phone, email, organisation_id)


def words_of_name(name: str) -> list[str]:
    """The words by which a name is found, whatever their case, order and hyphens: each once."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+", folded)))


def _index(
    row: Contact, name: str | None, phone: str | None, email: str | None, organisation_id: int
) -> None:
    row.phone_index = sealing.blind_index(organisation_id, "phone", phone) if phone else None
    row.email_index = sealing.blind_index(organisation_id, "email", email) if email else None
    row.name_tokens = [
        NameToken(digest=sealing.blind_index(organisation_id, "name", word))
        for word in words_of_name(name or "")
    ]
