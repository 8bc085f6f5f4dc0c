"""Promise P2 with a hostile provider: senders are killed and frozen, and every SMS leaves once or a human sees it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import families, judge, sending
from tests.chaos.installation import Target, target
from tests.fakes.provider import Provider
from tests.processes import wait_for

REQUESTS, URGENT_EVERY = 60, 6


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path, arrives_after_s=0.1)
    provider.start()
    yield provider
    provider.process.kill()


@pytest.fixture
def running(tmp_path: Path, demo_data: Path, provider: Provider) -> Iterator[Target]:
    with target(demo_data, tmp_path, provider.url) as found:
        provider.deliver_to(found.url)
        yield found


def test_nothing_is_lost_or_doubled_by_a_hostile_provider(running: Target, provider: Provider) -> None:
    sending.make_hostile(provider)
    running.start()
    ledger = families.Ledger()
    with running.supervised():
        writers = families.write(
            running.url, ledger, posts=REQUESTS, clients=4, pause_s=0.7, urgent_every=URGENT_EVERY
        )
        wait_for(provider.accepted, within=30)
        with sending.faults(running, provider, random.Random(4), every=8) as done:
            for writer in writers:
                writer.join()
            wait_for(lambda: judge.waiting(running.config, ahead_s=0) < REQUESTS / 4, within=60, every=1)
        wait_for(lambda: judge.waiting(running.config, ahead_s=0) == 0, within=60, every=1)
    verdict = judge.judge(running.config, ledger, provider)
    assert (len(ledger.receipts), ledger.refused) == (REQUESTS, [])
    assert len(done) >= 3
    assert verdict.sms.notifications >= REQUESTS + REQUESTS // URGENT_EVERY
    assert verdict.clean, (verdict, done)
    assert "provider_30007" not in verdict.sms.seen_by_human, "a forged callback was believed"
