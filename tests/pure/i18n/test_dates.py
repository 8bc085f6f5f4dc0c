"""Dates and hours in the ten languages, as they are written in Finland."""

import datetime as dt

import pytest

from helpbutton.i18n import LANGUAGES
from helpbutton.web.dates import moment_words

THURSDAY = dt.datetime(2026, 11, 26, 14, 5, tzinfo=dt.UTC)
SAID = {
    "fi": "torstaina 26.11. klo 16.05",
    "fi-selko": "torstaina 26.11. klo 16.05",
    "sv": "torsdag 26.11 kl. 16.05",
    "en": "Thursday 26 November 16:05",
    "se": "duorastat 26.11. 16:05",
    "ru": "четверг, 26 ноября 16:05",
    "uk": "четвер, 26 листопада 16:05",
    "ar": "الخميس، 26 نوفمبر 16:05",
    "so": "Khamiis, 26 Noofeembar 16:05",
    "et": "neljapäev, 26. november 16:05",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_moment(language: str) -> None:
    assert moment_words(THURSDAY, language) == SAID[language]
