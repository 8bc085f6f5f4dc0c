"""Why a notification was not sent although nothing went wrong, pure: one table of codes and what each does."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Decision:
    """`status`: what becomes of the notification; "planned" is a delay. `tell`: whether the case's logbook says it."""

    status: Literal["planned", "held", "dropped"]
    tell: bool


DECISIONS = {
    "quiet_hours": Decision("planned", tell=False),
    "channel_stopped": Decision("planned", tell=False),
    "not_safe_to_text": Decision("dropped", tell=True),
    "opted_out": Decision("dropped", tell=True),
    "too_old": Decision("dropped", tell=True),
    "contact_changed": Decision("dropped", tell=True),
    "erased": Decision("dropped", tell=True),
    "forgotten": Decision("dropped", tell=True),
    "expired": Decision("dropped", tell=True),
    "already_nudged": Decision("dropped", tell=True),
    "only_answers": Decision("dropped", tell=True),
    "already_read": Decision("dropped", tell=False),
    "replaced": Decision("dropped", tell=False),
    "too_late": Decision("dropped", tell=True),
    "left_service": Decision("dropped", tell=True),
    "quarantined": Decision("held", tell=True),
    "foreign_number": Decision("held", tell=True),
    "number_limit": Decision("held", tell=True),
    "site_budget": Decision("held", tell=True),
    "no_duty_number": Decision("held", tell=True),
    "no_address": Decision("held", tell=True),
    "no_channel": Decision("held", tell=True),
}
