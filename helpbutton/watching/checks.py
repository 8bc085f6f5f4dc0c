"""What has to be true of a healthy installation, pure: each check by its name and how bad it is when it fails."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from helpbutton.watching.canary_rules import LOST_AFTER

Level = Literal["down", "alarm", "attention"]
"""down: requests are not worked on; alarm: somebody may wait in vain; attention: a person has something to decide."""

TODO_TOO_LONG_DUE = dt.timedelta(seconds=120)
NOTIFICATION_TOO_LONG_DUE = dt.timedelta(minutes=10)
PROOF_TOO_OLD = dt.timedelta(hours=48)
FEW_OUTCOMES = 5
"""With fewer attempts in a quarter of an hour one refusal says little about the provider."""


@dataclass(frozen=True)
class CanaryFact:
    """One site's canary; moments are aware UTC, `next_at` when the next one leaves, `stuck` one of
    `canary_rules.STAGES`."""

    site: str
    names: Mapping[str, str]
    next_at: dt.datetime
    sent_at: dt.datetime | None
    out_at: dt.datetime | None
    took_s: int | None
    lost_at: dt.datetime | None
    stuck: str | None


@dataclass(frozen=True)
class ProofFact:
    """What the last proof of the routes found, at an aware moment. `without_desk` counts combinations, `ties` pairs
    of routes; `first` has one gap of each reason: the municipality's code, the topic, why."""

    at: dt.datetime
    gaps: int
    ties: int
    without_desk: int
    first: tuple[tuple[str, str | None, str], ...]


@dataclass(frozen=True)
class Facts:
    """The state of the installation at the aware moment `at`, as the database knows it.

    Ages are zero when nothing waits. `resting_alerts`: to-dos of urgent alerts among those that rest. `notifications`:
    (channel, status) to how many; of those that are settled only the last day's. `outcomes`: (channel, outcome) to
    attempts in the last quarter of an hour. `spent_today` in euro, None without a price. `sweeper_age`: None when there
    never was one; nor is there a `proof` before the first night.
    """

    at: dt.datetime
    todo_age: dt.timedelta
    resting: int
    resting_alerts: int
    notifications: Mapping[tuple[str, str], int]
    notification_age: dt.timedelta
    sweeper_age: dt.timedelta | None
    sweeper_alive: bool
    outcomes: Mapping[tuple[str, str], int]
    stopped: Mapping[str, dt.timedelta]
    segments_today: int
    spent_today: float | None
    overdue_clocks: int
    nobody_accepted: int
    climbing: int
    canaries: tuple[CanaryFact, ...]
    canary_on: bool
    deadman_on: bool
    deadman_heard_at: dt.datetime | None
    deadman_failures: int
    proof: ProofFact | None

    def of_status(self, status: str) -> int:
        """How many notifications have this status, on all channels."""
        return sum(count for (_, found), count in self.notifications.items() if found == status)


@dataclass(frozen=True)
class Check:
    """`holds` says whether all is well."""

    name: str
    level: Level
    holds: Callable[[Facts], bool]


def provider_takes(facts: Facts, channel: str) -> bool:
    """Whether most of what a channel was given lately was accepted."""
    counts = {outcome: n for (of, outcome), n in facts.outcomes.items() if of == channel}
    return sum(counts.values()) < FEW_OUTCOMES or 2 * counts.get("accepted", 0) >= sum(counts.values())


def canaries_come_out(facts: Facts) -> bool:
    """Whether every site's canary came out lately; who sends them may not stand still unseen, nor never have begun."""
    overdue = facts.at - LOST_AFTER
    return not facts.canary_on or all(
        canary.lost_at is None and canary.next_at > overdue for canary in facts.canaries
    )


def leads_to_desks(facts: Facts) -> bool:
    """Whether the last proof found neither a gap nor a tie."""
    return facts.proof is None or not (facts.proof.gaps or facts.proof.ties)


def is_proved(facts: Facts) -> bool:
    """Whether the last proof is young enough to say anything."""
    return facts.proof is None or facts.at - facts.proof.at < PROOF_TOO_OLD


CHECKS = (
    Check("sweeper", "down", lambda facts: facts.sweeper_alive),
    Check("todos_on_time", "down", lambda facts: facts.todo_age < TODO_TOO_LONG_DUE),
    Check("canary_out", "alarm", canaries_come_out),
    Check("channels_open", "alarm", lambda facts: not facts.stopped),
    Check(
        "providers_accept",
        "alarm",
        lambda facts: all(provider_takes(facts, channel) for channel, _ in facts.outcomes),
    ),
    Check("notifications_on_time", "alarm", lambda facts: facts.notification_age < NOTIFICATION_TOO_LONG_DUE),
    Check("alerts_accepted", "alarm", lambda facts: facts.nobody_accepted == 0),
    Check("alerts_tried", "alarm", lambda facts: facts.resting_alerts == 0),
    Check("nothing_dead", "alarm", lambda facts: facts.of_status("dead") == 0),
    Check("routes_lead_to_desks", "alarm", leads_to_desks),
    Check("routes_proved", "attention", is_proved),
    Check("nothing_resting", "attention", lambda facts: facts.resting == 0),
    Check("nothing_failed", "attention", lambda facts: facts.of_status("failed") == 0),
    Check("nothing_held", "attention", lambda facts: facts.of_status("held") == 0),
    Check("promises_kept", "attention", lambda facts: facts.overdue_clocks == 0),
    Check("deadman_heard", "attention", lambda facts: facts.deadman_failures == 0 or not facts.deadman_on),
)


def failing(facts: Facts, *levels: Level) -> tuple[str, ...]:
    """Names of the checks of these levels that do not hold."""
    return tuple(check.name for check in CHECKS if check.level in levels and not check.holds(facts))
