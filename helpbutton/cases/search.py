"""Finding a case by what its sender says: its number, a phone number, an e-mail address, words of a name."""

import re

from sqlalchemy import ColumnElement, Select, and_, or_, select

from helpbutton.cases import lifecycle, receipts
from helpbutton.cases.access import visible_cases
from helpbutton.cases.contact import words_of_name
from helpbutton.cases.models import Case, Contact, NameToken
from helpbutton.cases.submission import e164
from helpbutton.cases.worklist import WorklistRow, record_reading, rows_of
from helpbutton.db import transaction
from helpbutton.errors import FieldError, Invalid
from helpbutton.staff.actor import Actor
from helpbutton.vault import sealing

LONGEST = 254
NUMBER = re.compile(f"([{receipts.ALPHABET}]{{4}})[- ]?([{receipts.ALPHABET}]{{4}})")


def search(*, actor: Actor, words: str) -> list[WorklistRow]:
    """The visible cases, open ones first and then the newest, that fit what was typed exactly; at most a page.

    Every search leaves one audit line in each organisation searched, which tells what was searched by and never the
    words. A number that was given for nudges alone finds nothing. Raises Invalid (field "words").
    """
    asked = words.strip()
    kinds = _kinds(asked)
    if not kinds:
        raise Invalid(FieldError("words", "required" if not asked else "format"))
    with transaction() as session:
        organisations = record_reading(
            session, actor, action="search", subject=f"search/{'-or-'.join(kinds)}"
        )
        found = or_(*(_found(kind, text, organisations) for kind, text in kinds.items()))
        newest = (Case.state == lifecycle.CLOSED, Case.received_at.desc(), Case.id.desc())
        return rows_of(session, actor, visible_cases(actor) & found, order=newest)


def _kinds(asked: str) -> dict[str, str]:
    """What the words may be, each in the shape in which it is looked up; eight letters may be a number and a name."""
    kinds: dict[str, str] = {}
    if len(asked) > LONGEST or "\x00" in asked:
        return kinds
    number = NUMBER.fullmatch(asked.upper().translate(receipts.READ_AS))
    if number:
        kinds["number"] = f"{number[1]}-{number[2]}"
    if "@" in asked:
        kinds["email"] = asked
    elif not any(letter.isalpha() for letter in asked):
        phone = e164(asked)
        if phone:
            kinds["phone"] = phone
    elif not any(letter.isdigit() for letter in asked) and words_of_name(asked):
        kinds["name"] = asked
    return kinds


def _found(kind: str, text: str, organisations: list[int]) -> ColumnElement[bool]:
    if kind == "number":
        return Case.number == text
    if kind == "name":
        return and_(*(Case.id.in_(_named(word, organisations)) for word in words_of_name(text)))
    index = {"phone": Contact.phone_index, "email": Contact.email_index}[kind]
    digests = _digests(kind, text, organisations)
    return Case.id.in_(select(Contact.case_id).where(index.in_(digests), ~Contact.nudge_only))


def _named(word: str, organisations: list[int]) -> Select[int]:
    return select(NameToken.case_id).where(NameToken.digest.in_(_digests("name", word, organisations)))


def _digests(kind: str, text: str, organisations: list[int]) -> list[bytes]:
    return [sealing.blind_index(organisation, kind, text) for organisation in organisations]
