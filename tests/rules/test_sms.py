"""Whatever we may ever send as SMS says nothing about the matter: every purpose that can be stored, every language.

tests/pure/notifications looks at the texts that are there; this holds for those that somebody adds.
"""

import re

import pytest
from sqlalchemy import CheckConstraint

from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.notifications import texts
from helpbutton.notifications.models import Notification

STEMS = (
    "lapsi", "lapse", "lasten", "nuor", "perhe", "vanhem", "äiti", "äidi", "isä", "apu", "avun", "avust", "tuki",
    "tuen", "väkival", "huoli", "huole", "kriisi", "ero", "päihde", "mielen", "turva", "suojel", "neuvo", "sosiaali",
    "viranom", "koulu", "päivähoi", "päiväkot", "kunta", "kunna", "kaupun", "hyvinvoin", "seurakun", "järjest",
    "koodi", "barn", "familj", "ungdom", "förälder", "föräldr", "mamma", "pappa", "hjälp", "stöd", "våld", "oro",
    "kris", "skilsm", "missbruk", "trygg", "skydd", "rådgiv", "social", "myndig", "skola", "daghem", "kommun",
    "stad", "välfärd", "församl", "kod", "child", "famil", "parent", "mother", "father", "help", "support", "violen",
    "abuse", "worr", "crisis", "divorce", "safe", "protect", "advice", "school", "kindergarten", "daycare",
    "municipal", "city", "welfare", "church", "parish", "code", "case", "http", "www",
    "ребен", "ребён", "детск", "детей", "семь", "родител", "помощ", "поддерж", "насил", "школ", "кризис", "защит",
    "дитин", "дітей", "сім", "родин", "батьк", "допомог", "підтрим", "захист", "laps", "pere", "vanem", "abi", "toet",
    "vägival", "kool", "kriis", "caruur", "ilmo", "qoys", "waalid", "caawi", "taageer", "dugsi", "rabshad", "mánná",
    "máná", "bearaš", "váhnem", "veahk", "doarj", "skuvl", "veahkav",
)  # fmt: skip
"""How a word may not begin that somebody else could read on a locked screen."""
ARABIC = ("طفل", "أطفال", "عائل", "أسر", "والد", "مساعد", "دعم", "عنف", "مدرس", "أزم", "حماي", "روض")
"""The same in Arabic, where a word may begin with an article."""
REFERENCE, COUNT = "ZZZZ", 999


def purposes() -> list[str]:
    """Every purpose that the database lets us store."""
    rules = [
        rule
        for rule in Notification.metadata.tables["notification"].constraints
        if isinstance(rule, CheckConstraint)
    ]
    rule = next(str(rule.sqltext) for rule in rules if str(rule.sqltext).startswith("purpose IN"))
    return re.findall(r"'(\w+)'", rule)


def test_there_are_purposes() -> None:
    assert "confirmation" in purposes()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", purposes())
def test_one_segment_that_tells_nothing(purpose: str, language: str) -> None:
    for count in (1, COUNT):
        body = texts.body(purpose=purpose, language=language, reference=REFERENCE, count=count)
        assert texts.fits(body), "shorten it"
        assert texts.septets(body) or language not in WRITTEN, "leave out what is not GSM-7"
        telling = re.findall(rf"\b(?:{'|'.join(STEMS)})\w*|{'|'.join(ARABIC)}", body.lower())
        assert telling == [], "say only that something is there"
        assert re.findall(r"\d+|[\w-]+\.\w", body.replace(str(COUNT), "")) == [], (
            "no numbers and no addresses"
        )
