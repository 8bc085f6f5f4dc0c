"""How far a canary has come and when it is lost, pure."""

import datetime as dt

EVERY = dt.timedelta(hours=1)
FIRST_AFTER = dt.timedelta(minutes=5)
LOST_AFTER = dt.timedelta(minutes=10)
GIVEN_UP_AFTER = dt.timedelta(minutes=50)
"""Before the next one leaves."""
SPREAD = dt.timedelta(minutes=10)

OUT = "out"
STAGES = ("refused", "not_stored", "not_sorted", "not_planned", "not_sent", "not_accepted", "not_delivered")
"""What a lost canary did not pass: the door refused it; it never reached the database; nobody sorted it; no SMS was
planned; it never left; the provider did not take it; nobody reported that it arrived."""


def stage(*, stored: bool, sorted_already: bool, status: str | None, tells_delivery: bool) -> str:
    """`OUT`, or which of `STAGES` it has not passed. `status` is that of its SMS, None when there is none."""
    if not stored:
        return "not_stored"
    if not sorted_already:
        return "not_sorted"
    match status:
        case "delivered":
            return OUT
        case "sent":
            return "not_delivered" if tells_delivery else OUT
        case None:
            return "not_planned"
        case "planned":
            return "not_sent"
    return "not_accepted"


def first_at(now: dt.datetime, *, site_id: int) -> dt.datetime:
    """When a site's first canary leaves (aware); those of many sites do not leave together."""
    return now + FIRST_AFTER + dt.timedelta(seconds=site_id * 61 % SPREAD.total_seconds())
