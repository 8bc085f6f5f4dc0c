"""Help outside that a family is told of, and cases that belong together."""

from collections.abc import Callable

import pytest
from flask import Flask

from helpbutton import clock
from helpbutton.cases import handling, links, referral, transfer
from helpbutton.cases.handovers import handovers
from helpbutton.cases.links import LinkedCase
from helpbutton.conversation.family import family_page
from helpbutton.conversation.operations import answer, write_from_family
from helpbutton.errors import Conflict, Invalid, NotFound
from tests.cast import PHONE, Cast
from tests.rooms.cases.clock_steps import DANGER, MONDAY, clocks_now, running
from tests.rooms.cases.conftest import Send, Sent, texted
from tests.rooms.cases.handing import SCHOOL, desk, offer

Drain = Callable[[], int]


def linked(cast: Cast, case: Sent, who: str = "cara") -> tuple[LinkedCase, ...]:
    return handovers(actor=cast.actor(who), case_id=case.id).linked


def duplicate(cast: Cast, case: Sent, other: str, *, same_sender: bool = True) -> None:
    links.close_as_duplicate(
        actor=cast.actor("cara"),
        number=case.number,
        version=case.row.version,
        other=other,
        same_sender=same_sender,
    )


def test_help_outside_is_shown_to_the_family_and_the_text_message_says_nothing_of_it(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    cara = cast.actor("cara")
    with clock.moved(MONDAY):
        case = send()
        for _ in range(2):
            referral.refer(
                actor=cara, number=case.number, name=" Perhekeskus  Pihlaja ", how="Soita 02 123", token="r1"
            )
        drain()
        for name, how in (("Perhekahvila", "Soita 02 123"), ("Perhekeskus Pihlaja", "")):
            with pytest.raises(Invalid) as refusal:
                referral.refer(actor=cara, number=case.number, name=name, how=how, token="r1")
            assert [(error.field, error.code) for error in refusal.value.errors] == [("name", "sent_already")]
    (told,) = family_page(case_id=case.id).whereabouts.referrals
    assert (told.name, told.how) == ("Perhekeskus Pihlaja", "Soita 02 123")
    assert case.notifications("slipped") == ["sent"]
    assert "Pihlaja" not in texted(PHONE)[-1]
    for _ in range(2):
        referral.remove_referral(actor=cara, number=case.number, referral_id=told.id)
    assert family_page(case_id=case.id).whereabouts.referrals == ()
    assert [case.verbs.count(verb) for verb in ("referred", "referral_removed")] == [1, 1]


@pytest.mark.parametrize(
    ("name", "how", "field"), [("  ", "", "name"), ("x" * 201, "", "name"), ("Talo", "x" * 2001, "how")]
)
def test_help_outside_needs_a_name(
    app: Flask, cast: Cast, send: Send, name: str, how: str, field: str
) -> None:
    case = send()
    with pytest.raises(Invalid) as refusal:
        referral.refer(actor=cast.actor("cara"), number=case.number, name=name, how=how, token="r1")
    assert [error.field for error in refusal.value.errors] == [field]


def test_strangers_refer_and_link_nothing(app: Flask, cast: Cast, send: Send) -> None:
    case, other, dan = send(), send(), cast.actor("dan")
    referral.refer(actor=cast.actor("cara"), number=case.number, name="Talo", how="", token="r1")
    (told,) = family_page(case_id=case.id).whereabouts.referrals
    attempts: tuple[Callable[[], None], ...] = (
        lambda: referral.refer(actor=dan, number=case.number, name="Talo", how="", token="r2"),
        lambda: referral.remove_referral(actor=dan, number=case.number, referral_id=told.id),
        lambda: links.link(actor=dan, number=case.number, other=other.number),
        lambda: links.unlink(actor=dan, number=case.number, other=other.number),
        lambda: referral.remove_referral(actor=cast.actor("cara"), number=other.number, referral_id=told.id),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


def test_linked_cases_lead_to_each_other_for_those_who_see_both(
    app_on_both: Flask, cast: Cast, send: Send
) -> None:
    case, other, cara = send(), send(), cast.actor("cara")
    typed = other.number.lower().replace("-", " ")
    for _ in range(2):
        links.link(actor=cara, number=case.number, other=typed)
    assert [one.number for one in linked(cast, case)] == [other.number]
    assert [one.number for one in linked(cast, other)] == [case.number]
    assert case.verbs.count("linked") == other.verbs.count("linked") == 1
    assert family_page(case_id=case.id).whereabouts.duplicate is False

    offer(cast, other, desk(SCHOOL).id)
    transfer.accept(actor=cast.actor("dan"), number=other.number)
    assert linked(cast, case) == linked(cast, other, "dan") == (), "each sees one of them"
    with pytest.raises(Invalid):
        links.unlink(actor=cara, number=case.number, other=other.number)


def test_parted_cases_know_nothing_of_each_other(app: Flask, cast: Cast, send: Send) -> None:
    case, other, cara = send(), send(), cast.actor("cara")
    links.link(actor=cara, number=case.number, other=other.number)
    for _ in range(2):
        links.unlink(actor=cara, number=other.number, other=case.number)
    assert linked(cast, case) == ()


@pytest.mark.parametrize("other", ["", "own", "0000-0000", "x", "\x00", "Ä" * 9])
def test_a_case_that_one_does_not_see_cannot_be_linked(
    app: Flask, cast: Cast, send: Send, other: str
) -> None:
    case = send()
    with pytest.raises(Invalid) as refusal:
        links.link(
            actor=cast.actor("cara"), number=case.number, other=case.number if other == "own" else other
        )
    expected = "required" if not other.strip() else "unknown_case"
    assert [(error.field, error.code) for error in refusal.value.errors] == [("other", expected)]


def test_what_was_sent_twice_is_closed_and_the_other_keeps_the_earlier_promise_and_the_danger(
    app_on_both: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        kept = send()
        case = send(text=DANGER)
        assert case.row.respond_by < kept.row.respond_by
        duplicate(cast, case, kept.number)
        drain()
        assert (case.row.state, case.row.outcome) == ("closed", "duplicate")
        assert [row.kept for row in clocks_now(case.id, "first_contact")] == [None]
        assert (kept.row.respond_by, kept.row.urgency) == (case.row.respond_by, "urgent")
        assert running(kept.id, "first_contact").due_at == case.row.respond_by
        assert set(case.row.danger_flags) <= set(kept.row.danger_flags)
        assert kept.row.needs_review
    assert [(one.number, one.duplicate) for one in linked(cast, kept)] == [(case.number, True)]
    assert [(one.number, one.duplicate) for one in linked(cast, case)] == [(kept.number, False)]
    assert family_page(case_id=case.id).whereabouts.duplicate
    assert not family_page(case_id=kept.id).whereabouts.duplicate
    with pytest.raises(Conflict):
        links.unlink(actor=cast.actor("cara"), number=case.number, other=kept.number)


def test_what_must_stay_secret_stays_so_and_the_desk_hears_that_it_is_urgent_now(
    app: Flask, cast: Cast, send: Send, drain: Drain
) -> None:
    with clock.moved(MONDAY):
        kept = send()
        case = send(text=DANGER, role="child", secret_address=True, do_not_tell_guardian=True)
        assert kept.notifications("duty_alert") == []
        duplicate(cast, case, kept.number)
        drain()
        assert (kept.row.secret_address, kept.row.do_not_tell_guardian) == (True, True)
        assert kept.notifications("duty_alert") != []


def test_it_opens_again_when_its_sender_writes(app: Flask, cast: Cast, send: Send, drain: Drain) -> None:
    kept, case = send(), send()
    duplicate(cast, case, kept.number)
    write_from_family(case_id=case.id, body="Minulla on vain tämä koodi", token="f1")
    assert case.row.state == "sorted"
    assert not family_page(case_id=case.id).whereabouts.duplicate
    links.unlink(actor=cast.actor("cara"), number=case.number, other=kept.number)


def test_nobody_is_told_of_another_parents_request_by_mistake(app: Flask, cast: Cast, send: Send) -> None:
    kept, case = send(), send()
    with pytest.raises(Invalid) as refusal:
        duplicate(cast, case, kept.number, same_sender=False)
    assert [error.field for error in refusal.value.errors] == ["same_sender"]
    assert case.row.state != "closed"


def test_a_closed_case_answers_nobody_in_anothers_place(app: Flask, cast: Cast, send: Send) -> None:
    kept, case, cara = send(), send(), cast.actor("cara")
    answer(actor=cara, number=kept.number, body="Hei!", token="a1")
    handling.close(actor=cara, number=kept.number, version=kept.row.version, outcome="advice_given")
    with pytest.raises(Invalid) as refusal:
        duplicate(cast, case, kept.number)
    assert [error.code for error in refusal.value.errors] == ["closed_case"]
    with pytest.raises(Conflict):
        duplicate(cast, kept, case.number)
