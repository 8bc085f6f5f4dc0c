"""Canaries: once an hour each site asks for help itself, through the whole chain, and its SMS reaches a test number.

A canary is a case like any other up to its SMS, except that nobody sees it and nothing is promised. As soon as it
has come out, or is given up, every row of it is deleted but its notification, which still tells what was sent and
spent. Any number of sweepers may look after them: the row of a site is claimed before a request is sent.
"""

import uuid
from functools import partial

import structlog
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from helpbutton import clock, settings
from helpbutton.cases.intake import submit_request
from helpbutton.cases.models import Case
from helpbutton.cases.submission import parse
from helpbutton.db import Model, after_commit, reading, transaction
from helpbutton.directory.models import Site
from helpbutton.errors import HelpButtonError
from helpbutton.notifications import channels
from helpbutton.notifications.models import Notification
from helpbutton.notifications.operations import canary_key
from helpbutton.once import add_once
from helpbutton.watching import canary_rules as rules
from helpbutton.watching.models import Canary

TEXT = "Tämä on palvelun oma koeviesti. Siihen ei tarvitse vastata."

UNSETTLED = ("planned", "sending", "unknown", "held", "failed", "dead")

log = structlog.get_logger()


def look_after() -> None:
    """See how far each canary has come, and send those whose hour has come round (setting `canary_number`)."""
    on_its_way = Canary.out_at.is_(None) | (Canary.out_at < Canary.sent_at)
    for site_id in _sites(Canary.sent_at.is_not(None) & on_its_way):
        try:
            _look(site_id)
        except Exception as error:
            log.error("canary_stumbled", site=site_id, error=type(error).__name__)
    _forget_strays()
    number = settings.current().canary_to
    if not number:
        return
    _enter_new_sites()
    for site_id in _sites(Canary.next_at <= clock.now()):
        _send(site_id, number)


def _sites(scope: ColumnElement[bool]) -> list[int]:
    """Ids of the sites in use whose canary is like this."""
    session = reading()
    rows = session.scalars(
        select(Canary.site_id)
        .join(Site, Site.id == Canary.site_id)
        .where(Site.active, scope)
        .order_by(Canary.site_id)
    )
    found = list(rows)
    session.rollback()
    return found


def _enter_new_sites() -> None:
    known = select(Canary.site_id)
    new = reading().scalars(select(Site.id).where(Site.active, Site.id.not_in(known))).all()
    if not new:
        return
    with transaction() as session:
        for site_id in new:
            add_once(session, Canary, site_id=site_id, next_at=rules.first_at(clock.now(), site_id=site_id))


def _look(site_id: int) -> None:
    """Note that the canary has come out, or with an alarm that it is lost."""
    with transaction() as session:
        row = session.get_one(Canary, site_id, with_for_update=True, populate_existing=True)
        if row.sent_at is None or (row.out_at is not None and row.out_at >= row.sent_at):
            return
        now, stage = clock.now(), _stage(session, site_id)
        if stage == rules.OUT:
            row.out_at, row.took_s = now, int((now - row.sent_at).total_seconds())
            row.lost_at = row.stuck = None
            _forget(session, Case.site_id == site_id)
            return
        if now - row.sent_at > rules.LOST_AFTER and (row.lost_at is None or row.lost_at < row.sent_at):
            _lose(session, row, stage)
        if now - row.sent_at > rules.GIVEN_UP_AFTER:
            _forget(session, Case.site_id == site_id)


def _lose(session: Session, row: Canary, stage: str) -> None:
    row.lost_at, row.stuck = clock.now(), stage
    site = session.scalar(select(Site.key).where(Site.id == row.site_id))
    after_commit(session, partial(log.error, "canary_lost", site=site, stuck=stage))


def _stage(session: Session, site_id: int) -> str:
    newest = select(Case).where(Case.canary, Case.site_id == site_id).order_by(Case.id.desc()).limit(1)
    case = session.scalar(newest)
    sms = (
        session.scalar(select(Notification).where(Notification.dedupe_key == canary_key(case.number)))
        if case
        else None
    )
    return rules.stage(
        stored=case is not None,
        sorted_already=case is not None and case.triage_version is not None,
        status=sms.status if sms else None,
        tells_delivery=channels.tells_delivery("sms"),
    )


def _send(site_id: int, number: str) -> None:
    """Claim the site's hour and ask for help as it would; nobody else does until the next hour."""
    now = clock.now()
    with transaction() as session:
        mine = update(Canary).where(Canary.site_id == site_id, Canary.next_at <= now)
        claimed = session.scalar(
            mine.values(next_at=now + rules.EVERY, sent_at=now).returning(Canary.site_id)
        )
        if claimed is None:
            return
        _forget(session, Case.site_id == site_id)
        site = session.get_one(Site, site_id)
        language, key = site.languages[0], site.key
    contact = {"phone": number, "safe_to_text": True}
    submission = parse({"site": key, "text": TEXT, "language": language, "contact": contact})
    try:
        submit_request(submission=submission, idempotency_key=str(uuid.uuid4()), canary=True)
    except HelpButtonError as error:
        log.error("canary_refused", site=key, error=type(error).__name__)
        with transaction() as session:
            _lose(session, session.get_one(Canary, site_id), "refused")


def _forget_strays() -> None:
    """What a sweeper that died or a site that was closed has left behind."""
    old = Case.received_at < clock.now() - rules.EVERY
    if reading().scalar(select(Case.id).where(Case.canary, old).limit(1)) is not None:
        with transaction() as session:
            _forget(session, old)


def _forget(session: Session, scope: ColumnElement[bool]) -> None:
    """Delete these canaries with every row that belongs to them; their notifications stay, without number and case."""
    cases = select(Case.id).where(Case.canary, scope).scalar_subquery()
    session.execute(
        update(Notification)
        .where(Notification.case_id.in_(cases), Notification.status.in_(UNSETTLED))
        .values(status="dropped", error="too_old", changed_at=clock.now())
    )
    session.execute(
        update(Notification).where(Notification.case_id.in_(cases)).values(case_id=None, to_sealed=b"")
    )
    for table in reversed(Model.metadata.sorted_tables):
        of_case = [key.parent for key in table.foreign_keys if key.column is Case.__table__.c.id]
        if of_case and table not in (Notification.__table__, Case.__table__):
            session.execute(delete(table).where(or_(*(column.in_(cases) for column in of_case))))
    session.execute(delete(Case).where(Case.canary, scope).execution_options(synchronize_session=False))
