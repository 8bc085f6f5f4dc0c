"""Sorting: which desk a case ends at, what is proposed instead, and what explains it."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import outbox
from helpbutton.audit.models import AuditEntry
from helpbutton.cases import correcting, handling, queries, transfer
from helpbutton.cases.models import Case, CaseKey, Proposal
from helpbutton.cases.queries import CasePage
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Service
from helpbutton.notifications.models import Notification
from helpbutton.sorting.operations import sort_case
from tests.cast import Cast
from workers.executor import run_one

BULLIED = "Poikaa kiusataan koulussa joka päivä, luokassa nauretaan ja lyödään välitunnilla"
SPEECH = "Lapsi ei vielä puhu, tarvitaan puheterapiaa. Neuvolassa sanottiin että puhe on myöhässä, änkyttää."


def case(number: str) -> Case:
    db.session.rollback()
    found = reading().scalar(select(Case).where(Case.number == number))
    assert found is not None
    return found


def codes(page: CasePage, subject: str) -> list[str]:
    return [line.reason.code for line in page.reasons if line.subject == subject]


def test_an_unsure_case_stays_where_it_was_addressed_for_a_person_to_review(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text="Moi").get_json()["number"]
    drain()
    page = queries.open_case(actor=cast.actor("cara"), number=number)
    assert page.state == "sorted"
    assert page.desk == page.addressed_desk
    assert page.needs_review
    assert codes(page, "desk")[0] == "route_front_desk"
    assert codes(page, "promise") == ["promise_days"]
    assert "topic_unsure" in codes(page, "triage")


def test_a_sure_topic_moves_inside_the_organisation_and_says_why(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=SPEECH, may_forward=False).get_json()["number"]
    promised = case(number).promised_by
    drain()
    moved = case(number)
    assert moved.topic == "speech_language"
    assert moved.service_id != moved.addressed_service_id
    assert moved.respond_by <= promised == moved.promised_by


def test_another_organisation_gets_the_case_only_with_the_senders_leave(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=True).get_json()["number"]
    drain()
    page = queries.open_case(actor=cast.actor("dan"), number=number)
    assert page.desk.organisation_names["fi"] == "Turun kaupunki"
    assert codes(page, "desk") == ["route_front_desk", "forwarded_allowed", "route_topic"]
    assert reading().get_one(CaseKey, page.id).organisation_id == page.desk.organisation_id
    assert page.text == BULLIED


def test_without_leave_it_is_a_proposal_that_a_person_decides_on_a_ground(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=False).get_json()["number"]
    drain()
    cara = cast.actor("cara")
    page = queries.open_case(actor=cara, number=number)
    assert page.proposal is not None
    assert page.proposal.organisation_names["fi"] == "Turun kaupunki"
    assert "proposed" in codes(page, "desk")
    given = transfer.Offer(page.proposal.service_id, "Koulun asia.", "sender_agreed", "o1")
    transfer.offer(actor=cara, number=number, version=page.version, given=given)
    assert queries.open_case(actor=cara, number=number).proposal is not None, "nobody has decided yet"
    transfer.accept(actor=cast.actor("dan"), number=number)
    there = queries.open_case(actor=cast.actor("dan"), number=number)
    assert there.text == BULLIED
    assert there.proposal is None
    assert "forwarded_by_staff" in codes(there, "desk")
    decided = reading().scalars(select(Proposal)).one()
    assert (decided.status, decided.ground) == ("forwarded", "sender_agreed")
    assert drain() > 0
    alerted = set(
        reading().scalars(select(Notification.service_id).where(Notification.purpose != "confirmation"))
    )
    assert there.desk.id in alerted


def test_a_declined_proposal_keeps_the_case_and_is_not_made_again(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=False).get_json()["number"]
    drain()
    cara = cast.actor("cara")
    page = queries.open_case(actor=cara, number=number)
    handling.decline_proposal(actor=cara, number=number, version=page.version)
    sort_case(page.id)
    assert reading().scalars(select(Proposal.status)).all() == ["declined"]
    assert queries.open_case(actor=cara, number=number).proposal is None


def test_the_stated_topic_wins_and_triages_other_opinion_is_kept(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=SPEECH, topic="bullying", child_age_group="10-12").get_json()["number"]
    drain()
    page = queries.open_case(actor=cast.actor("dan"), number=number)
    assert page.topic == "bullying"
    assert codes(page, "topic") == ["topic_stated_over_triage"]


def test_danger_raises_urgency_and_moves_the_promise_earlier_never_later(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text="Mies löi eilen ja uhkasi tappaa meidät").get_json()["number"]
    before = case(number).respond_by
    drain()
    after = case(number)
    assert after.urgency == "urgent"
    assert set(after.danger_flags) >= {"violence", "danger_now"}
    assert after.respond_by < before
    assert after.promised_by == before
    purposes = set(reading().scalars(select(Notification.purpose)))
    assert purposes == {"confirmation", "duty_alert"}


def test_sorting_twice_changes_nothing(app_on_both: Flask, cast: Cast) -> None:
    number = cast.send().get_json()["number"]
    found = case(number)
    sort_case(found.id)
    first = reading().scalars(select(Notification.dedupe_key)).all()
    version = case(number).version
    sort_case(found.id)
    assert reading().scalars(select(Notification.dedupe_key)).all() == first
    assert case(number).version == version


def test_a_case_that_was_taken_before_sorting_stays_taken(app: Flask, cast: Cast) -> None:
    number = cast.send().get_json()["number"]
    cara = cast.actor("cara")
    handling.take(actor=cara, number=number, version=1)
    assert run_one()
    assert case(number).state == "in_progress"
    assert case(number).assigned_to == cara.account_id


def test_a_topic_that_is_not_sure_enough_to_move_asks_for_review(
    app: Flask, cast: Cast, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpbutton.sorting.decide.SURE_ENOUGH_TO_MOVE", 1.1)
    number = cast.send(text=SPEECH).get_json()["number"]
    drain()
    found = case(number)
    assert found.service_id == found.addressed_service_id
    assert found.needs_review


@pytest.mark.parametrize("moves", [("take",), ("take", "release"), ("take", "close")])
def test_a_case_that_staff_were_quicker_with_is_sorted_and_not_taken_out_of_their_hands(
    moves: tuple[str, ...], app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=True).get_json()["number"]
    cara = cast.actor("cara")
    for move in moves:
        version = case(number).version
        if move == "close":
            handling.close(actor=cara, number=number, version=version, outcome="other")
        else:
            getattr(handling, move)(actor=cara, number=number, version=version)
    drain()
    found = case(number)
    assert found.triage_version is not None
    assert outbox.resting() == []
    if "release" not in moves:
        assert found.service_id == found.addressed_service_id


def test_going_to_another_organisation_is_on_record_in_both(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=True).get_json()["number"]
    before = case(number).organisation_id
    drain()
    lines = dict(
        map(
            tuple,
            reading().execute(
                select(AuditEntry.action, AuditEntry.organisation_id).where(
                    AuditEntry.action.in_(["disclose", "receive"])
                )
            ),
        )
    )
    assert lines == {"disclose": before, "receive": case(number).organisation_id}
    assert before != case(number).organisation_id


def test_what_staff_corrected_before_the_worker_came_stays(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=BULLIED, child_age_group="10-12", may_forward=True).get_json()["number"]
    correcting.correct(
        actor=cast.actor("cara"), number=number, version=case(number).version, topic="parent_wellbeing"
    )
    drain()
    found = case(number)
    assert (found.topic, found.service_id) == ("parent_wellbeing", found.addressed_service_id)
    assert not found.needs_review
    page = queries.open_case(actor=cast.actor("cara"), number=number)
    assert "topic_stated" not in codes(page, "topic")


@pytest.mark.parametrize(("text", "urgency"), [(SPEECH, "low"), ("Mies lyö minua", "urgent")])
def test_an_urgency_that_staff_corrected_before_the_worker_came_stays_unless_there_is_danger(
    text: str, urgency: str, app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text=text).get_json()["number"]
    correcting.correct(actor=cast.actor("cara"), number=number, version=case(number).version, urgency="low")
    drain()
    assert case(number).urgency == urgency


def test_who_chose_the_topic_for_those_who_do_not_know_is_helped_by_triage(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    sent = {"text": BULLIED, "child_age_group": "10-12", "may_forward": True}
    number, unstated = (
        cast.send(**sent, **stated).get_json()["number"] for stated in ({"topic": "service_guidance"}, {})
    )
    drain()
    assert case(number).topic == case(unstated).topic == "bullying"
    assert case(number).service_id == case(unstated).service_id != case(number).addressed_service_id


def test_words_of_danger_are_looked_at_by_a_person_whatever_topic_was_stated(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(text="Mies lyö minua", topic="practical_help").get_json()["number"]
    drain()
    assert (case(number).topic, case(number).needs_review) == ("practical_help", True)


def test_a_word_that_only_names_a_matter_waits_for_triage(
    app: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    asks = "Saisimmeko turvakodin selkokielisiä esitteitä neuvolan odotustilaan, noin 50 kappaletta?"
    sent = cast.send(text=asks, topic=None).get_json()
    assert (sent["danger"], case(sent["number"]).urgency) == (True, "normal"), "help lines, no alarm"
    drain()
    assert (case(sent["number"]).danger_flags, case(sent["number"]).urgency == "urgent") == ([], False)


def test_a_case_that_moves_while_its_worker_waits_for_it_is_sorted_all_the_same(
    app_on_both: Flask, cast: Cast
) -> None:
    sent = case(cast.send(text="Moi").get_json()["number"])
    sorting = threading.Thread(target=_sort, args=(app_on_both, sent.id))
    with transaction() as session:
        held = session.get_one(Case, sent.id, with_for_update=True)
        beside = select(Service).where(
            Service.organisation_id == held.organisation_id, Service.id != held.service_id
        )
        session.refresh(held, ["case_key", "service"])
        handling.move(session, held, session.scalars(beside.limit(1)).one())
        sorting.start()
        sorting.join(0.5)
        assert sorting.is_alive()
    sorting.join(10)
    db.session.expire_all()
    assert case(sent.number).triage_version is not None


def _sort(app: Flask, case_id: int) -> None:
    with app.app_context():
        sort_case(case_id)
        db.session.remove()
