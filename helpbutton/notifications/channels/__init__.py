"""The channels by which an SMS leaves; the setting `sms` chooses one."""

from helpbutton import settings
from helpbutton.notifications.channels.base import Channel


def current() -> Channel:
    """The channel of this process. Each is imported only where it is used: the SDK is heavy."""
    match settings.current().sms:
        case "twilio":
            from helpbutton.notifications.channels.twilio import TwilioChannel

            return TwilioChannel(settings.current())
        case "console":
            from helpbutton.notifications.channels.console import ConsoleChannel

            return ConsoleChannel()
        case _:
            from helpbutton.notifications.channels.demo import DemoChannel

            return DemoChannel()
