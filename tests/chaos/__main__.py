"""`make chaos`: faults by the dozen while families write, then SMS through a hostile provider; judged in figures."""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import structlog

from helpbutton.settings import Settings
from tests.chaos import families, judge, sending
from tests.chaos.installation import Target, target
from tests.conftest import prepare
from tests.fakes.provider import Provider
from tests.processes import wait_for
from tests.servers import postgres, redis

PROFILES = {"short": (140, 2000), "release": (2000, 20_000)}
"""How many faults, and how many requests whose SMS are followed."""
REQUESTS_PER_FAULT, SENDS_PER_FAULT = 8, 20
"""On average; so the faults come while there is work, however slow the machine is."""
MOST_POSTS = 99_999


def main() -> int:
    """Returns 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--profile", choices=PROFILES, default="short")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", choices=SCENARIOS)
    asked = parser.parse_args()
    faults, sends = PROFILES[asked.profile]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clean = True
    for name, scenario in SCENARIOS.items():
        if asked.only in (None, name):
            began = time.monotonic()
            with hurt_installation() as (hurt, provider):
                words, fine = scenario(hurt, provider, random.Random(asked.seed), faults, sends)
            clean &= fine
            print(f"{name}, seed {asked.seed}, {time.monotonic() - began:.0f} s: {words}", flush=True)
    return 0 if clean else 1


@contextmanager
def hurt_installation() -> Iterator[tuple[Target, Provider]]:
    """The compose file's commands on a PostgreSQL and a Redis of their own, sending through the stand-in."""
    with tempfile.TemporaryDirectory() as name, postgres() as server, redis() as broker:
        directory = Path(name)
        directory.chmod(0o755)
        provider = Provider(directory, arrives_after_s=0.2)
        provider.start()
        url = server.create_database()
        config = Settings(data_dir=directory / "demo", database_url=url, redis_url="none")
        prepare(config)
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE site SET sms_per_day = 1000000")
        try:
            with target(
                config.data_dir,
                directory,
                provider.url,
                database_url=config.database_url,
                redis_url=broker.url,
            ) as hurt:
                provider.deliver_to(hurt.url)
                hurt.start()
                yield hurt, provider
        finally:
            provider.process.kill()


def kill_while_families_write(
    hurt: Target, provider: Provider, chance: random.Random, faults: int, _: int
) -> tuple[str, bool]:
    """Any process is killed at any moment."""
    ledger, done = families.Ledger(), 0
    with hurt.supervised():
        writers = families.write(hurt.url, ledger, posts=MOST_POSTS, clients=6, pause_s=0.3)
        try:
            while done < faults:
                _wait_for_more(ledger, chance.randint(1, 2 * REQUESTS_PER_FAULT))
                hurt.kill_something(chance)
                done += 1
                wait_for(f"{hurt.url}/health/live", within=60)
                if done % 10 == 0:
                    _say(f"{done} faults, {len(ledger.receipts)} accepted")
        finally:
            ledger.enough.set()
        for writer in writers:
            writer.join()
        wait_for(lambda: judge.waiting(hurt.config) == 0, within=600, every=2)
    verdict = judge.judge(hurt.config, ledger, provider)
    return f"{done} faults, {verdict}", verdict.clean and not ledger.refused


def _wait_for_more(ledger: families.Ledger, requests: int) -> None:
    enough = len(ledger.receipts) + requests
    wait_for(lambda: len(ledger.receipts) >= enough, within=120)


def send_through_a_hostile_provider(
    hurt: Target, provider: Provider, chance: random.Random, _: int, sends: int
) -> tuple[str, bool]:
    """The provider refuses, lies and is late while senders are killed and frozen."""
    ledger = families.Ledger()
    sending.make_hostile(provider)
    with hurt.supervised():
        writers = families.write(
            hurt.url, ledger, posts=sends, clients=6, pause_s=0.6, urgent_every=families.URGENT_EVERY
        )
        wait_for(provider.accepted, within=60)
        with sending.faults(hurt, provider, chance, every=SENDS_PER_FAULT) as done:
            while any(writer.is_alive() for writer in writers):
                time.sleep(5)
                _say(f"{len(done)} faults, {len(ledger.receipts)} accepted, {provider.calls()} sends tried")
            wait_for(lambda: judge.waiting(hurt.config) < sends / 20, within=600, every=5)
        wait_for(lambda: judge.waiting(hurt.config) == 0, within=600, every=2)
    verdict = judge.judge(hurt.config, ledger, provider)
    return f"{len(done)} faults, {verdict}", verdict.clean and not ledger.refused


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


Scenario = Callable[[Target, Provider, random.Random, int, int], tuple[str, bool]]
SCENARIOS: dict[str, Scenario] = {
    "killing": kill_while_families_write,
    "sending": send_through_a_hostile_provider,
}

if __name__ == "__main__":
    sys.exit(main())
