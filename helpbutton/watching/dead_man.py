"""The dead man's switch: a page elsewhere is called each minute while all is well; whoever keeps it raises the alarm
when the calls stay away.

It stays away on purpose while requests are not worked on or somebody may wait in vain (checks of the levels down and
alarm); what a person has to decide in their own time does not hold it back.
"""

import datetime as dt
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO

import structlog
from sqlalchemy import update

from helpbutton import clock, settings
from helpbutton.db import reading, transaction
from helpbutton.once import add_once
from helpbutton.watching.checks import failing
from helpbutton.watching.models import DeadMan
from helpbutton.watching.queries import facts

EVERY = dt.timedelta(minutes=1)
TIMEOUT_S = 3

log = structlog.get_logger()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def hold_down() -> None:
    """Call the page (setting `deadman_url`) unless something is wrong or somebody called within the last minute."""
    url = settings.current().deadman_url
    if not url or not _claim():
        return
    wrong = failing(facts(), "down", "alarm")
    reading().rollback()
    if wrong:
        log.warning("deadman_let_go", because=list(wrong))
        return
    error = _call(url)
    with transaction() as session:
        row = session.get_one(DeadMan, 1)
        if error is None:
            row.heard_at, row.failures = clock.now(), 0
        else:
            row.failures += 1
    if error is not None:
        log.warning("deadman_not_heard", error=error)


def _claim() -> bool:
    now = clock.now()
    with transaction() as session:
        add_once(session, DeadMan, id=1, next_at=now, failures=0)
        mine = update(DeadMan).where(DeadMan.id == 1, DeadMan.next_at <= now)
        return session.scalar(mine.values(next_at=now + EVERY).returning(DeadMan.id)) is not None


def _call(url: str) -> str | None:
    """None when the page answered well, else the class of what went wrong."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(url, timeout=TIMEOUT_S):
            return None
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__
