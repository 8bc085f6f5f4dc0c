"""The channels by which a notification leaves: SMS and e-mail, each as the settings say."""

from typing import Literal

from helpbutton import settings
from helpbutton.notifications.channels.base import Channel

Variant = Literal["twilio", "smtp", "console", "demo"]


def variant_of(channel: str) -> Variant | None:
    """What carries "sms" or "email" in this installation; None for e-mail without a mail server."""
    active = settings.current()
    if channel == "email" and active.smtp_url:
        return "smtp"
    if active.sms == "twilio":
        return "twilio" if channel == "sms" else None
    return active.sms or "demo"


def tells_delivery(channel: str) -> bool:
    """Whether the channel can be asked what became of a message that it has accepted."""
    return variant_of(channel) in ("twilio", "demo")


def of(channel: str) -> Channel | None:
    """What carries "sms" or "email". Each is imported only where it is used: the SDK is heavy."""
    match variant_of(channel):
        case "twilio":
            from helpbutton.notifications.channels.twilio import TwilioChannel

            return TwilioChannel(settings.current())
        case "smtp":
            from helpbutton.notifications.channels.email import EmailChannel

            return EmailChannel(settings.current())
        case "console":
            from helpbutton.notifications.channels.console import ConsoleChannel

            return ConsoleChannel()
        case "demo":
            from helpbutton.notifications.channels.demo import DemoChannel

            return DemoChannel()
    return None
