"""What follows from a provider's error, pure: one table from the error code to the next step.

An error is "provider_21211" (Twilio's code, or the HTTP status where there is none), "smtp_550" or a word of our
own. What the codes mean: twilio.com/docs/api/errors, each under its number; the classes of SMTP: RFC 5321, 4.2.1.
"""

from typing import Literal

Follows = Literal["call", "once_more", "stop_channel", "opted_out"]
"""Nobody sends it any more and a human decides; once more after a while, then a human calls; the channel takes
nothing at all at the moment; the owner of the number wants no messages."""
Report = Literal["on_its_way", "delivered", "undelivered"]
"""What a provider says about a message that it has accepted."""

CODES: dict[str, Follows] = {
    "provider_10001": "stop_channel",
    "provider_20003": "stop_channel",
    "provider_20005": "stop_channel",
    "provider_20006": "stop_channel",
    "provider_30002": "stop_channel",
    "provider_90010": "stop_channel",
    "provider_401": "stop_channel",
    "provider_402": "stop_channel",
    "provider_403": "stop_channel",
    "provider_21212": "stop_channel",
    "provider_21603": "stop_channel",
    "provider_21659": "stop_channel",
    "provider_21660": "stop_channel",
    "provider_21610": "opted_out",
    "provider_30001": "once_more",
    "provider_30003": "once_more",
    "provider_30008": "once_more",
    "provider_21211": "call",
    "provider_21408": "call",
    "provider_21606": "call",
    "provider_21612": "call",
    "provider_21614": "call",
    "provider_30004": "call",
    "provider_30005": "call",
    "provider_30006": "call",
    "provider_30007": "call",
    "no_starttls": "stop_channel",
    "bad_certificate": "stop_channel",
    "smtp_sender_refused": "stop_channel",
    "smtp_530": "stop_channel",
    "smtp_534": "stop_channel",
    "smtp_535": "stop_channel",
    "smtp_538": "stop_channel",
}
"""Credentials, account, balance and the sending number concern every message; the rest concerns one number."""

STATUSES: dict[str, Report] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "on_its_way"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled", "partially_delivered"), "undelivered"),
}
"""Twilio's status of a message (its API description, message_enum_status) -> what it says."""


def error_of(code: object) -> str | None:
    """Twilio's error code as our error; None when it names none."""
    return f"provider_{code}" if str(code or "").isdecimal() else None


def is_an_answer(error: str | None) -> bool:
    """Whether the provider itself said so, which leaves little doubt about a message of which it shows no trace."""
    return (error or "").startswith("provider_")


def what_follows(error: str | None) -> Follows:
    """The next step after this error; a code that nobody knows is for a human."""
    return CODES.get(error or "", "call")
