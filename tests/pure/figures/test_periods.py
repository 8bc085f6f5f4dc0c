"""Periods that lie in each other tell no small number of what lies between them."""

import datetime as dt
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpbutton import clock
from helpbutton.figures.periods import PERIODS, around, spans
from helpbutton.figures.suppress import SMALL, is_small

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
BUSY = st.dictionaries(st.integers(0, 45), st.integers(0, 9), max_size=8)


@settings(deadline=None, max_examples=40)
@given(DAYS, BUSY)
@example(dt.date(2026, 11, 26), {0: 6, 2: 3})
@example(dt.date(2026, 11, 26), {0: 6, 7: 5, 14: 2})
@example(dt.date(2026, 12, 3), {0: 9, 4: 9, 7: 2})
@example(dt.date(2027, 1, 7), {0: 9, 7: 8, 10: 3})
def test_no_sum_of_what_is_shown_is_a_small_number(today: dt.date, received: dict[int, int]) -> None:
    """Every sum and difference of shown periods that counts each day once or not at all."""
    noon = dt.datetime.combine(today, dt.time(12), tzinfo=clock.HELSINKI)
    times = spans(noon)
    days = [noon - dt.timedelta(days=ago) for ago in range(380)]
    within = [frozenset(name for name, (start, end) in times.items() if start <= day < end) for day in days]
    counts = {name: sum(many for ago, many in received.items() if name in within[ago]) for name in PERIODS}
    kinds_of_day = set(within)
    shown = [
        name
        for name in PERIODS
        if not counts[name]
        or not (
            is_small(counts[name])
            or any(is_small(one.count(counts.__getitem__)) for one in around(name, times))
        )
    ]
    for signs in product((-1, 0, 1), repeat=len(shown)):
        signed = dict(zip(shown, signs, strict=True))
        if {sum(signed.get(name, 0) for name in names) for names in kinds_of_day} <= {0, 1}:
            total = sum(sign * counts[name] for name, sign in signed.items())
            assert not 0 < total < SMALL, (shown, signs, counts)
