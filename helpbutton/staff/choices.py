"""How a staff member is told of something, pure: their own choices, which never silence whoever is on duty."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

URGENT, REMINDERS, NEWS = "urgent", "reminders", "news"
PURPOSES = (URGENT, REMINDERS, NEWS)
"""Something urgent; a promise that runs out or that nobody has accepted; new cases and messages."""
SMS, EMAIL, NONE = "sms", "email", "none"
CHANNELS = (SMS, EMAIL, NONE)


@dataclass(frozen=True)
class Choice:
    """One choice; `service_id` None: for all desks. `digest`: gathered into one notification each morning."""

    purpose: str
    channel: str
    service_id: int | None = None
    digest: bool = False


@dataclass(frozen=True)
class Way:
    """By which channels to tell a person, in order; none at all when they do not want to be told."""

    channels: tuple[str, ...]
    digest: bool = False


def choice_for(choices: Iterable[Choice], *, purpose: str, service_id: int) -> Choice | None:
    """The choice that holds at a desk: the one for it, else the one for all desks."""
    known = {choice.service_id: choice for choice in choices if choice.purpose == purpose}
    return known.get(service_id, known.get(None))


def way_to(
    choices: Iterable[Choice],
    *,
    purpose: str,
    service_id: int,
    on_duty: bool,
    able: Collection[str],
    usual: tuple[str, ...],
) -> Way:
    """How to tell this person. `usual` channels are for those who have chosen nothing; news have none.

    `able`: the channels that can reach them. What is urgent always reaches the person on duty, by SMS if they have
    a phone: e-mail comes beside it, not instead, and "none" counts as no choice. Where no wanted channel can reach a
    person, another one does.
    """
    choice = choice_for(choices, purpose=purpose, service_id=service_id)
    must_hear = purpose == URGENT and on_duty
    if choice is None or (must_hear and choice.channel == NONE):
        wanted = usual if purpose != NEWS else ()
    elif choice.channel == NONE:
        wanted = ()
    else:
        wanted = (SMS, EMAIL) if must_hear and choice.channel == EMAIL else (choice.channel,)
    channels = tuple(channel for channel in wanted if channel in able)
    if wanted and not channels:
        channels = tuple(channel for channel in (SMS, EMAIL) if channel in able)[:1]
    return Way(channels, choice is not None and choice.digest and purpose != URGENT)
