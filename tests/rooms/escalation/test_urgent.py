"""An urgent case rings the phone on duty once, then climbs and nags until a person has accepted it."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import transaction
from helpbutton.directory.models import Service
from helpbutton.errors import Conflict, NotFound
from helpbutton.escalation.ladders import set_ladder
from helpbutton.escalation.operations import accept, accept_listed, climb, start_climb
from helpbutton.escalation.queries import nobody_accepted, waiting_on
from helpbutton.notifications.operations import tell_desk
from helpbutton.staff.models import StaffSession
from tests.rooms.notifications.conftest import DUTY, OFFICE

from .conftest import MINUTE, NIGHT, Desk

Run = Callable[[dt.datetime, int], None]


@pytest.mark.usefixtures("app_on_both")
def test_it_climbs_the_whole_ladder_and_then_goes_on_every_hour(desk: Desk, at: Run) -> None:
    colleague, lead, administrator = (desk.person(role) for role in ("worker", "lead", "administrator"))
    colleague_phone, lead_phone, boss_phone = (desk.phone_of(one) for one in (colleague, lead, administrator))
    boss_mail = "administrator-3@example.fi"
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        desk.run()
    assert desk.told() == [DUTY], "once, at once"
    at(NIGHT, 14)
    assert desk.told() == [DUTY], "not again for a quarter of an hour"
    rounds = {16: [DUTY, colleague_phone], 30: [], 32: [lead_phone], 48: [boss_phone, boss_mail]}
    seen = 1
    for minutes, expected in rounds.items():
        at(NIGHT, minutes)
        assert desk.told(after=seen) == expected, minutes
        seen += len(expected)
    assert nobody_accepted(desk.actor(lead)) == ()
    with capture_logs() as logs:
        at(NIGHT, 64)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["nobody_accepted"]
    assert set(desk.told(after=seen)) == {lead_phone, "lead-2@example.fi", boss_phone, boss_mail}
    assert len(desk.told(after=seen)) == 4
    (listed,) = nobody_accepted(desk.actor(lead))
    assert (listed.subject, listed.listed) == ("urgent", True)
    assert nobody_accepted(desk.actor(administrator)) == (listed,)
    assert nobody_accepted(desk.actor(colleague)) == ()
    for hours in (1, 2):
        at(NIGHT, 65 + hours * 60)
        assert len(desk.told(after=seen)) == 4 + 4 * hours
    assert desk.logbook(case).count("alert_climbed") == 4
    assert desk.logbook(case).count("nobody_accepted") == 1


@pytest.mark.parametrize("act", ["taken", "answered", "closed"])
def test_who_takes_answers_or_closes_has_accepted(desk: Desk, at: Run, act: str) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
    with clock.moved(NIGHT + MINUTE):
        assert [view.subject for view in waiting_on(case)] == ["urgent"]
        closing = {"state": "closed", "closed_at": clock.now()} if act == "closed" else {}
        desk.act(case, act, worker, **closing)
        assert waiting_on(case) == ()
    at(NIGHT, 16)
    row = desk.only_climb()
    assert (row.ended, row.accepted_by) == ("accepted", worker)
    assert row.accepted_at is not None
    assert row.accepted_at < NIGHT + 2 * MINUTE
    assert desk.told() == [DUTY]


def test_the_button_stops_it_at_once_and_twice_is_refused(desk: Desk, at: Run) -> None:
    worker, stranger = desk.person(), desk.person(desk=desk.desk())
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        (view,) = waiting_on(case)
        with pytest.raises(NotFound):
            accept(actor=desk.actor(stranger), number=view.case_number)
        accept(actor=desk.actor(worker), number=view.case_number)
        assert waiting_on(case) == ()
        with pytest.raises(Conflict):
            accept(actor=desk.actor(worker), number=view.case_number)
    at(NIGHT, 600)
    assert desk.told() == [DUTY]
    assert desk.logbook(case)[-1] == "alert_accepted"


def test_a_lead_or_an_administrator_ends_the_list(desk: Desk, at: Run) -> None:
    lead, administrator, worker = desk.person("lead"), desk.person("administrator"), desk.person()
    with clock.moved(NIGHT):
        desk.urgent()
        desk.run()
    for minutes in (16, 31, 46, 61, 77):
        at(NIGHT, minutes)
    (listed,) = nobody_accepted(desk.actor(lead))
    with pytest.raises(NotFound):
        accept_listed(actor=desk.actor(worker), climb_id=listed.id)
    with clock.moved(NIGHT + 80 * MINUTE):
        accept_listed(actor=desk.actor(administrator), climb_id=listed.id)
    assert nobody_accepted(desk.actor(lead)) == ()
    heard = len(desk.told())
    at(NIGHT, 200)
    assert len(desk.told()) == heard


def test_the_person_on_duty_is_told_instead_of_the_desk_and_cannot_be_silenced(desk: Desk) -> None:
    with clock.moved(NIGHT):
        first, second = desk.person(), desk.person()
        for one in (first, second):
            desk.shift(one)
            desk.choose(one, "urgent", "none")
        desk.urgent()
        desk.run()
    assert desk.told() == [desk.phone_of(first), desk.phone_of(second)]


def test_when_nobody_on_duty_has_a_phone_the_duty_number_rings_too(desk: Desk) -> None:
    with clock.moved(NIGHT):
        worker = desk.person(phone=None)
        desk.shift(worker)
        desk.urgent()
        desk.run()
    assert sorted(desk.told()) == [DUTY, "worker-1@example.fi"]


def test_no_phone_rings_twice_in_one_round_or_just_after_another(desk: Desk, at: Run) -> None:
    desk.person(phone=DUTY)
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
    with clock.moved(NIGHT + 14 * MINUTE):
        tell_desk(desk.message(case, direction="from_family"))
        desk.run()
    assert desk.told() == [DUTY, DUTY]
    at(NIGHT, 16)
    assert desk.told() == [DUTY, DUTY], "the family's message has just rung it"
    at(NIGHT, 100)
    assert len(desk.told()) > 2


def test_off_duty_choices_hold_until_the_list(desk: Desk, at: Run) -> None:
    lead, other = desk.person("lead"), desk.person("lead")
    desk.choose(lead, "urgent", "none")
    with clock.moved(NIGHT):
        desk.urgent()
        desk.run()
    for minutes in (16, 32, 48, 64, 80):
        at(NIGHT, minutes)
    assert desk.only_climb().ended == "list"
    assert desk.phone_of(lead) not in desk.told()
    assert desk.sent_to(desk.phone_of(other)) == 3


def test_on_the_list_nobody_is_spared_when_all_have_chosen_silence(desk: Desk, at: Run) -> None:
    lead = desk.person("lead")
    desk.choose(lead, "urgent", "none")
    with clock.moved(NIGHT):
        desk.urgent()
        desk.run()
    at(NIGHT, 16)
    at(NIGHT, 32)
    assert desk.only_climb().ended == "list", "nobody else to ask: it does not wait an hour for that"
    assert desk.sent_to(desk.phone_of(lead)) == 1


def test_the_second_is_the_colleague_who_was_seen_last_and_then_the_next(desk: Desk, at: Run) -> None:
    with clock.moved(NIGHT - 60 * MINUTE):
        early = desk.person()
    with clock.moved(NIGHT):
        late, never = desk.person(), desk.person()
        with transaction() as session:
            session.execute(delete(StaffSession).where(StaffSession.account_id == never))
        boss = desk.actor(desk.person("administrator"))
        steps = [
            {"after_min": minutes, "who": who, "channels": ["sms"]}
            for minutes, who in ((0, "duty"), (5, "second"), (60, "administrators"))
        ]
        ladder = {"nag_min": 10, "steps": steps}
        set_ladder(actor=boss, subject="urgent", organisation_id=desk.organisation, ladder=ladder)
        desk.urgent()
        desk.run()
    at(NIGHT, 6)
    at(NIGHT, 17)
    at(NIGHT, 28)
    assert desk.told()[:3] == [DUTY, desk.phone_of(late), desk.phone_of(early)]
    assert desk.phone_of(never) not in desk.told()


@pytest.mark.parametrize("people", [("worker",), ()])
def test_the_list_is_never_empty(desk: Desk, at: Run, people: tuple[str, ...]) -> None:
    for role in people:
        desk.person(role)
    with clock.moved(NIGHT):
        desk.urgent()
        desk.run()
    for minutes in (16, 31, 46, 61):
        at(NIGHT, minutes)
    before = len(desk.told())
    at(NIGHT, 140)
    assert desk.told(after=before) == [DUTY]


def test_empty_steps_take_no_time(desk: Desk, at: Run) -> None:
    administrator = desk.person("administrator")
    with clock.moved(NIGHT):
        desk.change(duty_number=None)
        desk.urgent()
        desk.run()
    assert desk.told() == []
    at(NIGHT, 16)
    assert desk.phone_of(administrator) in desk.told(), "nobody else is there: not after an hour, now"


def test_what_is_not_urgent_any_more_or_withdrawn_is_moot(desk: Desk, at: Run) -> None:
    with clock.moved(NIGHT):
        one, other = desk.urgent(), desk.urgent()
        desk.run()
        with transaction() as session:
            session.get_one(Case, one).urgency = "soon"
            withdrawn = session.get_one(Case, other)
            withdrawn.state, withdrawn.closed_at = "closed", clock.now()
    at(NIGHT, 16)
    assert [row.ended for row in desk.climbs()] == ["moot", "moot"]
    assert desk.told() == [DUTY, DUTY]


def test_doing_it_twice_changes_nothing(desk: Desk, at: Run) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        desk.urgent()
        alert = desk.only().id
        for _ in range(3):
            start_climb(alert)
        row = desk.only_climb()
        assert climb(row.id) == row.next_at
        assert 14 * MINUTE < row.next_at - NIGHT < 16 * MINUTE
        (view,) = waiting_on(row.case_id)
        accept(actor=desk.actor(worker), number=view.case_number)
        start_climb(alert)
        assert climb(row.id) is None
    assert [row.ended for row in desk.climbs()] == ["accepted"]


def test_in_hand_only_new_words_of_danger_climb_again(desk: Desk, at: Run) -> None:
    worker = desk.person()
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        desk.act(case, "taken", worker, assigned_to=worker, state="in_progress")
    with clock.moved(NIGHT + 5 * MINUTE):
        tell_desk(desk.message(case, direction="from_family"))
        desk.run()
        assert waiting_on(case) == ()
    with clock.moved(NIGHT + 10 * MINUTE):
        desk.act(case, "noted", worker, needs_review=True)
        tell_desk(desk.message(case, direction="from_family"))
        desk.run()
        assert [view.subject for view in waiting_on(case)] == ["urgent"]
    assert [row.ended for row in desk.climbs()] == ["accepted", None]


def test_it_follows_the_case_to_another_desk(desk: Desk, at: Run) -> None:
    other = desk.desk(duty_number="+358401112223")
    with clock.moved(NIGHT):
        case = desk.urgent()
        desk.run()
        desk.act(case, "forwarded", desk.person(), service_id=other)
        desk.alert(case)
        desk.run()
    assert desk.told() == [DUTY, "+358401112223"]
    assert desk.only_climb().service_id == other
    at(NIGHT, 16)
    assert desk.told() == [DUTY, "+358401112223", "+358401112223"]


def test_the_desk_that_stands_in_at_night_is_on_duty_and_a_step_of_its_own(desk: Desk, at: Run) -> None:
    night = desk.desk(duty_number="+358401112223")
    with transaction() as session:
        key = session.get_one(Service, night).key
    desk.change(hours=OFFICE, night_duty=key)
    with clock.moved(NIGHT):
        guard = desk.person(desk=night)
        desk.shift(guard, desk=night)
        desk.urgent()
        desk.run()
    assert desk.told() == [desk.phone_of(guard)]
    noon = NIGHT + dt.timedelta(hours=12)
    with clock.moved(noon):
        desk.urgent()
        desk.run()
        before = len(desk.told())
    for minutes in (16, 31):
        at(noon, minutes)
    assert DUTY in desk.told(after=before - 1)
    assert "+358401112223" in desk.told(after=before), "nobody accepted by day either"
