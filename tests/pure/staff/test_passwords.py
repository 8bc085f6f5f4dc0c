"""What makes a password easy to guess, and what does not."""

import pytest

from helpbutton.staff.passwords import MIN_LENGTH, NOBODY, hash_password, invent, is_common, matches, problem

ABOUT = ("cara.lind@demo.example", "Cara Lind")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456789",
        "P@ssw0rdP@ssw0rd1",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh",
        "poiuytrewqqwertyuiop",
        "salasana2024salasana",
        "Kissa!Kissa!Kissa!2024",
        "iloveyouforever!!!",
        "lösenordlösenord",
        "Kesäloma-2026-kesäloma",
        "helpbutton-helpbutton",
        "PyydäApua2026!!",
        "Cara.Lind.2026.Cara",
        "caralind@demo123456",
        "hd764nw5d7e1vb1",
        "jordan23-manutd-99",
        "Nemvxyheqdd5oqxyxyzi",
    ],
)
def test_easy(password: str) -> None:
    assert is_common(password, about=ABOUT)
    found = problem(password, about=ABOUT)
    assert found is not None
    assert found.code == "common"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "minun kissani nukkuu sohvalla",
        "kuusi punaista mökkiä järvellä",
        "в лесу родилась ёлочка",
        "🐙🐙 mustekala soittaa pianoa",
        "x" + "kolmelaivaa" * 90,
        pytest.param(invent(), id="invented"),
    ],
)
def test_good(password: str) -> None:
    assert problem(password, about=ABOUT) is None


def test_only_length_counts_besides() -> None:
    short = problem("x" * (MIN_LENGTH - 1))
    assert short is not None
    assert (short.code, short.params) == ("too_short", {"limit": 15})
    long = problem("pitkä lause " * 100)
    assert long is not None
    assert long.code == "too_long"


def test_one_letter_written_in_two_ways_is_one_password() -> None:
    assert matches("nelj\u00e4 sanaa illalla", hash_password("nelja\u0308 sanaa illalla"))


def test_nobody_has_no_password() -> None:
    for password in ("", NOBODY, "!" * 20):
        assert not matches(password, NOBODY)
        assert not matches(password, None)


def test_the_parameters_are_those_that_owasp_asks_for() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
