"""The rule of quarantine: the trap alone, or two signs that each have an innocent explanation."""

import pytest

from helpbutton.cases.quarantine import BURST, FAST_S, REPEATED, Signs, plain_words, reasons_for

FAST, BUSY, SAME = {"seconds": 1.2}, {"last_minute": BURST}, {"same_words": REPEATED}
TRAP_WORD, FAST_WORD = "quarantine_trap", "quarantine_fast"
BUSY_WORD, SAME_WORD = "quarantine_burst", "quarantine_repeated"


@pytest.mark.parametrize(
    ("signs", "codes"),
    [
        ({}, []),
        (FAST, []),
        (BUSY, []),
        (SAME, []),
        ({"trap": True}, [TRAP_WORD]),
        ({"trap": True} | FAST, [TRAP_WORD, FAST_WORD]),
        (FAST | BUSY, [FAST_WORD, BUSY_WORD]),
        (FAST | SAME, [FAST_WORD, SAME_WORD]),
        (BUSY | SAME, [BUSY_WORD, SAME_WORD]),
        (FAST | BUSY | SAME, [FAST_WORD, BUSY_WORD, SAME_WORD]),
        ({"seconds": 4.0, "last_minute": BURST - 1, "same_words": REPEATED - 1}, []),
        ({"seconds": FAST_S} | BUSY, []),
        ({"seconds": -5.0} | BUSY, []),
        ({"seconds": None} | SAME, []),
    ],
)
def test_the_trap_or_two_signs(signs: dict[str, float], codes: list[str]) -> None:
    assert [reason.code for reason in reasons_for(Signs(**signs))] == codes  # type: ignore[arg-type]


def test_a_reason_says_the_figure() -> None:
    fast, busy = reasons_for(Signs(seconds=1.2345, last_minute=80))
    assert (fast.params, busy.params) == ({"seconds": 1.2}, {"requests": 80})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Soittakaa minulle!", "  soittakaa\nMINULLE ", True),
        ("Hälp", "Ha\u0308lp", True),
        ("Apua 1", "Apua 2", False),
        ("مساعدة", "помощь", False),
        ("!!!", "???", False),
    ],
)
def test_the_same_words_are_the_same_letters(one: str, other: str, same: bool) -> None:
    assert (plain_words(one) == plain_words(other)) is same
