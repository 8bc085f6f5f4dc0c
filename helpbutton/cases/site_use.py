"""How much a site is used, without personal data: the day of its latest request, and how many came in a week."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import reading

WEEK = dt.timedelta(days=7)
SHOWN_FROM = 5
"""Fewer could point at a family, so they are not told apart."""


@dataclass(frozen=True)
class SiteUse:
    """`last_used` is a day in Helsinki, None when no request ever came; `this_week` None: fewer than SHOWN_FROM."""

    last_used: dt.date | None = None
    this_week: int | None = None


def site_use(site_ids: Collection[int]) -> dict[int, SiteUse]:
    """The use of each of these sites."""
    of_each = Case.site_id.in_(site_ids) & ~Case.canary
    latest = dict(
        reading()
        .execute(select(Case.site_id, func.max(Case.received_at)).where(of_each).group_by(Case.site_id))
        .all()
    )
    since = clock.now() - WEEK
    recent = dict(
        reading()
        .execute(
            select(Case.site_id, func.count()).where(of_each, Case.received_at > since).group_by(Case.site_id)
        )
        .all()
    )
    return {
        site_id: SiteUse(
            last_used=clock.local(latest[site_id]).date() if site_id in latest else None,
            this_week=count if (count := recent.get(site_id, 0)) >= SHOWN_FROM else None,
        )
        for site_id in site_ids
    }
