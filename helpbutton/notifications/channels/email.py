"""E-mail over SMTP: encrypted on the way, without content, every failure in its class.

Once the text has been handed over, silence proves nothing (RFC 1047): then nobody knows, and the message may be sent
again under the same Message-ID, by which the receiver tells a copy from a new one.
"""

import datetime as dt
import smtplib
import socket
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from helpbutton import clock
from helpbutton.notifications.channels.base import NoAnswer, Outcome, Outgoing, Reported
from helpbutton.settings import LOOPBACK, Settings

TIMEOUT_S = 12
"""For the conversation with the server until the text is handed over."""
WHOLE_TIMEOUT_S = 24
"""With the text, which a server may check before it answers; with the latest start it stays under the to-do's lease."""
SMTP_PORT, SMTPS_PORT = 587, 465


class _Refused(Exception):
    """The server (or we) decided; carries the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.error)
        self.outcome = outcome


class EmailChannel:
    def __init__(self, settings: Settings) -> None:
        url = urlsplit(settings.smtp_url)
        self._host, self._port = url.hostname or "", url.port
        self._tls_at_once = url.scheme == "smtps"
        self._name = unquote(url.username or "")
        self._password = unquote(url.password or "")
        if settings.smtp_password_file is not None:
            self._password = settings.smtp_password_file.read_text().strip()
        self._from = settings.email_from
        self._deadline = 0.0

    def send(self, message: Outgoing) -> Outcome:
        self._deadline = clock.monotonic() + TIMEOUT_S
        try:
            letter = _letter(message, self._from)
            with closing(self._server()) as server:
                self._say_hello(server)
                self._address(server, message.to)
                outcome = self._hand_over(server, letter)
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
                return outcome
        except _Refused as refusal:
            return refusal.outcome
        except ssl.SSLCertVerificationError:
            return Outcome("stopped", error="bad_certificate")
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome("not_sent", error=type(error).__name__)

    def find(self, message: Outgoing, *, since: dt.datetime, settled: frozenset[str]) -> Outcome | None:
        """A mail server keeps nothing that could be asked."""
        return None

    def status(self, provider_id: str) -> Reported:
        raise NoAnswer

    def _server(self) -> smtplib.SMTP:
        port = self._port or (SMTPS_PORT if self._tls_at_once else SMTP_PORT)
        if self._tls_at_once:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, port, timeout=self._left(), context=context)
        return smtplib.SMTP(self._host, port, timeout=self._left())

    def _left(self) -> float:
        return max(self._deadline - clock.monotonic(), 0.1)

    def _wait_no_longer(self, server: smtplib.SMTP) -> None:
        if isinstance(server.sock, socket.socket):
            server.sock.settimeout(self._left())

    def _say_hello(self, server: smtplib.SMTP) -> None:
        self._wait_no_longer(server)
        server.ehlo_or_helo_if_needed()
        if not self._tls_at_once and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif not self._tls_at_once and self._host not in LOOPBACK:
            raise _Refused(Outcome("stopped", error="no_starttls"))
        if self._name:
            self._wait_no_longer(server)
            try:
                server.login(self._name, self._password)
            except smtplib.SMTPNotSupportedError:
                raise _Refused(Outcome("stopped", error="smtp_538")) from None

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        self._wait_no_longer(server)
        code, _ = server.mail(parseaddr(self._from)[1])
        if code >= 500:
            raise _Refused(Outcome("stopped", error="smtp_sender_refused"))
        if code != 250:
            raise _Refused(_answered(code))
        code, _ = server.rcpt(to)
        if code not in (250, 251):
            raise _Refused(_answered(code))

    def _hand_over(self, server: smtplib.SMTP, letter: EmailMessage) -> Outcome:
        """From the first byte of the text on, only the server's own answer says what became of it."""
        self._deadline += WHOLE_TIMEOUT_S - TIMEOUT_S
        self._wait_no_longer(server)
        try:
            code, _ = server.data(letter.as_bytes())
        except smtplib.SMTPDataError as error:
            return _answered(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome("unknown", error=type(error).__name__)
        if code != 250:
            return _answered(code)
        return Outcome("accepted", provider_id=str(letter["Message-ID"])[:60])


def _letter(message: Outgoing, sender: str) -> EmailMessage:
    if any(sign in message.to for sign in "\r\n,<>") or not message.to.isascii():
        raise _Refused(Outcome("refused", error="bad_address"))
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, message.to, message.subject
    letter["Date"] = format_datetime(clock.now())
    letter["Message-ID"] = f"<{message.message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(message.body)
    return letter


def _answered(code: int) -> Outcome:
    """4xx: a later try may succeed; 5xx: it will not (RFC 5321, 4.2.1). Credentials concern every message."""
    error = f"smtp_{code}"
    if code in (530, 534, 535, 538):
        return Outcome("stopped", error=error)
    return Outcome("not_sent" if code < 500 else "refused", error=error)
