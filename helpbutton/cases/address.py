"""Before sending: which desk will answer what the sender stated, and by when."""

import datetime as dt
from dataclasses import dataclass

from helpbutton import clock
from helpbutton.cases import promise as promises
from helpbutton.cases.promise import Promise
from helpbutton.cases.submission import Submission
from helpbutton.cases.unread import is_urgent_topic, unread_until
from helpbutton.db import reading
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import Desk, Names, Place, SiteView
from helpbutton.errors import FieldError, HelpButtonError, Invalid, NotFound
from helpbutton.reasons import Reason
from helpbutton.routing.match import Facts, match
from helpbutton.triage import DangerHit, screen


class OutsideArea(HelpButtonError):
    """The municipality is not served here; `county_names` and `contact` say who helps there."""

    def __init__(self, place: Place, county_names: Names, contact: object) -> None:
        super().__init__("outside the served area")
        self.place, self.county_names, self.contact = place, county_names, contact


@dataclass(frozen=True)
class Address:
    """The addressed desk of a submission, the promise it makes, and the signs of danger in its words: for hints among
    them help lines are shown while triage reads the whole message."""

    site: SiteView
    place: Place
    desk: Desk
    promise: Promise
    reasons: tuple[Reason, ...]
    signs: tuple[DangerHit, ...]
    unread_until: dt.datetime | None = None
    """Of something urgent that nobody reads now: when the desk opens (Helsinki)."""

    @property
    def danger_flags(self) -> list[str]:
        """The flags of what counts at once, each once, in the order found."""
        return list(dict.fromkeys(hit.flag for hit in self.signs if hit.by == "phrase"))

    @property
    def flags(self) -> list[str]:
        """The flags of all signs, each once, in the order found."""
        return list(dict.fromkeys(hit.flag for hit in self.signs))


def address(submission: Submission, *, at: dt.datetime | None = None) -> Address:
    """Find desk and promise for what the sender stated. Stores nothing.

    Raises Invalid (unknown site, municipality or topic), OutsideArea, or NotFound when the served area has a gap.
    """
    site, place = _where(submission)
    topic = submission.topic
    if topic is not None and topic not in {known.id for known in directory.topics()}:
        raise Invalid(FieldError("topic", "unknown_value"))
    if place.county not in directory.installation().counties:
        names, contact = directory.county_contact(place.county)
        raise OutsideArea(place, names, contact)
    moment = at or clock.now()
    found = match(facts(submission, place, topic), directory.routes_of(place), on=clock.local(moment).date())
    if found is None:
        raise NotFound("desk")
    desk = directory.desk(found.desk)
    try:
        promise = promises.promise(desk.hours, received=moment, working_days=desk.promise_days)
    except promises.NeverOpen:
        raise NotFound("desk") from None
    signs = screen(submission.text)
    urgent = any(hit.by == "phrase" for hit in signs) or is_urgent_topic(topic)
    return Address(
        site,
        place,
        desk,
        promise,
        (found.reason, promise_reason(promise)),
        signs,
        unread_until(reading(), desk, at=moment) if urgent else None,
    )


def facts(submission: Submission, place: Place, topic: str | None) -> Facts:
    """What routing may look at, with this topic."""
    return Facts(
        municipality=place.code,
        county=place.county,
        topic=topic,
        kind=submission.kind,
        language=submission.language,
        age_group=submission.child_age_group,
        role=submission.role,
        areas=directory.areas_of(place.code),
    )


def promise_reason(promise: Promise) -> Reason:
    """Why this date, in words."""
    return Reason(
        "promise_days", {"days": promise.working_days, "date": promise.respond_by.date().isoformat()}
    )


def _where(submission: Submission) -> tuple[SiteView, Place]:
    try:
        site = directory.site(submission.site)
    except NotFound:
        raise Invalid(FieldError("site", "unknown_value")) from None
    try:
        return site, directory.municipality(submission.municipality or site.municipality)
    except NotFound:
        raise Invalid(FieldError("municipality", "unknown_value")) from None
