"""To-dos: one claimer at a time, leases, fences, backoff, rest."""

import datetime as dt
import threading

from flask import Flask

from helpbutton import clock, outbox
from helpbutton.db import db, transaction
from helpbutton.outbox import NORMAL, SOON, URGENT, Claim, Kind

WASH = Kind("wash", lease_s=30, tries=3)
DRY = Kind("dry", lease_s=300, tries=3)
BOTH = (WASH, DRY)
ALL = (URGENT, SOON, NORMAL)


def add(kind: Kind = WASH, ref: int = 1, *, priority: int = NORMAL, due_in: float = 0) -> None:
    with transaction() as session:
        outbox.add(
            session, kind, ref=ref, priority=priority, due_at=clock.now() + dt.timedelta(seconds=due_in)
        )


def claim(after_s: float = 0) -> Claim | None:
    with clock.moved(clock.now() + dt.timedelta(seconds=after_s)):
        return outbox.claim(BOTH, due_before=dict.fromkeys(ALL, clock.now()))


def test_a_todo_is_claimed_once_and_urgent_ones_first(app_on_both: Flask) -> None:
    add(ref=1)
    add(DRY, ref=2, priority=URGENT)
    first, second = claim(), claim()
    assert first is not None
    assert second is not None
    assert (first.kind, second.kind) == ("dry", "wash")
    assert claim() is None


def test_many_claimers_never_share_a_todo(app_on_both: Flask) -> None:
    for ref in range(40):
        add(ref=ref)
    claimed: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        with app_on_both.app_context():
            while (mine := outbox.claim(BOTH, due_before=dict.fromkeys(ALL, clock.now()))) is not None:
                with lock:
                    claimed.append(mine.ref)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    missed = []
    while (left := claim()) is not None:
        missed.append(left.ref)
    assert sorted(claimed + missed) == list(range(40))


def test_a_dead_claimers_todo_falls_due_again_when_its_lease_ends(app_on_both: Flask) -> None:
    add()
    assert claim() is not None
    assert claim(after_s=29) is None
    again = claim(after_s=31)
    assert again is not None
    assert again.attempt == 2


def test_a_frozen_claimer_cannot_finish_what_another_has_taken_over(app_on_both: Flask) -> None:
    add()
    frozen = claim()
    taken_over = claim(after_s=31)
    assert frozen is not None
    assert taken_over is not None
    assert not outbox.finish(frozen)
    assert outbox.finish(taken_over)
    assert claim(after_s=3600) is None


def test_failures_wait_longer_each_time_and_rest_after_the_last(app_on_both: Flask) -> None:
    add()
    waits = (0, 2.1, 6.2)
    for wait in waits:
        mine = claim(after_s=wait)
        assert mine is not None
        with clock.moved(clock.now() + dt.timedelta(seconds=wait)):
            outbox.fail(mine, error="KeyError", tries=WASH.tries)
    assert claim(after_s=100_000) is None
    [resting] = outbox.resting()
    assert (resting.kind, resting.ref, resting.error) == ("wash", 1, "KeyError")
    with transaction() as session:
        assert outbox.wake(session, todo_id=resting.id)
    assert outbox.resting() == []
    assert claim(after_s=1) is not None


def test_asking_again_during_the_work_makes_it_run_once_more(app_on_both: Flask) -> None:
    add()
    mine = claim()
    assert mine is not None
    add()
    assert not outbox.finish(mine)
    assert claim() is not None


def test_a_todo_added_twice_is_one(app_on_both: Flask) -> None:
    add()
    add()
    assert claim() is not None
    assert claim() is None


def test_what_rolls_back_leaves_no_todo(app_on_both: Flask) -> None:
    try:
        with transaction() as session:
            outbox.add(session, WASH, ref=1)
            raise RuntimeError("no")
    except RuntimeError:
        pass
    assert claim() is None


def test_each_priority_is_looked_at_from_a_moment_of_its_own(app_on_both: Flask) -> None:
    add(ref=1)
    add(ref=2, priority=SOON)
    add(ref=3, priority=URGENT)
    now = clock.now()
    a_second_ago = now - dt.timedelta(seconds=1)
    soon = outbox.claim(BOTH, due_before={URGENT: a_second_ago, SOON: now, NORMAL: now})
    urgent = outbox.claim(BOTH, due_before={URGENT: now})
    assert soon is not None
    assert urgent is not None
    assert (soon.ref, urgent.ref) == (2, 3)
    assert outbox.claim(BOTH, due_before={URGENT: now, SOON: now}) is None
    assert outbox.claim((DRY,), due_before={NORMAL: now}) is None
