"""Accepting a request: one transaction that stores it whole or not at all, and a receipt that outlives us."""

import datetime as dt
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from helpbutton import clock, daily_counts, outbox
from helpbutton.cases import clocks, lifecycle, quarantine, receipts
from helpbutton.cases.access import write_logbook
from helpbutton.cases.address import Address, address
from helpbutton.cases.contact import set_contact
from helpbutton.cases.kinds import SORT_CASE
from helpbutton.cases.models import Case, CaseKey, Contact, Decision
from helpbutton.cases.quarantine import Signs
from helpbutton.cases.submission import URGENCIES, Submission
from helpbutton.cases.unread import case_unread_until
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Site
from helpbutton.directory.queries import Desk
from helpbutton.errors import AlreadyReceived, Conflict
from helpbutton.reasons import Reason
from helpbutton.triage import screen
from helpbutton.vault import keystore, sealing
from helpbutton.vault.sealing import CaseVault

SAME_ANSWER_FOR = dt.timedelta(hours=24)
BY_KEY = (
    select(Case)
    .where(Case.request_digest == bindparam("digest"))
    .options(joinedload(Case.case_key, innerjoin=True))
)
NO_SIGNS = Signs()


@dataclass(frozen=True)
class Receipt:
    """What the sender is told. Moments are aware; `respond_by` is the promise as first given.

    `unread_until`: it is urgent, nobody reads it now, and the desk opens then.
    """

    case_id: int
    number: str
    receipt_code: str
    received_at: dt.datetime
    respond_by: dt.datetime
    desk: Desk
    danger_flags: tuple[str, ...]
    unread_until: dt.datetime | None


def submit_request(
    *, submission: Submission, idempotency_key: str, signs: Signs = NO_SIGNS, canary: bool = False
) -> Receipt:
    """Store the request under its addressed desk and promise it an answer; the same key again gives the same receipt.

    `signs` is what the door noticed; it never changes the answer. `canary`: the installation asks itself; the case
    is kept from everybody and has no clocks. When this returns the request is committed.
    Raises Invalid, OutsideArea, AlreadyReceived, NotFound.
    """
    return accept(
        submission, idempotency_key, lambda: address(submission), _weighed(submission, signs), canary=canary
    )


def accept(
    submission: Submission,
    idempotency_key: str,
    target_of: Callable[[], Address],
    then: Callable[[Session, Case], None],
    *,
    canary: bool = False,
) -> Receipt:
    """What every way in shares: the case is stored at the addressed desk, its clocks run, `then` adds the rest.

    `target_of` is asked only for a key that is new. Raises what it raises, AlreadyReceived, Conflict.
    """
    earlier = _received_before(submission, idempotency_key)
    if earlier is not None:
        return earlier
    target = target_of()
    try:
        with transaction() as session:
            case = _store(session, submission, idempotency_key, target, canary=canary)
            if not canary:
                clocks.begin(session, case, target.desk)
                then(session, case)
    except IntegrityError:
        twin = _received_before(submission, idempotency_key)
        if twin is None:
            raise Conflict("the request could not be stored") from None
        return twin
    return _receipt(case, submission, idempotency_key, target.desk, target.unread_until)


def find_by_key(*, site: str, idempotency_key: str) -> Case | None:
    """The case that this key made, if any, with its key row loaded."""
    return reading().scalar(BY_KEY, {"digest": _request_digest(site, idempotency_key)})


def requests_since(moment: dt.datetime, *, site: str, at_most: int) -> int:
    """How many requests this site has taken since the aware moment, counted up to `at_most`."""
    newest = (
        select(Case.id)
        .where(Case.site_id == select(Site.id).where(Site.key == site).scalar_subquery())
        .where(Case.received_at > moment)
        .limit(at_most)
    )
    return reading().scalar(select(func.count()).select_from(newest.subquery())) or 0


def _received_before(submission: Submission, idempotency_key: str) -> Receipt | None:
    case = find_by_key(site=submission.site, idempotency_key=idempotency_key)
    if case is None:
        return None
    same_body = secrets.compare_digest(
        case.body_fingerprint, case.case_key.vault().fingerprint(_canonical(submission))
    )
    replaced = case.receipt_digest != receipt_digest(_receipt_code(submission.site, idempotency_key))
    if not same_body or replaced or clock.now() - case.received_at > SAME_ANSWER_FOR:
        raise AlreadyReceived(case_id=case.id, received_at=case.received_at, same_body=same_body)
    desk = directory.desk(case.addressed_service_id)
    unread = case_unread_until(reading(), case, desk, at=clock.now())
    return _receipt(case, submission, idempotency_key, desk, unread)


def _store(
    session: Session, submission: Submission, idempotency_key: str, target: Address, *, canary: bool
) -> Case:
    number, urgency = new_number(), "urgent" if target.danger_flags else "normal"
    vault = CaseVault(number, sealing.new_key())
    case = Case(
        number=number,
        site_id=target.site.id,
        receipt_digest=receipt_digest(_receipt_code(submission.site, idempotency_key)),
        request_digest=_request_digest(submission.site, idempotency_key),
        body_fingerprint=vault.fingerprint(_canonical(submission)),
        kind=submission.kind,
        role=submission.role,
        municipality_code=target.place.code,
        stated_topic=submission.topic,
        topic=submission.topic,
        language=submission.language,
        interpreter=submission.interpreter,
        age_group=submission.child_age_group,
        may_forward=submission.may_forward,
        do_not_tell_guardian=submission.do_not_tell_guardian,
        secret_address=submission.secret_address,
        text=vault.seal_text(submission.text, "case.text"),
        existing_worker=vault.seal(submission.existing_worker, "case.existing_worker"),
        consent=vault.seal(
            submission.consent.model_dump_json() if submission.consent else None, "case.consent"
        ),
        organisation_id=target.desk.organisation_id,
        addressed_service_id=target.desk.id,
        service_id=target.desk.id,
        state=lifecycle.RECEIVED,
        urgency=urgency,
        urgency_rank=URGENCIES.index(urgency),
        danger_flags=target.danger_flags,
        needs_review=False,
        canary=canary,
        received_at=clock.now(),
        promised_by=target.promise.respond_by,
        respond_by=target.promise.respond_by,
        waits_until=None if canary else target.promise.respond_by,
        clocks=[],
    )
    _store_sealed(session, case, submission, vault)
    add_reasons(session, case, vault, subject="desk", reasons=target.reasons[:1])
    add_reasons(session, case, vault, subject="promise", reasons=target.reasons[1:])
    write_logbook(session, case, "received", by="sender", service=target.desk.id)
    outbox.add(session, SORT_CASE, ref=case.id, priority=outbox.URGENT if target.signs else outbox.NORMAL)
    return case


def _weighed(submission: Submission, signs: Signs) -> Callable[[Session, Case], None]:
    return lambda session, case: _weigh(session, case, submission, signs)


def _weigh(session: Session, case: Case, submission: Submission, signs: Signs) -> None:
    """Put the case into quarantine where the signs say so; comes last, as others with the same words wait for us."""
    words = quarantine.plain_words(submission.text)
    digest = sealing.digest("same-words", submission.site, clock.today().isoformat(), words)
    so_far = daily_counts.add(session, f"words/{digest.hex()}") or 1
    reasons = quarantine.reasons_for(replace(signs, same_words=so_far - 1))
    if reasons:
        case.quarantined = True
        vault = session.get_one(CaseKey, case.id).vault()
        add_reasons(session, case, vault, subject="quarantine", reasons=reasons)
        write_logbook(session, case, "quarantined")


def _store_sealed(session: Session, case: Case, submission: Submission, vault: CaseVault) -> None:
    """The case, then what stands beside it: its key and its contact."""
    session.add(case)
    session.flush()
    _store_key(session, case, vault)
    _store_contact(session, case, submission, vault)


def _store_contact(session: Session, case: Case, submission: Submission, vault: CaseVault) -> None:
    contact = Contact(case_id=case.id)
    set_contact(contact, submission.contact, vault=vault, organisation_id=case.organisation_id)
    session.add(contact)


def _store_key(session: Session, case: Case, vault: CaseVault) -> None:
    organisation, epoch = case.organisation_id, keystore.current().epoch
    wrapped = sealing.wrap(vault.key, number=case.number, organisation_id=organisation, epoch=epoch)
    session.add(
        CaseKey(
            case_id=case.id, number=case.number, organisation_id=organisation, epoch=epoch, wrapped=wrapped
        )
    )


def add_reasons(
    session: Session, case: Case, vault: CaseVault, *, subject: str, reasons: tuple[Reason, ...]
) -> None:
    """Keep why `subject` (topic, urgency, desk, promise, language) was decided so; quoted words are sealed."""
    for reason in reasons:
        words = vault.seal(json.dumps(reason.words), "decision.words") if reason.words else None
        session.add(
            Decision(
                case_id=case.id,
                at=clock.now(),
                subject=subject,
                code=reason.code,
                params=dict(reason.params),
                words=words,
            )
        )


def new_number() -> str:
    """A random case number such as "K7M2-9QXD": it tells nothing about how many cases there are."""
    letters = "".join(secrets.choice(receipts.ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def receipt_digest(code: str) -> bytes:
    """What the database keeps of a receipt code: 100 random bits need no slow hash."""
    return sealing.digest("receipt-pepper", code)


def new_receipt_code() -> str:
    """A random receipt code, for a case whose first one was lost."""
    return receipts.grouped("".join(secrets.choice(receipts.ALPHABET) for _ in range(receipts.LENGTH)))


def _receipt_code(site: str, idempotency_key: str) -> str:
    return receipts.derive(keystore.current().derive("receipt"), site=site, idempotency_key=idempotency_key)


def _request_digest(site: str, idempotency_key: str) -> bytes:
    return sealing.digest("request", site, idempotency_key)


def _canonical(submission: Submission) -> str:
    return submission.model_dump_json()


def _receipt(
    case: Case, submission: Submission, idempotency_key: str, desk: Desk, unread_until: dt.datetime | None
) -> Receipt:
    signs = (hit.flag for hit in screen(submission.text))
    return Receipt(
        case_id=case.id,
        number=case.number,
        receipt_code=_receipt_code(submission.site, idempotency_key),
        received_at=case.received_at,
        respond_by=case.promised_by,
        desk=desk,
        danger_flags=tuple(dict.fromkeys([*case.danger_flags, *signs])),
        unread_until=unread_until,
    )
