"""What a page from before an offer or a note may still do, and an old form that is sent anew."""

from functools import partial

import pytest
from flask import Flask

from helpbutton.cases import handling, transfer
from helpbutton.cases.correcting import put_on_desk
from helpbutton.conversation.operations import answer, write_note
from helpbutton.errors import Conflict, Invalid
from tests.cast import Cast
from tests.rooms.cases.conftest import Send
from tests.rooms.cases.handing import SCHOOL, WHY, desk, neighbour, offer, offers


@pytest.mark.parametrize("to", ["another desk", "the same desk"])
def test_an_old_form_sent_again_after_a_return_is_refused_and_not_taken_for_the_first_one(
    app_on_both: Flask, cast: Cast, send: Send, to: str
) -> None:
    case, school = send(), desk(SCHOOL)
    offer(cast, case, school.id, token="form-1")
    transfer.give_back(actor=cast.actor("dan"), number=case.number, reason="not_ours", words="")
    asked = school if to == "the same desk" else neighbour(case)
    with pytest.raises(Invalid) as refusal:
        offer(cast, case, asked.id, token="form-1")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("to", "sent_already")]
    assert [row.status for row in offers(case)] == ["returned"]


def test_a_page_from_before_an_offer_neither_ends_it_nor_takes_a_later_one_back(
    app: Flask, cast: Cast, send: Send
) -> None:
    case, cara = send(), cast.actor("cara")
    before = case.row.version
    offer(cast, case, desk(SCHOOL).id)
    shown = case.row.version
    for stale in (
        partial(handling.close, outcome="advice_given"),
        partial(put_on_desk, service=neighbour(case).id),
    ):
        with pytest.raises(Conflict):
            stale(actor=cara, number=case.number, version=before)
    transfer.give_back(actor=cast.actor("dan"), number=case.number, reason="not_ours", words="")
    offer(cast, case, neighbour(case).id)
    with pytest.raises(Conflict):
        transfer.take_back(actor=cara, number=case.number, version=shown)
    assert [row.status for row in offers(case)] == ["returned", "offered"]
    put_on_desk(actor=cara, number=case.number, version=case.row.version, service=neighbour(case).id)
    assert [row.status for row in offers(case)] == ["returned", "taken_back"]
    assert case.verbs.count("offer_dropped") == 1


def test_a_note_refuses_what_was_closed_or_moved_unread_but_no_answer(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case, cara = send(), cast.actor("cara")
    seen = case.row.version
    for token in ("n1", "n2"):
        write_note(actor=cast.actor("liisa"), number=case.number, body="Älä sulje vielä.", token=token)
    given = transfer.Offer(to=desk(SCHOOL).id, why=WHY, ground="", token="form-1")
    for stale in (
        partial(handling.close, outcome="advice_given"),
        partial(transfer.offer, given=given),
    ):
        with pytest.raises(Conflict):
            stale(actor=cara, number=case.number, version=seen)
    handling.take(actor=cara, number=case.number, version=seen)
    with pytest.raises(Conflict):
        handling.take(actor=cast.actor("liisa"), number=case.number, version=seen)
    seen = case.row.version
    write_note(actor=cast.actor("liisa"), number=case.number, body="Soitin koululle.", token="n3")
    answer(actor=cara, number=case.number, body="Hei!", token="a1", version=seen)
    with pytest.raises(Conflict):
        answer(actor=cara, number=case.number, body="Hei taas!", token="a2", version=seen)
