"""Twilio through its own SDK: a fresh connection for each call, no retries, every failure in its class."""

import datetime as dt
import logging
from urllib.parse import urlsplit, urlunsplit

from requests import Session
from requests.exceptions import ConnectionError as ConnectionFailed
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import MaxRetryError, NewConnectionError

from helpbutton.notifications.channels.base import NoAnswer, Outcome, Outgoing, Reported
from helpbutton.notifications.codes import STATUSES, error_of, what_follows
from helpbutton.settings import Settings

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 3, 10
CLOCK_SKEW = dt.timedelta(minutes=5)
REPEAT = "#rc=5&rp=all"
"""Twilio repeats a callback that we could not take, up to five times (its webhook connection overrides)."""
NEWEST = 200
"""How many of the newest messages to one number are looked through."""
NOT_PROCESSED = frozenset({404, 429})
"""HTTP statuses with which nothing was sent and a later try may succeed: wrong address, or too many requests.

429: "aren't processed and are safe to retry after backing off" (twilio.com/docs/api/errors/20429).
"""
CALLBACK_PATH = "/hooks/twilio/status/"
"""Followed by the attempt's id: so the provider itself says which attempt its message belongs to."""

_silent = logging.Logger("twilio", level=logging.CRITICAL + 1)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's client, pointed at `api_base` if set; silent, since its log lines hold phone numbers."""

    def __init__(self, api_base: str) -> None:
        super().__init__(pool_connections=False, logger=_silent)
        self.timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        self._base = urlsplit(api_base) if api_base else None

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:
        if self._base:
            url = urlunsplit(urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        with Session() as self.session:
            return super().request(method, url, *args, **kwargs)


class TwilioChannel:
    def __init__(self, settings: Settings) -> None:
        """Raises OSError or TwilioException when there is no token to use: nothing can be sent then."""
        assert settings.twilio_auth_token_file is not None
        token = settings.twilio_auth_token_file.read_text().strip()
        http = _HttpClient(settings.twilio_api_base)
        self._messages = Client(settings.twilio_account_sid, token, http_client=http).messages
        self._from = settings.twilio_from
        self._callback = settings.public_url + CALLBACK_PATH

    def send(self, message: Outgoing) -> Outcome:
        try:
            created = self._messages.create(
                to=message.to,
                from_=self._from,
                body=message.body,
                validity_period=message.validity_s,
                status_callback=f"{self._callback}{message.attempt_id}{REPEAT}",
            )
        except RequestException as error:
            return _broken(error)
        except (TwilioException, ValueError) as error:
            return _answered(error)
        return Outcome("accepted", provider_id=created.sid)

    def find(self, message: Outgoing, *, since: dt.datetime, settled: frozenset[str]) -> Outcome | None:
        """Asks by recipient and compares here: a message still queued has no date sent to filter by."""
        try:
            listed = self._messages.list(to=message.to, limit=NEWEST, page_size=NEWEST)
        except (TwilioException, RequestException, ValueError):
            raise NoAnswer from None
        for seen in listed:
            if seen.sid in settled or seen.date_created < since - CLOCK_SKEW:
                continue
            if not seen.body:
                raise NoAnswer("the provider hides the texts, so they cannot be told apart")
            if message.reference in seen.body:
                reported = _reported(seen)
                if reported.report == "undelivered":
                    return Outcome("refused", seen.sid, reported.error)
                return Outcome("accepted", seen.sid)
        return None

    def status(self, provider_id: str) -> Reported:
        try:
            return _reported(self._messages(provider_id).fetch())
        except (TwilioException, RequestException, ValueError):
            raise NoAnswer from None


def _reported(message: MessageInstance) -> Reported:
    report = STATUSES.get(str(message.status))
    if report is None:
        raise NoAnswer(f"an unknown status: {message.status}")
    return Reported(report, error_of(message.error_code))


def _answered(error: Exception) -> Outcome:
    """An answer that is not "accepted"; one without an HTTP status could not even be read."""
    status = getattr(error, "status", None)
    if status is None:
        return Outcome("unknown", error=type(error).__name__)
    code = f"provider_{getattr(error, 'code', None) or status}"
    if what_follows(code) == "stop_channel" or status == 401:
        return Outcome("stopped", error=code)
    if status in NOT_PROCESSED:
        return Outcome("not_sent", error=code)
    return Outcome("refused" if 400 <= status < 500 else "unknown", error=code)


def _broken(error: RequestException) -> Outcome:
    """Only a connection that never came to be proves that nothing was sent."""
    if isinstance(error, ConnectTimeout):
        return Outcome("not_sent", error="connect_timeout")
    if isinstance(error, ConnectionFailed):
        cause = error.args[0] if error.args else None
        if isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError):
            return Outcome("not_sent", error="not_connected")
    return Outcome("unknown", error=type(error).__name__)
