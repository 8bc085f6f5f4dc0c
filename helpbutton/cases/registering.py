"""A call or a visit becomes a case like any other: the same receipt code and promise, in the hands of who took it."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.cases import lifecycle
from helpbutton.cases import promise as promises
from helpbutton.cases.access import write_logbook
from helpbutton.cases.address import Address, promise_reason
from helpbutton.cases.intake import Receipt, accept
from helpbutton.cases.models import Case
from helpbutton.cases.submission import Submission
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Organisation, Service, Site, SiteSeen
from helpbutton.directory.queries import Desk
from helpbutton.errors import FieldError, Invalid, NotFound
from helpbutton.once import add_once
from helpbutton.reasons import Reason
from helpbutton.staff.actor import Actor
from helpbutton.triage import screen
from helpbutton.vault import sealing

CHANNELS = ("call", "visit")
NAMES = {"fi": "Puhelut ja käynnit", "sv": "Samtal och besök", "en": "Calls and visits"}


def register(
    *, actor: Actor, service_id: int, channel: str, submission: Submission, idempotency_key: str
) -> Receipt:
    """Register what came by call or visit at a desk of the actor's, who has it in hand from now on.

    The site of the submission is `site_of_calls` of that desk. The same key again gives the same receipt. Raises
    NotFound for a desk that is not the actor's, Invalid, AlreadyReceived, Conflict.
    """
    if service_id not in actor.services:
        raise NotFound("service")
    if channel not in CHANNELS:
        raise Invalid(FieldError("channel", "required"))

    def in_hand(session: Session, case: Case) -> None:
        case.channel, case.state, case.assigned_to = channel, lifecycle.IN_PROGRESS, actor.account_id
        audit.record(
            session,
            organisation_id=case.organisation_id,
            actor=actor.pseudonym,
            action="register",
            subject=sealing.pseudonym("case", case.id),
            ground=actor.services[service_id],
            service_id=case.service_id,
        )
        write_logbook(session, case, "registered", actor=actor, channel=channel)

    return accept(
        submission, idempotency_key, lambda: _at_desk(directory.desk(service_id), submission), in_hand
    )


def site_of_calls(*, actor: Actor, service_id: int) -> str:
    """The key of the site under which this desk's organisation registers calls; made at first use, closed to families.

    Raises NotFound for a desk that is not the actor's, or where no municipality is served by it.
    """
    if service_id not in actor.services:
        raise NotFound("service")
    found = (
        reading()
        .execute(
            select(Organisation.id, Organisation.key)
            .join(Service, Service.organisation_id == Organisation.id)
            .where(Service.id == service_id)
        )
        .one()
    )
    key = f"calls-{found.key}"[:60].rstrip("-")
    if reading().scalar(select(Site.id).where(Site.key == key)) is None:
        _make_site(key, found.id)
    return key


def _make_site(key: str, organisation_id: int) -> None:
    with transaction() as session:
        near = session.scalar(
            select(Site.municipality_code).where(Site.organisation_id == organisation_id).limit(1)
        )
        first = near or session.scalar(select(Site.municipality_code).order_by(Site.id).limit(1))
        if first is None:
            raise NotFound("site")
        made = add_once(
            session,
            Site,
            key=key,
            names=NAMES,
            organisation_id=organisation_id,
            municipality_code=first,
            origins=[],
            languages=["fi", "sv", "en"],
            phone=None,
            active=False,
        )
        if made:
            site_id = session.scalars(select(Site.id).where(Site.key == key)).one()
            session.add(SiteSeen(site_id=site_id, seen_at=None))


def _at_desk(desk: Desk, submission: Submission) -> Address:
    """The actor's own desk, whatever routing would say, with the promise that it makes to everybody."""
    try:
        place = directory.municipality(submission.municipality or "")
    except NotFound:
        raise Invalid(FieldError("municipality", "unknown_value")) from None
    if submission.topic is not None and submission.topic not in {topic.id for topic in directory.topics()}:
        raise Invalid(FieldError("topic", "unknown_value"))
    try:
        promise = promises.promise(desk.hours, received=clock.now(), working_days=desk.promise_days)
    except promises.NeverOpen:
        raise NotFound("desk") from None
    site = replace(directory.site(submission.site), municipality=place.code)
    reason = promise_reason(promise)
    return Address(site, place, desk, promise, (Reason("registered_here"), reason), screen(submission.text))
