"""The figures of operation in the text format of Prometheus, each read from the database when it is asked for.

No process counts anything itself, so it does not matter which of several answers, or whether it has just started.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from helpbutton.watching import queries as watching
from helpbutton.watching.checks import CHECKS, CanaryFact, Facts, ProofFact
from helpbutton.web.policy import policy

bp = Blueprint("metrics", __name__)

STATUSES = ("planned", "sending", "unknown", "sent", "delivered", "failed", "held", "dead", "dropped")
CHANNELS = ("sms", "email")


@bp.get("/metrics")
@policy("monitor")
def show() -> Response:
    """Figures without personal data: ages, counts, the provider, spend, canaries."""
    collected = CollectorRegistry(auto_describe=False)
    collected.register(_State(watching.facts()))
    return Response(generate_latest(collected), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _State(Collector):
    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def collect(self) -> Iterator[Metric]:
        facts = self.facts
        yield from _work(facts)
        yield from _sending(facts)
        yield from _people(facts)
        if facts.proof is not None:
            yield from _proof(facts.at, facts.proof)
        if facts.canary_on:
            yield from _canaries(facts)
        if facts.deadman_on:
            yield _gauge(
                "deadman_failures",
                "Calls of the dead man's switch in a row that failed",
                facts.deadman_failures,
            )
        checks = {(check.name, check.level): int(check.holds(facts)) for check in CHECKS}
        yield _family("check", "1 when the check holds, 0 when not", ("name", "level"), checks)


def _work(facts: Facts) -> Iterator[Metric]:
    yield _gauge(
        "oldest_todo_seconds", "How long the oldest ready to-do has been due", facts.todo_age.total_seconds()
    )
    yield _gauge("resting_todos", "To-dos that nobody tries any more", facts.resting)
    if facts.sweeper_age is not None:
        age = facts.sweeper_age.total_seconds()
        yield _gauge("heartbeat_age_seconds", "Since a sweeper gave a sign of life", age)


def _proof(at: dt.datetime, proof: ProofFact) -> Iterator[Metric]:
    yield _gauge("routing_gaps", "Gaps that the last proof of the routes found", proof.gaps)
    yield _gauge("routing_ties", "Pairs of routes that it found to tie", proof.ties)
    yield _gauge("routing_without_desk", "Combinations that it found to end nowhere", proof.without_desk)
    yield _gauge("routing_proof_age_seconds", "Since the routes were proved", (at - proof.at).total_seconds())


def _sending(facts: Facts) -> Iterator[Metric]:
    none = {(channel, status): 0 for channel in CHANNELS for status in STATUSES}
    yield _family(
        "notifications",
        "Notifications by status; of sent, delivered and dropped ones those planned in the last 24 hours",
        ("channel", "status"),
        none | dict(facts.notifications),
    )
    waited = facts.notification_age.total_seconds()
    yield _gauge(
        "oldest_notification_seconds", "How long the oldest planned notification has been due", waited
    )
    quiet = {(channel, outcome): 0 for channel in CHANNELS for outcome in ("accepted", "unknown", "refused")}
    yield _family(
        "provider_outcomes",
        "Attempts that began in the last 15 minutes, by what they came to",
        ("channel", "outcome"),
        quiet | dict(facts.outcomes),
    )
    stopped = {
        (channel,): facts.stopped[channel].total_seconds() if channel in facts.stopped else 0
        for channel in CHANNELS
    }
    yield _family(
        "channel_stopped_seconds", "Since the provider takes nothing; 0 when it does", ("channel",), stopped
    )
    yield _gauge("sms_segments_today", "SMS segments since midnight in Helsinki", facts.segments_today)
    if facts.spent_today is not None:
        yield _gauge(
            "sms_spent_today_euros", "What they cost by the price in the settings", facts.spent_today
        )


def _people(facts: Facts) -> Iterator[Metric]:
    yield _gauge("overdue_clocks", "Promises whose time has run out", facts.overdue_clocks)
    yield _gauge("climbs", "Alerts on their way up a ladder", facts.climbing)
    yield _gauge("climbs_nobody_accepted", "Alerts at the end of their ladder", facts.nobody_accepted)


def _canaries(facts: Facts) -> Iterator[Metric]:
    yield _of_sites(
        "canary_ok", "0 when the site's canary is lost", facts, lambda it: int(it.lost_at is None)
    )
    yield _of_sites(
        "canary_age_seconds",
        "Since the site's last canary came out",
        facts,
        lambda it: None if it.out_at is None else (facts.at - it.out_at).total_seconds(),
    )
    yield _of_sites("canary_took_seconds", "How long the last canary took", facts, lambda it: it.took_s)


def _of_sites(name: str, help_: str, facts: Facts, value: Callable[[CanaryFact], float | None]) -> Metric:
    found = {(canary.site,): value(canary) for canary in facts.canaries}
    return _family(name, help_, ("site",), {key: known for key, known in found.items() if known is not None})


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"helpbutton_{name}", help_, value=value)


def _family(name: str, help_: str, labels: Iterable[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"helpbutton_{name}", help_, labels=list(labels))
    for key, value in sorted(values.items()):
        family.add_metric(list(key), value)
    return family
