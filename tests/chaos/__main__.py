"""`make chaos`: faults by the dozen while families write, and the judgement in figures."""

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from helpbutton.settings import Settings
from tests.chaos import families, judge
from tests.chaos.installation import Target, target
from tests.conftest import prepare
from tests.fakes.provider import Provider
from tests.processes import wait_for
from tests.servers import postgres, redis

FAULTS = {"short": 140, "release": 2000}
POSTS_PER_FAULT = 8


def main() -> int:
    """Returns 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--profile", choices=FAULTS, default="short")
    parser.add_argument("--seed", type=int, default=20261122)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, postgres() as server, redis() as broker:
        directory = Path(name)
        directory.chmod(0o755)
        provider = Provider(directory)
        provider.start()
        config = Settings(
            data_dir=directory / "demo", database_url=server.create_database(), redis_url="none"
        )
        prepare(config)
        with target(
            config.data_dir, directory, provider.url, database_url=config.database_url, redis_url=broker.url
        ) as hurt:
            verdict, faults = _hurt(hurt, provider, FAULTS[asked.profile], random.Random(asked.seed))
        provider.process.kill()
    print(f"{faults} faults, seed {asked.seed}: {verdict}")
    return 0 if verdict.clean else 1


def _hurt(hurt: Target, provider: Provider, faults: int, chance: random.Random) -> tuple[judge.Verdict, int]:
    hurt.start()
    stop, ledger = threading.Event(), families.Ledger()

    def supervise() -> None:
        while not stop.wait(0.2):
            hurt.revive()

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    writers = families.write(hurt.url, ledger, posts=faults * POSTS_PER_FAULT, clients=6, pause_s=0.3)
    done = 0
    try:
        while done < faults and any(writer.is_alive() for writer in writers):
            time.sleep(chance.uniform(0.1, 1.0))
            hurt.kill_something(chance)
            done += 1
            wait_for(f"{hurt.url}/health/live", within=60)
            if done % 10 == 0:
                print(f"{done} faults, {len(ledger.receipts)} accepted", file=sys.stderr, flush=True)
        for writer in writers:
            writer.join()
        wait_for(lambda: judge.waiting(hurt.config) == 0, within=300, every=1)
    finally:
        ledger.enough.set()
        stop.set()
        supervisor.join()
        hurt.close()
    return judge.judge(hurt.config, ledger, provider), done


if __name__ == "__main__":
    sys.exit(main())
