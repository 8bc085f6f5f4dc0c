"""Planning notifications to people who answer: whoever is on duty, colleagues, leads, or a desk's duty number."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases.models import Case
from helpbutton.clock import HELSINKI
from helpbutton.directory.models import Service
from helpbutton.directory.queries import desk_hours
from helpbutton.notifications import channels, rows
from helpbutton.notifications.kinds import START_CLIMB
from helpbutton.notifications.lifecycle import ALERTS, DESK_ALERT, DIGEST, DUTY_ALERT, NEEDS_HUMAN
from helpbutton.notifications.models import AlertItem, Notification
from helpbutton.notifications.timing import MORNING, earliest
from helpbutton.staff.choices import EMAIL, NEWS, SMS, URGENT, Way, way_to
from helpbutton.staff.duty import duty_desk, on_duty
from helpbutton.staff.models import Account
from helpbutton.staff.reach import choices_of, reach_of, told_of_news


@dataclass(frozen=True)
class To:
    """A staff member, told on behalf of a desk; without an account the desk's duty number."""

    service_id: int
    account_id: int | None = None


@dataclass(frozen=True)
class About:
    """What is told: `group` is one of `choices.PURPOSES`, `key` its own in every round; `usual` channels as in
    `choices.way_to`. `heed` False: also those who have chosen not to be told."""

    purpose: str
    group: str
    key: str
    case_id: int | None
    usual: tuple[str, ...] = (SMS,)
    heed: bool = True


def alert_duty(session: Session, *, case: Case, service: Service, key: str) -> None:
    """Alert to something urgent, once for each key, at once: whoever is on duty, else the duty number. It then climbs.

    When nobody on duty has a phone, the duty number hears it too; a desk without one has the alert held for a human.
    """
    if _is_told(session, case.id, key):
        return
    about = About(DUTY_ALERT, URGENT, key, case.id)
    people = on_duty(session, service.id, clock.now())
    reached: set[str] = set()
    planned = [row for person in people for row in _tell(session, about, To(service.id, person), reached)[1]]
    if not any(row.channel == SMS for row in planned):
        planned.append(_plan(session, about, To(service.id), key=key))
    outbox.add(session, START_CLIMB, ref=planned[0].id, priority=outbox.SOON)


def tell(session: Session, about: About, people: Iterable[To], *, reached: set[str]) -> bool:
    """Plan one notification for each person and channel; False when none of them can be told.

    `reached` holds the numbers and addresses that have just been told, and grows: no phone rings twice. An earlier one
    about the same case that still waits to leave, as in an outage, serves for this one too.
    """
    heard = False
    for to in people:
        reached.update(_waiting(session, about, to))
        heard = _tell(session, about, to, reached)[0] or heard
    return heard


def _waiting(session: Session, about: About, to: To) -> set[str]:
    """The person's numbers and addresses to which an alert of this purpose about this case has not left yet."""
    found = session.scalars(
        select(Notification.channel).where(
            Notification.case_id == about.case_id,
            Notification.case_id.is_not(None),
            Notification.purpose == about.purpose,
            Notification.service_id == to.service_id,
            Notification.account_id.is_not_distinct_from(to.account_id),
            Notification.status == "planned",
        )
    )
    return {address for channel in found if (address := _address(session, to, channel)) is not None}


def told_lately(session: Session, case_id: int, *, since: dt.datetime) -> set[str]:
    """Numbers and addresses that were alerted about a case since an aware moment, as far as nothing went wrong."""
    alerts = session.scalars(
        select(Notification).where(
            Notification.case_id == case_id,
            Notification.purpose.in_(ALERTS),
            Notification.created_at >= since,
            Notification.status.not_in(("dropped", *NEEDS_HUMAN)),
        )
    )
    return {
        address
        for row in alerts
        if (address := _address(session, To(row.service_id, row.account_id), row.channel)) is not None
    }


def plan_news(session: Session, *, case: Case, service: Service, item: str) -> None:
    """Tell those members of a desk who want it of a new case or message: in the morning, or when the desk opens."""
    now = clock.now()
    opening = earliest(DESK_ALERT, now=now, created=now, safe=None, hours=desk_hours(service))
    for account_id in told_of_news(session, service.id):
        to = To(service.id, account_id)
        about = About(DESK_ALERT, NEWS, item, case.id)
        way = _way(session, about, to)
        for channel in way.channels:
            if _address(session, to, channel) is not None:
                _gather(session, about, to, channel, digest=way.digest, not_before=opening)


def language_of(service: Service) -> str:
    """In which language a desk's duty number is written to."""
    return service.languages[0] if service.languages else "fi"


def _tell(session: Session, about: About, to: To, reached: set[str]) -> tuple[bool, list[Notification]]:
    """Whether this person is told, now or by what they were told a moment ago, and what was planned."""
    way = _way(session, about, to)
    heard, planned = False, []
    for channel in way.channels:
        address = _address(session, to, channel)
        if address is None:
            continue
        heard = True
        if address in reached:
            continue
        reached.add(address)
        key = (
            f"{about.key}/{to.account_id}/{channel}" if to.account_id else f"{about.key}/desk{to.service_id}"
        )
        if way.digest:
            _gather(session, about, to, channel, digest=True, not_before=clock.now())
        elif not rows.is_planned(session, key):
            planned.append(_plan(session, about, to, key=key, channel=channel))
    return heard, planned


def _way(session: Session, about: About, to: To) -> Way:
    if to.account_id is None:
        return Way((SMS,))
    return way_to(
        choices_of(session, {to.account_id})[to.account_id] if about.heed else (),
        purpose=about.group,
        service_id=to.service_id,
        on_duty=about.group == URGENT and to.account_id in on_duty(session, to.service_id, clock.now()),
        able=[channel for channel in (SMS, EMAIL) if _address(session, to, channel) is not None],
        usual=about.usual,
    )


def _address(session: Session, to: To, channel: str) -> str | None:
    """The number or address as it is now; None where nobody can be told."""
    if to.account_id is None:
        service = session.get_one(Service, to.service_id)
        return duty_desk(session, service, clock.now()).duty_number
    reach = reach_of(session, to.account_id)
    if not reach.active or channels.variant_of(channel) is None:
        return None
    return reach.email if channel == EMAIL else reach.phone


def _gather(
    session: Session, about: About, to: To, channel: str, *, digest: bool, not_before: dt.datetime
) -> None:
    """Add to the person's notification that waits, or plan one; each thing is counted once for each of them."""
    item = f"{about.key}/{to.account_id}/{channel}"
    if session.get(AlertItem, item) is not None:
        return
    purpose = DIGEST if digest else about.purpose
    session.get_one(Account, to.account_id, with_for_update=True, populate_existing=True)
    waiting = session.scalar(
        select(Notification)
        .where(
            Notification.service_id == to.service_id,
            Notification.account_id == to.account_id,
            Notification.purpose == purpose,
            Notification.channel == channel,
            Notification.status == "planned",
        )
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if waiting is None:
        one = About(purpose, about.group, f"{purpose}/{item}", about.case_id)
        moment = _next_morning() if digest else not_before
        waiting = _plan(session, one, to, key=one.key, channel=channel, not_before=moment)
    else:
        waiting.count += 1
        if waiting.case_id != about.case_id:
            waiting.case_id = None
    session.add(AlertItem(key=item, notification_id=waiting.id))
    session.flush()


def _next_morning() -> dt.datetime:
    today = clock.today()
    morning = dt.datetime.combine(today, MORNING, tzinfo=HELSINKI)
    return morning if morning > clock.now() else morning + dt.timedelta(days=1)


def _language(session: Session, to: To) -> str:
    if to.account_id is not None:
        return session.get_one(Account, to.account_id).language
    return language_of(session.get_one(Service, to.service_id))


def _is_told(session: Session, case_id: int, key: str) -> bool:
    mine = or_(Notification.dedupe_key == key, Notification.dedupe_key.startswith(f"{key}/", autoescape=True))
    told = select(Notification.id).where(Notification.case_id == case_id, mine).limit(1)
    return session.scalar(told) is not None


def _plan(
    session: Session,
    about: About,
    to: To,
    *,
    key: str,
    channel: str = SMS,
    not_before: dt.datetime | None = None,
) -> Notification:
    return rows.add(
        session,
        about.purpose,
        key,
        case_id=about.case_id,
        service_id=to.service_id,
        account_id=to.account_id,
        channel=channel,
        language=_language(session, to),
        not_before=not_before or clock.now(),
    )
