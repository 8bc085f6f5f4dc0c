"""The form's token: sealed, stateless, bound to the site; its nonce is the idempotency key of the request."""

import datetime as dt
import uuid
from dataclasses import dataclass

from helpbutton import clock
from helpbutton.vault import tokens

PURPOSE = "form"
VALID_FOR = dt.timedelta(hours=2)


@dataclass(frozen=True)
class FormToken:
    """`sealed` goes into the page; `shown_at` (aware UTC) is when the form was first shown.

    `genuine` is False when the token had to replace one that was not ours.
    """

    nonce: str
    sealed: str
    shown_at: dt.datetime
    genuine: bool = True


def fresh(site: str, *, genuine: bool = True) -> FormToken:
    """A new token for a form of this site."""
    return _sealed(site, str(uuid.uuid4()), clock.now(), genuine=genuine)


def read(site: str, sealed: str) -> FormToken:
    """The token that a page sent back.

    An expired one is renewed with its own nonce, so a request that was sent with it is still recognised.
    One that is tampered with or belongs to another site is replaced by a fresh one.
    """
    try:
        payload = tokens.unseal(PURPOSE, sealed, valid_for=VALID_FOR)
    except tokens.ExpiredToken as expired:
        if expired.payload["site"] == site:
            return _sealed(site, expired.payload["nonce"], _shown_at(expired.payload))
        return fresh(site, genuine=False)
    except tokens.BadToken:
        return fresh(site, genuine=False)
    if payload["site"] != site:
        return fresh(site, genuine=False)
    return FormToken(payload["nonce"], sealed, _shown_at(payload))


def _shown_at(payload: dict[str, str]) -> dt.datetime:
    return dt.datetime.fromisoformat(payload.get("shown_at", payload["at"]))


def _sealed(site: str, nonce: str, shown_at: dt.datetime, *, genuine: bool = True) -> FormToken:
    payload = {"site": site, "nonce": nonce, "shown_at": shown_at.isoformat()}
    return FormToken(nonce, tokens.seal(PURPOSE, payload), shown_at, genuine)
