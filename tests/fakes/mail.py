"""A mail server of the tests' own on loopback: what arrived, to whom, and when by the product's clock."""

import datetime as dt
import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from helpbutton import clock
from tests.processes import free_port


@dataclass(frozen=True)
class Letter:
    to: str
    at: dt.datetime
    message: Message


class Mailbox:
    """Takes every letter; `answer` refuses them instead, for example "451 later"."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer:
            return self.answer
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content)
        self.letters += [Letter(to, clock.now(), message) for to in envelope.rcpt_tos]
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[tuple[str, Mailbox]]:
    """A running server: its address as in `HELPBUTTON_SMTP_URL`, and what it takes."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", mailbox
    finally:
        controller.stop()
