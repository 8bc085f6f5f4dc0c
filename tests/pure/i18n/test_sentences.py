"""A sentence that ends in a date ends once."""

import pytest

from helpbutton.i18n import gettext


@pytest.mark.parametrize(
    ("date", "ends"), [("sunnuntaina 22.11.", "22.11."), ("på söndag den 22 november", "november.")]
)
def test_one_full_stop_ends_a_sentence(date: str, ends: str) -> None:
    said = gettext("fi", "You took your request back on %(date)s.", date=date)
    assert said.endswith(ends)
    assert not said.endswith("..")


def test_three_points_stay() -> None:
    assert gettext("en", "%(date)s", date="wait ... now") == "wait ... now"
