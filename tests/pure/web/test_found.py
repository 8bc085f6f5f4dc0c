"""Personal data in a text: what is pointed out to whom, and the text stays whole."""

import pytest

from helpbutton.triage import PersonalDatum
from helpbutton.web.public.found import marked, worth_pointing_out

TEXT = "Lapsi on 131052-308T, nimi on Eero Virtanen, soita 040 765 4321 tai 040 765 4321."


@pytest.mark.parametrize(
    ("anonymous", "kinds"), [(False, ["identity_code"]), (True, ["identity_code", "phone", "name"])]
)
def test_what_is_pointed_out_depends_on_who_may_be_known(anonymous: bool, kinds: list[str]) -> None:
    assert [datum.kind for datum in worth_pointing_out(TEXT, anonymous=anonymous)] == kinds


def test_every_place_is_marked_and_nothing_of_the_text_is_lost() -> None:
    pieces = marked(TEXT, worth_pointing_out(TEXT, anonymous=True))
    assert "".join(piece for piece, _ in pieces) == TEXT
    assert [piece for piece, is_found in pieces if is_found] == [
        "131052-308T",
        "Eero Virtanen",
        "040 765 4321",
        "040 765 4321",
    ]


def test_the_longest_is_marked_whole() -> None:
    found = [PersonalDatum("name", "Eero"), PersonalDatum("name", "Eero (Virtanen)")]
    assert marked("Eero (Virtanen)", found) == [("Eero (Virtanen)", True)]


def test_a_text_without_any_is_one_piece() -> None:
    assert marked("Hei", ()) == [("Hei", False)]
