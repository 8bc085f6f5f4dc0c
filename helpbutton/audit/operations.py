"""Writing audit lines inside the reading or writing transaction, and sealing them into the organisation's chain."""

import hmac
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit.models import AuditEntry
from helpbutton.db import reading, transaction
from helpbutton.vault import keystore

SEAL_AT_ONCE = 500


@dataclass(frozen=True)
class Verdict:
    """Of one organisation's chain: sealed lines, unsealed tail, and the sequence number of the first broken line."""

    organisation_id: int
    sealed: int
    unsealed: int
    broken_at: int | None


def record(
    session: Session,
    *,
    organisation_id: int,
    actor: str,
    action: str,
    subject: str,
    ground: str = "",
    service_id: int | None = None,
) -> None:
    """Add one line to the caller's transaction. `actor` and `subject` are pseudonyms (or "sender", "system").

    A staff member's look at a case names the desk (`service_id`) and, as `ground`, the role there.
    """
    session.add(
        AuditEntry(
            organisation_id=organisation_id,
            at=clock.now(),
            actor=actor,
            action=action,
            subject=subject,
            ground=ground,
            service_id=service_id,
        )
    )


def seal_pending() -> int:
    """Append the unsealed lines to their organisations' chains; returns how many. Safe to run anywhere, any time."""
    if reading().scalar(select(AuditEntry.id).where(AuditEntry.mac.is_(None)).limit(1)) is None:
        return 0
    with transaction() as session:
        pending = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.mac.is_(None))
            .order_by(AuditEntry.id)
            .limit(SEAL_AT_ONCE)
            .with_for_update(skip_locked=False)
        ).all()
        heads: dict[int, tuple[int, bytes]] = {}
        for entry in pending:
            organisation_id = entry.organisation_id
            seq, mac = heads.get(organisation_id) or _head(session, organisation_id)
            entry.seq = seq + 1
            entry.mac = _mac(entry, mac)
            heads[organisation_id] = (entry.seq, entry.mac)
    return len(pending)


def verify(organisation_id: int) -> Verdict:
    """Walk one organisation's chain and recompute every seal."""
    session = reading()
    own = select(AuditEntry).where(AuditEntry.organisation_id == organisation_id)
    sealed, previous = 0, b""
    broken_at = None
    chain = own.where(AuditEntry.mac.is_not(None)).order_by(AuditEntry.seq)
    with closing(session.scalars(chain.execution_options(yield_per=SEAL_AT_ONCE))) as entries:
        for entry in entries:
            expected = _mac(entry, previous)
            if entry.seq != sealed + 1 or entry.mac is None or not hmac.compare_digest(entry.mac, expected):
                broken_at = sealed + 1
                break
            sealed, previous = sealed + 1, entry.mac
    tail = select(func.count(AuditEntry.id)).where(
        AuditEntry.organisation_id == organisation_id, AuditEntry.mac.is_(None)
    )
    unsealed = session.scalar(tail) or 0
    return Verdict(organisation_id, sealed, unsealed, broken_at)


def _head(session: Session, organisation_id: int) -> tuple[int, bytes]:
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.mac)
        .where(AuditEntry.organisation_id == organisation_id, AuditEntry.mac.is_not(None))
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    ).first()
    return (last[0] or 0, last[1] or b"") if last else (0, b"")


def _mac(entry: AuditEntry, previous: bytes) -> bytes:
    """The seal of a line. Lines without a desk are sealed as they were before desks were recorded."""
    label, desk = ("audit", ()) if entry.service_id is None else ("audit/desk", (str(entry.service_id),))
    fields = (
        str(entry.organisation_id),
        str(entry.seq),
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.ground,
        *desk,
    )
    return hmac.digest(keystore.current().derive(label), previous + "\x1f".join(fields).encode(), "sha256")
