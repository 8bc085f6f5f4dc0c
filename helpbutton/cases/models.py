"""The tables of a case: facts in the clear, words and contact sealed under the case's own key."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    event,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpbutton.db import Model
from helpbutton.directory.models import Key, Organisation, Service
from helpbutton.vault import sealing
from helpbutton.vault.sealing import CaseVault


def _in_order(name: str, further: str = "", *, of: str | None = None) -> Index:
    """A service's open cases in the order of worklists, for one view: `further` is what it asks besides being open,
    `of` a column that it asks for one value of."""
    where = f"state <> 'closed'{further}"
    flag = " = 1" if further.endswith(("needs_review", "quarantined")) else ""
    return Index(
        name,
        "service_id",
        *([of] if of else []),
        "lane",
        "waits_until",
        "id",
        sqlite_where=text(f"{where}{flag}"),
        postgresql_where=text(where),
    )


class Case(Model):
    __tablename__ = "case_"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'sorted', 'in_progress', 'waiting', 'closed')", name="state"),
        CheckConstraint("urgency IN ('urgent', 'soon', 'normal', 'low')", name="urgency"),
        CheckConstraint("respond_by <= promised_by", name="promise_only_earlier"),
        CheckConstraint("channel IN ('button', 'call', 'visit')", name="channel"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_date"),
        CheckConstraint(
            "lane = (CASE WHEN urgency_rank = 0 THEN 0 ELSE 2 END) + (CASE WHEN waits_until IS NULL THEN 1 ELSE 0 END)",
            name="lane",
        ),
        _in_order("ix_case_open"),
        _in_order("ix_case_mine", of="assigned_to"),
        _in_order("ix_case_unassigned", " AND assigned_to IS NULL"),
        _in_order("ix_case_waiting", " AND state = 'waiting'"),
        _in_order("ix_case_returned", " AND returned_at IS NOT NULL"),
        _in_order("ix_case_review", " AND needs_review"),
        _in_order("ix_case_quarantined", " AND quarantined"),
        Index(
            "ix_case_closed",
            "service_id",
            "closed_at",
            "id",
            sqlite_where=text("state = 'closed'"),
            postgresql_where=text("state = 'closed'"),
        ),
        Index("ix_case_of_site", "site_id", "received_at"),
        Index("ix_case_canary", "site_id", sqlite_where=text("canary = 1"), postgresql_where=text("canary")),
        Index("ix_case_received", "service_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    receipt_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Keyed digest of site and idempotency key."""
    body_fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))

    kind: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    stated_topic: Mapped[str | None] = mapped_column(ForeignKey("topic.id"))
    topic: Mapped[str | None] = mapped_column(ForeignKey("topic.id"))
    language: Mapped[str] = mapped_column(String(10))
    interpreter: Mapped[str | None] = mapped_column(String(10))
    age_group: Mapped[str | None] = mapped_column(String(10))
    may_forward: Mapped[bool]
    do_not_tell_guardian: Mapped[bool]
    secret_address: Mapped[bool]
    text: Mapped[bytes] = mapped_column(LargeBinary)
    existing_worker: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent: Mapped[bytes | None] = mapped_column(LargeBinary)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    addressed_service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    service: Mapped[Service] = relationship(foreign_keys=[service_id], lazy="raise")
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))

    state: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(10))
    urgency_rank: Mapped[int]
    danger_flags: Mapped[list[str]]
    needs_review: Mapped[bool]
    quarantined: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Looks as if no person had sent it: everything goes on as always, only SMS to the sender wait for a human."""
    canary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A test request of the installation itself: nobody sees it, and it is deleted once its SMS has left."""
    received_at: Mapped[dt.datetime]
    promised_by: Mapped[dt.datetime]
    """What the sender was told at sending; never changes."""
    respond_by: Mapped[dt.datetime]
    """The date now in force: `promised_by` or earlier."""
    waits_until: Mapped[dt.datetime | None]
    """By when the family is to have the answer that it waits for, its first or the next; None when nobody waits, and
    while that clock stands still. Only the clocks write it."""
    answered_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10), default="button", server_default="button")
    """How it came in: by the button, or registered by staff after a call or a visit."""
    recorded_at: Mapped[dt.datetime | None]
    """When it was first written into a client record system: from then on it is kept there, not here."""
    withdrawn_at: Mapped[dt.datetime | None]
    """When the sender took the request back: a fact, whatever the state."""
    returned_at: Mapped[dt.datetime | None]
    """When it came back to its desk from somebody who did not take it; None again once somebody has."""
    lane: Mapped[int] = mapped_column(SmallInteger)
    """Where worklists put it: 0 urgent and waited for, 1 urgent, 2 waited for, 3 the others. Follows by itself."""
    triage_topic: Mapped[str | None] = mapped_column(Key)
    triage_urgency: Mapped[str | None] = mapped_column(String(10))
    """What triage proposed, whatever was decided afterwards."""
    triage_version: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)

    case_key: Mapped["CaseKey"] = relationship(lazy="raise", uselist=False, back_populates="case")
    clocks: Mapped[list["Clock"]] = relationship(order_by="Clock.id", passive_deletes="all")
    """Those that run and those that have stopped; whoever changes one holds the case's lock."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@event.listens_for(Case, "before_insert")
@event.listens_for(Case, "before_update")
def _choose_lane(_mapper: object, _connection: object, case: Case) -> None:
    case.lane = lane(urgent=case.urgency_rank == 0, waits=case.waits_until is not None)


def lane(*, urgent: bool, waits: bool) -> int:
    """Urgent cases come first, among them and among the others those whose family waits for an answer."""
    return (0 if urgent else 2) + (0 if waits else 1)


class CaseKey(Model):
    """A case's data key, wrapped by its organisation's key of one epoch. Destroying this row erases the case."""

    __tablename__ = "case_key"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    case: Mapped[Case] = relationship(back_populates="case_key", lazy="raise")
    number: Mapped[str] = mapped_column(String(12), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    epoch: Mapped[int]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)

    def vault(self) -> CaseVault:
        """The opened vault of this case. Raises Unreadable or NotReady."""
        key = sealing.unwrap(
            self.wrapped, number=self.number, organisation_id=self.organisation_id, epoch=self.epoch
        )
        return CaseVault(self.number, key)


class Contact(Model):
    """How the sender may be reached; one row for a case, never shared between cases."""

    __tablename__ = "contact"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    name: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    preferred: Mapped[str | None] = mapped_column(String(10))
    safe_to_call: Mapped[bool]
    safe_to_leave_message: Mapped[bool]
    safe_to_text: Mapped[bool]
    sms_may_name_service: Mapped[bool]
    nudge_only: Mapped[bool]
    """The number is for nudges alone: staff never see it and it is dropped at closing."""
    private_phone: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nobody else uses this phone: a lost receipt code may be replaced by a one-time code sent to it."""
    not_before: Mapped[str | None] = mapped_column(String(5))
    not_after: Mapped[str | None] = mapped_column(String(5))
    name_tokens: Mapped[list["NameToken"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class NameToken(Model):
    """A word of a sender's name as a keyed digest of one organisation: found by who knows it, readable by nobody."""

    __tablename__ = "name_token"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(
        ForeignKey("contact.case_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class CaseEvent(Model):
    """A line of the logbook: what was done to the case, by whom, without personal data."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    verb: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)


class Decision(Model):
    """One reason behind a decision on the case: code and parameters in the clear, quoted words sealed."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    subject: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)


class Proposal(Model):
    """A move to another organisation that the sender did not allow beforehand: a human decides."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'forwarded', 'declined')", name="status"),
        Index(
            "ix_proposal_open",
            "case_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    service: Mapped[Service] = relationship(lazy="joined", innerjoin=True)
    topic: Mapped[str] = mapped_column(Key)
    status: Mapped[str] = mapped_column(String(10), default="open")
    ground: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))


class CaseTask(Model):
    """Something that the sender asked for and that a person at the desk has to do by a date."""

    __tablename__ = "case_task"
    __table_args__ = (
        CheckConstraint("kind IN ('copy_request', 'erasure_request', 'withdrawn')", name="kind"),
        CheckConstraint("done_by IS NULL OR done_at IS NOT NULL", name="done_has_date"),
        Index(
            "ix_case_task_open",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))


class Clock(Model):
    """A promise with its date as it was given: later changes of opening hours do not rewrite it.

    One clock of each kind runs on a case at a time; those that have stopped stay as the record of what was kept.
    """

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('first_contact', 'next_answer', 'hand_over', 'acceptance', 'statutory')", name="kind"
        ),
        CheckConstraint("(paused_at IS NULL) = (pause_reason IS NULL)", name="pause_has_reason"),
        CheckConstraint(
            "paused_at IS NULL OR kind NOT IN ('first_contact', 'statutory', 'acceptance', 'hand_over')",
            name="never_paused",
        ),
        CheckConstraint("kept IS NULL OR stopped_at IS NOT NULL", name="kept_when_stopped"),
        Index(
            "ix_clock_running",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("stopped_at IS NULL"),
            postgresql_where=text("stopped_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    """The desk that answers for it."""
    started_at: Mapped[dt.datetime]
    warn_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime]
    paused_at: Mapped[dt.datetime | None]
    pause_reason: Mapped[str | None] = mapped_column(String(40))
    paused_s: Mapped[int] = mapped_column(default=0, server_default="0")
    """Seconds of earlier pauses, by the wall clock."""
    stopped_at: Mapped[dt.datetime | None]
    kept: Mapped[bool | None]
    """Whether it stopped in time; None while it runs, and when it became moot before it was due."""
    warned_at: Mapped[dt.datetime | None]
    slipped_at: Mapped[dt.datetime | None]


class CodeRequest(Model):
    """Somebody who lost a receipt code gave a phone number. Kept for a day, whether the number is known or not."""

    __tablename__ = "code_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Random; the page of the one who asks carries it sealed, and the one-time code is derived from it."""
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    number: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed, and gone as soon as it has been looked up."""
    number_digest: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    case_ids: Mapped[list[int]] = mapped_column(JSON)
    """The cases that the code opens; none for a number that may not be texted."""
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]


class Correction(Model):
    """Staff changed what triage or the sender had said: the labels and the version of triage, never the text."""

    __tablename__ = "correction"
    __table_args__ = (CheckConstraint("subject IN ('topic', 'urgency')", name="subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), index=True)
    at: Mapped[dt.datetime]
    subject: Mapped[str] = mapped_column(String(10))
    old: Mapped[str | None] = mapped_column(Key)
    new: Mapped[str] = mapped_column(Key)
    triage_version: Mapped[str | None] = mapped_column(String(40))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))


class AfterClosing(Model):
    """What a family said of its closed case: two answers, no words."""

    __tablename__ = "after_closing"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_.id"), primary_key=True)
    at: Mapped[dt.datetime]
    helped: Mapped[bool]
    told_again: Mapped[bool]
    """Whether they had to tell their matter many times."""
