"""A case goes to another desk only when that desk takes it; until then, and if it does not, the first one answers."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.cases import clocks, handling, queries, sender, transfer, worklist
from helpbutton.cases.handovers import count_offered, handovers, open_offer_page, open_offers
from helpbutton.cases.models import Contact
from helpbutton.conversation import queries as thread
from helpbutton.conversation.family import family_page
from helpbutton.conversation.operations import answer, write_from_family, write_note
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, Invalid, NotFound
from helpbutton.escalation.queries import waiting_on
from helpbutton.vault import sealing
from tests.cast import MORNINGS, PHONE, Cast
from tests.rooms.cases.clock_steps import MONDAY, clocks_now, running
from tests.rooms.cases.conftest import Send, Sent, texted
from tests.rooms.cases.handing import SCHOOL, WHY, dan_at, desk, lines, neighbour, offer, offers

Drain = Callable[[], int]


def test_an_offer_leaves_the_case_where_it_is_and_lets_the_other_desk_read_it(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        before = case.row
        offer(cast, case, desk(SCHOOL).id)
        after = case.row
        assert (after.service_id, after.organisation_id, after.respond_by) == (
            before.service_id,
            before.organisation_id,
            before.respond_by,
        )
        dan = cast.actor("dan")
        with pytest.raises(NotFound):
            queries.open_case(actor=dan, number=case.number)
        page = open_offer_page(actor=dan, number=case.number)
        assert (page.text, page.transfer.why, page.transfer.ground) == (MORNINGS, WHY, "sender_allowed")
        incoming, outgoing = open_offers(actor=dan)
        assert ([row.number for row in incoming], outgoing, count_offered(dan)) == ([case.number], [], 1)
        assert [row.number for row in open_offers(actor=cast.actor("cara"))[1]] == [case.number]
        assert running(case.id, "hand_over").service_id == desk(SCHOOL).id
        assert running(case.id, "first_contact").service_id == before.service_id
    assert lines(before.organisation_id, "disclose") == lines(desk(SCHOOL).organisation_id, "receive") == 1
    assert lines(desk(SCHOOL).organisation_id, "view") == 1
    family = family_page(case_id=case.id)
    assert (family.whereabouts.offered_to, family.whereabouts.came_from) == (desk(SCHOOL).names, None)
    assert family.readers, "the family sees that the other desk has read it"


def test_the_whole_story_travels_and_the_clock_runs_on_from_the_first_receipt(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send(contact={"name": "Aino Testinen"})
        write_note(actor=cast.actor("cara"), number=case.number, body="Soitettu koululle.", token="n1")
        promised, start = case.row.respond_by, case.row.service_id
        offer(cast, case, desk(SCHOOL).id)
        drain()
        transfer.accept(actor=cast.actor("dan"), number=case.number)
        drain()
        page = queries.open_case(actor=cast.actor("dan"), number=case.number)
        assert (page.desk.key, page.state, page.mine) == (SCHOOL, "in_progress", True)
        assert (page.text, page.contact.name, page.contact.phone) == (MORNINGS, "Aino Testinen", PHONE)
        assert [entry.body for entry in thread.thread_for_staff(case_id=case.id)] == ["Soitettu koululle."]
        assert page.respond_by <= promised
        assert page.promised_by == promised
        assert running(case.id, "first_contact").service_id == page.desk.id
        assert [row.kept for row in clocks_now(case.id, "hand_over")] == [True]
        with pytest.raises(NotFound):
            queries.open_case(actor=cast.actor("cara"), number=case.number)
        contact = reading().get_one(Contact, case.id)
        assert contact.phone_index == sealing.blind_index(desk(SCHOOL).organisation_id, "phone", PHONE)
        family = family_page(case_id=case.id)
        assert family.whereabouts.came_from == reading().get_one(Service, start).names
        assert (family.whereabouts.offered_to, family.desk.key) == (None, SCHOOL)
    assert lines(case.row.organisation_id, "accept_transfer") == 1
    assert case.notifications("slipped") == ["sent"]
    assert "siir" not in texted(PHONE)[-1].lower(), "what leaves by SMS has no content"
    assert "transferred" in case.verbs


def test_returned_with_a_reason_it_waits_at_its_own_desk_until_somebody_takes_it(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        cara, dan = cast.actor("cara"), cast.actor("dan")
        handling.take(actor=cara, number=case.number, version=case.row.version)
        offer(cast, case, desk(SCHOOL).id)
        for reason, words in (("", ""), ("other", " "), ("made_up", "x")):
            with pytest.raises(Invalid):
                transfer.give_back(actor=dan, number=case.number, reason=reason, words=words)
        transfer.give_back(actor=dan, number=case.number, reason="other_area", words="Asuvat Raisiossa.")
        drain()
        assert (case.row.assigned_to, case.row.state, case.row.returned_at is not None) == (
            None,
            "sorted",
            True,
        )
        assert [row.number for row in worklist.worklist(actor=cara, view="returned")] == [case.number]
        (made,) = handovers(actor=cara, case_id=case.id).transfers
        assert (made.status, made.return_reason, made.return_words) == (
            "returned",
            "other_area",
            "Asuvat Raisiossa.",
        )
        with pytest.raises(NotFound):
            open_offer_page(actor=dan, number=case.number)
        assert running(case.id, "hand_over").service_id == case.row.service_id
        handling.take(actor=cara, number=case.number, version=case.row.version)
        assert case.row.returned_at is None
        assert [row.kept for row in clocks_now(case.id, "hand_over")] == [True, True]
    assert case.notifications("slipped") == [], "the family is not bothered with what did not change"


def test_who_answers_what_came_back_has_taken_it_up(app: Flask, cast: Cast, send: Send, drain: Drain) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    transfer.give_back(actor=cast.actor("dan"), number=case.number, reason="not_ours", words="")
    answer(actor=cast.actor("cara"), number=case.number, body="Hei!", token="a1")
    assert case.row.returned_at is None
    assert [row.stopped_at is None for row in clocks_now(case.id, "hand_over")] == [False, False]


def test_an_offer_that_nobody_decides_comes_back_and_the_people_of_the_first_desk_are_told(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        case = send()
        home = case.row.service_id
        offer(cast, case, desk(SCHOOL).id)
        ends = running(case.id, "hand_over").due_at
        assert ends < case.row.respond_by, "there is still time to keep the promise"
    with clock.moved(ends + dt.timedelta(seconds=1)):
        drain()
        assert [row.status for row in offers(case)] == ["expired"]
        back = running(case.id, "hand_over")
        assert (back.service_id, case.row.returned_at is not None) == (home, True)
        assert [(view.subject, view.service_id) for view in waiting_on(case.id)] == [("hand_over", home)]
        with pytest.raises(NotFound):
            transfer.accept(actor=cast.actor("dan"), number=case.number)
        handling.take(actor=cast.actor("cara"), number=case.number, version=case.row.version)
        assert waiting_on(case.id) == ()
        assert [row.kept for row in clocks_now(case.id, "hand_over")] == [False]


def test_nothing_makes_an_offer_wait_for_ever(app: Flask, cast: Cast, send: Send) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    with pytest.raises(Conflict):
        clocks.pause(
            actor=cast.actor("cara"), number=case.number, kind="hand_over", reason="family_asked_later"
        )


def test_another_organisation_needs_a_ground_and_it_is_on_record(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case, school = send(may_forward=False), desk(SCHOOL)
    home = case.row.organisation_id
    for ground in ("", "sender_allowed", "recorded_consent", "because"):
        with pytest.raises(Invalid) as refusal:
            offer(cast, case, school.id, ground=ground)
        assert [error.field for error in refusal.value.errors] == ["ground"]
    assert (offers(case), lines(home, "disclose")) == ([], 0)
    offer(cast, case, school.id, ground="child_interest_law")
    assert [row.ground for row in offers(case)] == ["child_interest_law"]
    assert lines(home, "disclose") == lines(school.organisation_id, "receive") == 1


def test_a_consent_that_a_professional_recorded_is_a_ground_as_long_as_it_holds(
    app: Flask, cast: Cast, send: Send
) -> None:
    consent = {"by": "äiti", "how": "suullisesti", "items": ["asia"], "recipients": ["koulu"]}
    case = send(
        kind="consultation_with_consent",
        role="professional",
        may_forward=False,
        consent=consent | {"until": "2027-06-01"},
    )
    with clock.moved(MONDAY + dt.timedelta(days=365)), pytest.raises(Invalid):
        offer(cast, case, desk(SCHOOL).id, ground="recorded_consent")
    offer(cast, case, desk(SCHOOL).id, ground="recorded_consent")
    assert [row.ground for row in offers(case)] == ["recorded_consent"]


def test_inside_an_organisation_nothing_is_disclosed(app_on_both: Flask, cast: Cast, send: Send) -> None:
    case = send(may_forward=False)
    to = neighbour(case)
    offer(cast, case, to.id)
    transfer.accept(actor=dan_at(cast, to), number=case.number)
    assert (case.row.service_id, lines(case.row.organisation_id, "disclose")) == (to.id, 0)
    assert lines(case.row.organisation_id, "handed_over") == 0


@pytest.mark.parametrize("to", ["own", "unknown", "none"])
def test_a_desk_that_cannot_take_it_is_refused(app: Flask, cast: Cast, send: Send, to: str) -> None:
    case = send()
    asked = {"own": case.row.service_id, "unknown": 10**12, "none": -1}[to]
    with pytest.raises(Invalid) as refusal:
        offer(cast, case, asked)
    assert [error.field for error in refusal.value.errors] == ["to"]


def test_sent_twice_it_is_one_offer_and_a_second_one_is_refused(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case, school = send(), desk(SCHOOL)
    for _ in range(2):
        offer(cast, case, school.id, token="form-1")
    assert len(offers(case)) == 1
    with pytest.raises(Conflict):
        offer(cast, case, neighbour(case).id)
    with pytest.raises(Conflict):
        given = transfer.Offer(to=school.id, why=WHY, ground="", token="form-2")
        transfer.offer(actor=cast.actor("cara"), number=case.number, version=-1, given=given)


@pytest.mark.parametrize("name", ["dan", "eve", "kim", "aada"])
def test_strangers_can_neither_offer_nor_decide(app: Flask, cast: Cast, send: Send, name: str) -> None:
    case = send()
    with pytest.raises(NotFound):
        offer(cast, case, desk(SCHOOL).id, who=name)
    offer(cast, case, neighbour(case).id)
    actor = cast.actor(name)
    for attempt in (
        lambda: transfer.accept(actor=actor, number=case.number),
        lambda: transfer.give_back(actor=actor, number=case.number, reason="not_ours", words=""),
        lambda: transfer.take_back(actor=actor, number=case.number, version=case.row.version),
        lambda: open_offer_page(actor=actor, number=case.number),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert open_offers(actor=actor) == ([], [])


def test_the_desk_that_offered_may_keep_it_after_all(app: Flask, cast: Cast, send: Send) -> None:
    case, cara = send(), cast.actor("cara")
    offer(cast, case, desk(SCHOOL).id)
    transfer.take_back(actor=cara, number=case.number, version=case.row.version)
    with pytest.raises(Conflict):
        transfer.take_back(actor=cara, number=case.number, version=case.row.version)
    with pytest.raises(NotFound):
        transfer.accept(actor=cast.actor("dan"), number=case.number)
    assert clocks_now(case.id, "hand_over")[0].kept is None, "nothing was owed any more"
    assert case.verbs.count("offer_taken_back") == 1
    offer(cast, case, desk(SCHOOL).id)


def close(cast: Cast, case: Sent) -> None:
    handling.close(
        actor=cast.actor("cara"), number=case.number, version=case.row.version, outcome="advice_given"
    )


def withdraw(_cast: Cast, case: Sent) -> None:
    sender.withdraw(case_id=case.id)


@pytest.mark.parametrize("ending", [close, withdraw])
def test_an_offer_ends_when_the_case_does(
    app: Flask, cast: Cast, send: Send, ending: Callable[[Cast, Sent], None]
) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    ending(cast, case)
    assert (case.row.state, [row.status for row in offers(case)]) == ("closed", ["taken_back"])
    assert not [row for row in clocks_now(case.id, "hand_over") if row.stopped_at is None]
    assert case.verbs.count("offer_dropped") == 1
    with pytest.raises(NotFound):
        transfer.accept(actor=cast.actor("dan"), number=case.number)


def test_the_desk_that_offered_still_answers_and_is_written_to(
    app: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    answer(actor=cast.actor("cara"), number=case.number, body="Hei, selvitämme.", token="a1")
    write_from_family(case_id=case.id, body="Kiitos!", token="f1")
    transfer.accept(actor=cast.actor("dan"), number=case.number)
    assert running(case.id, "next_answer").service_id == desk(SCHOOL).id
    assert family_page(case_id=case.id).entries[0].author == "Cara Lind"


def school_answers_the_same_day() -> None:
    with transaction() as session:
        session.get_one(Service, desk(SCHOOL).id).promise_days = 0


def test_a_quicker_desk_promises_earlier_and_the_logbook_says_so(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        school_answers_the_same_day()
        told = case.row.respond_by
        offer(cast, case, desk(SCHOOL).id)
        transfer.accept(actor=cast.actor("dan"), number=case.number)
        page = queries.open_case(actor=cast.actor("dan"), number=case.number)
    assert page.respond_by < told
    said = {line.verb: line.params for line in page.logbook}
    assert said["promise_earlier"] == {"date": clock.local(page.respond_by).date().isoformat()}


def test_nothing_is_promised_anew_to_a_family_that_has_its_answer(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        school_answers_the_same_day()
        told = case.row.respond_by
        answer(actor=cast.actor("cara"), number=case.number, body="Soitan huomenna.", token="a1")
        offer(cast, case, desk(SCHOOL).id)
        transfer.accept(actor=cast.actor("dan"), number=case.number)
        page = queries.open_case(actor=cast.actor("dan"), number=case.number)
    assert page.respond_by == told
    assert "promise_earlier" not in {line.verb for line in page.logbook}


def test_a_date_that_has_passed_is_not_promised_anew(app: Flask, cast: Cast, send: Send) -> None:
    with clock.moved(MONDAY):
        case = send()
        school_answers_the_same_day()
        told = case.row.respond_by
    with clock.moved(MONDAY + dt.timedelta(days=1, hours=2)):
        offer(cast, case, desk(SCHOOL).id)
        transfer.accept(actor=cast.actor("dan"), number=case.number)
        assert case.row.respond_by == told > clock.now()


def test_two_people_accept_at_once_and_one_of_them_has_it(app_on_both: Flask, cast: Cast, send: Send) -> None:
    case, school = send(), desk(SCHOOL)
    offer(cast, case, school.id)
    actors, outcomes = [cast.actor("dan")] * 2, []
    db.session.remove()

    def act(number: int) -> None:
        with app_on_both.app_context():
            try:
                transfer.accept(actor=actors[number], number=case.number)
                outcomes.append("accepted")
            except NotFound:
                outcomes.append("gone")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(2)]
    for thread_ in threads:
        thread_.start()
    for thread_ in threads:
        thread_.join(30)
    assert sorted(outcomes) == ["accepted", "gone"]
    assert case.verbs.count("transferred") == 1


def test_nothing_that_was_told_to_the_other_desk_is_readable_in_the_database(
    app: Flask, cast: Cast, send: Send
) -> None:
    case = send()
    offer(cast, case, desk(SCHOOL).id)
    transfer.give_back(actor=cast.actor("dan"), number=case.number, reason="other", words="Rastas")
    (made,) = offers(case)
    assert WHY.encode() not in made.why
    assert made.return_words is not None
    assert b"Rastas" not in made.return_words
