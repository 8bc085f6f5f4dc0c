"""A lost receipt code: who said "this phone is only mine" gets a one-time code there that opens the case.

What the person who asks can see, and how long it takes, is the same for every number: asking stores a request and
nothing is looked up. A worker looks the number up later; guessing counts against the request, known number or not.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from helpbutton import clock, outbox
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases.access import write_logbook
from helpbutton.cases.kinds import SEND_ONE_TIME_CODE
from helpbutton.cases.models import Case, CodeRequest, Contact
from helpbutton.db import transaction
from helpbutton.directory.models import Organisation
from helpbutton.errors import HelpButtonError, NotFound
from helpbutton.vault import keystore, sealing

VALID_FOR = dt.timedelta(minutes=10)
TRIES = 5
FREQUENT_CODES = 3
FIRST_PAUSE, LATER_PAUSE = dt.timedelta(minutes=10), dt.timedelta(hours=2)
"""Codes to one number keep this distance, the first three in a day and those after them: anybody can ask for codes to
anybody's number, so there is no last one that could be used up; more than about 14 a day cannot come."""
REQUESTS_A_MINUTE = 60
"""Of the whole installation."""
MINUTE = dt.timedelta(minutes=1)
KEPT_FOR = dt.timedelta(days=1)
DIGITS = 6


class TooManyRequests(HelpButtonError):
    """More codes are asked for in a minute than the installation takes, whatever the number."""


@dataclass(frozen=True)
class OpenedCase:
    """A case that a one-time code opens; `received_at` (aware UTC) tells it from the others."""

    case_id: int
    received_at: dt.datetime


def ask_for_code(*, phone: str, token: str) -> str:
    """Remember that somebody with this number (E.164) lost a code; returns the request's token for their page.

    The same number with the same `token` (random, made with the form) again changes nothing; with another number
    it becomes a request of its own, under a new token. Raises TooManyRequests.
    """
    number_digest = _digest(phone)
    with transaction() as session:
        earlier = session.scalar(select(CodeRequest).where(CodeRequest.token == token))
        if earlier is not None and earlier.number_digest == number_digest:
            return token
        now = clock.now()
        recent = select(CodeRequest.id).where(CodeRequest.asked_at > now - MINUTE).limit(REQUESTS_A_MINUTE)
        if len(session.scalars(recent).all()) == REQUESTS_A_MINUTE:
            raise TooManyRequests
        token = token if earlier is None else secrets.token_hex(16)
        request = CodeRequest(
            token=token,
            asked_at=now,
            number=sealing.seal_bytes(_number_key(), phone.encode(), _place(token)),
            number_digest=number_digest,
            case_ids=[],
        )
        session.add(request)
        session.flush()
        outbox.add(session, SEND_ONE_TIME_CODE, ref=request.id)
    return token


def open_with_code(*, token: str, typed: str) -> list[OpenedCase]:
    """The cases that this one-time code opens, newest first; each opening is on record.

    Raises NotFound, the same for a wrong code, one that is too old, used or tried too often, and an unknown number.
    """
    digits = "".join(str(int(letter)) for letter in typed if letter.isdecimal())
    with transaction() as session:
        request = session.scalar(select(CodeRequest).where(CodeRequest.token == token).with_for_update())
        opened = _try(session, request, digits) if request else []
    if not opened:
        raise NotFound("one-time code")
    return opened


def code_of(token: str) -> str:
    """The six digits that belong to a request: derived whenever they are needed, stored nowhere."""
    number = int.from_bytes(sealing.digest("one-time-code", token)[:8], "big")
    return f"{number % 10**DIGITS:0{DIGITS}}"


def look_up(session: Session, request: CodeRequest) -> tuple[str, list[tuple[Case, Contact]]]:
    """The number of a request, which the row then forgets, and the cases that its code may open, newest first.

    A closed case is among them as long as the family may open it again by writing.
    """
    assert request.number is not None
    number = sealing.open_bytes(_number_key(), request.number, _place(request.token)).decode()
    request.number = None
    reopens = clock.now() - dt.timedelta(days=lifecycle.REOPEN_DAYS)
    organisations = session.scalars(select(Organisation.id)).all()
    indexes = [sealing.blind_index(organisation, "phone", number) for organisation in organisations]
    rows = session.execute(
        select(Case, Contact)
        .join(Contact, Contact.case_id == Case.id)
        .where(
            Contact.phone_index.in_(indexes),
            Contact.private_phone,
            Contact.safe_to_text,
            ~Case.quarantined,
            (Case.state != lifecycle.CLOSED) | (Case.closed_at >= reopens),
        )
        .options(joinedload(Case.case_key, innerjoin=True))
        .order_by(Case.received_at.desc(), Case.id.desc())
        .with_for_update(of=Case)
    ).all()
    return number, [(case, contact) for case, contact in rows]


def comes_too_soon(session: Session, request: CodeRequest) -> bool:
    """Whether the latest code to the same number is too recent for another one."""
    now = clock.now()
    same = (CodeRequest.number_digest == request.number_digest, CodeRequest.sent_at > now - KEPT_FOR)
    sent, latest = session.execute(
        select(func.count(), func.max(CodeRequest.sent_at)).select_from(CodeRequest).where(*same)
    ).one()
    return latest is not None and now - latest < pause_after(sent)


def pause_after(sent: int) -> dt.timedelta:
    """How long after the latest of so many codes within a day the next one may follow."""
    return FIRST_PAUSE if sent < FREQUENT_CODES else LATER_PAUSE


def forget_old(session: Session) -> None:
    """Requests are kept only as long as the distance between codes needs them."""
    session.execute(delete(CodeRequest).where(CodeRequest.asked_at < clock.now() - KEPT_FOR))


def _try(session: Session, request: CodeRequest, digits: str) -> list[OpenedCase]:
    now = clock.now()
    request.tries += 1
    right = secrets.compare_digest(digits, code_of(request.token))
    alive = request.tries <= TRIES and request.used_at is None and now - request.asked_at <= VALID_FOR
    if not (right and alive and request.case_ids):
        return []
    request.used_at = now
    cases = _still_of(session, request)
    for case in cases:
        audit.record(
            session,
            organisation_id=case.organisation_id,
            actor="sender",
            action="open_with_one_time_code",
            subject=sealing.pseudonym("case", case.id),
            ground="one-time code",
        )
        write_logbook(session, case, "opened_with_one_time_code", by="sender")
    return [OpenedCase(case.id, case.received_at) for case in cases]


def _still_of(session: Session, request: CodeRequest) -> list[Case]:
    """The cases of a request whose sender has the same phone to themselves at this moment, newest first."""
    rows = session.execute(
        select(Case, Contact)
        .join(Contact, Contact.case_id == Case.id)
        .where(Case.id.in_(request.case_ids), Contact.private_phone)
        .options(joinedload(Case.case_key, innerjoin=True))
        .order_by(Case.received_at.desc(), Case.id.desc())
    )
    found = []
    for case, contact in rows:
        number = case.case_key.vault().open(contact.phone, "contact.phone")
        if number is not None and _digest(number) == request.number_digest:
            found.append(case)
    return found


def _digest(number: str) -> bytes:
    return sealing.digest("code-request", number)


def _number_key() -> bytes:
    return keystore.current().derive("code-request-number")


def _place(token: str) -> str:
    return f"code_request.number/{token}"
