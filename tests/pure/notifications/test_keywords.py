"""Stop, start and help in three languages, as people write them; everything else is a message."""

import pytest

from helpbutton.notifications.keywords import wish_of


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", ("stop", "en")),
        (" stop. ", ("stop", "en")),
        ("Seis!", ("stop", "fi")),
        ("lopeta", ("stop", "fi")),
        ("STOPP", ("stop", "sv")),
        ("Sluta", ("stop", "sv")),
        ("START", ("start", "en")),
        ("Jatka", ("start", "fi")),
        ("ALOITA", ("start", "fi")),
        ("Börja", ("start", "sv")),
        ("OptOut", ("stop", "en")),
        ("REVOKE", ("stop", "en")),
        ("Yes!", ("start", "en")),
        ("HELP", ("help", "en")),
        ("Info", ("help", "en")),
        ("Apua!", ("help", "fi")),
        ("hjälp", ("help", "sv")),
        ("Älkää lopettako", None),
        ("Stop it, please help me", None),
        ("", None),
        ("…", None),
    ],
)
def test_a_word_alone_is_a_wish(text: str, wish: tuple[str, str] | None) -> None:
    assert wish_of(text) == wish
