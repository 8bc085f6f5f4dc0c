"""The flood limit: how many requests a site has taken within a minute, all senders together, and when that is too many.

No sender is told apart and no address is looked at: a whole kindergarten shares one. The database knows the number;
each process asks it at most once a second while the site is busy, and adds what it has accepted itself.
"""

import datetime as dt
import threading

from helpbutton import clock, settings
from helpbutton.cases.intake import find_by_key, requests_since

WINDOW = dt.timedelta(minutes=1)
ASK_EVERY_S = 1.0
RETRY_AFTER_S = 10

_known: dict[tuple[str, str], tuple[float, int]] = {}
_lock = threading.Lock()


def last_minute(site: str) -> int:
    """How many requests the site has taken within a minute, counted up to the flood limit."""
    key, now, config = _key(site), clock.monotonic(), settings.current()
    with _lock:
        until, count = _known.get(key, (0.0, 0))
    if now < until:
        return count
    count = requests_since(clock.now() - WINDOW, site=site, at_most=config.flood_limit)
    with _lock:
        if count:
            _known[key] = (now + ASK_EVERY_S, count)
        else:
            _known.pop(key, None)
    return count


def is_one_too_many(site: str, *, idempotency_key: str) -> bool:
    """Whether a request must come again later; one that was accepted before never is too many."""
    if last_minute(site) < settings.current().flood_limit:
        return False
    return find_by_key(site=site, idempotency_key=idempotency_key) is None


def accepted(site: str) -> None:
    """Count a request that this process has just stored."""
    key = _key(site)
    with _lock:
        if key in _known:
            until, count = _known[key]
            _known[key] = (until, count + 1)


def _key(site: str) -> tuple[str, str]:
    return settings.current().database, site
