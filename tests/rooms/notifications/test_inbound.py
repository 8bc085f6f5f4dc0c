"""Messages that come in: stop and start, one neutral answer a day, no case by a number, nothing kept."""

import pytest
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.models import CaseKey, Contact
from helpbutton.db import db, reading, transaction
from helpbutton.notifications import texts
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.inbound import take_message
from helpbutton.notifications.models import InboundEvent, OptOut
from helpbutton.notifications.operations import tell_sender
from helpbutton.notifications.queries import opted_out
from helpbutton.vault import sealing

from .conftest import SENDER, World, later

pytestmark = pytest.mark.usefixtures("app_on_both")


def come_in(text: str, sid: str = "SM1", number: str = SENDER) -> str | None:
    answer = take_message(provider_id=sid, number=number, text=text)
    db.session.remove()
    return answer


def with_index(world: World, case: int) -> None:
    """As intake does: the number can be found inside its organisation."""
    with transaction() as session:
        contact = session.get_one(Contact, case)
        number = session.get_one(CaseKey, case).vault().open(contact.phone, "contact.phone")
        contact.phone_index = sealing.blind_index(world.organisation, "phone", str(number))


def test_stop_is_obeyed_for_what_is_planned_and_what_would_be_and_start_ends_it(world: World) -> None:
    case = world.case(world.desk())
    world.confirm(case)
    assert come_in("SEIS") is None
    assert opted_out(case)
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("dropped", "opted_out")
    tell_sender(world.message(case, direction="to_family"))
    assert [(row.status, row.error) for row in world.notifications("nudge")] == [("dropped", "opted_out")]
    assert [told["purpose"] for told in world.told(case)] == ["confirmation", "nudge"]
    assert world.phone() == []
    assert come_in("Jatka", "SM2") is None
    assert not opted_out(case)
    tell_sender(world.message(case, direction="to_family"))
    assert deliver(world.notifications()[-1].id) is None
    assert [message.to for message in world.phone()] == [SENDER]


def test_the_number_is_kept_as_a_digest_and_the_words_nowhere(world: World) -> None:
    come_in("Stopp")
    come_in("Soittakaa minulle Mikonkadulle", "SM2")
    (row,) = reading().scalars(select(OptOut))
    assert (row.language, len(row.number_digest)) == ("sv", 32)
    assert SENDER[1:].encode() not in row.number_digest
    events = [
        (event.provider_sid, event.kind, event.status) for event in reading().scalars(select(InboundEvent))
    ]
    assert events == [("SM1", "inbound", "received"), ("SM2", "inbound", "received")]


def test_a_replayed_stop_does_not_undo_a_start(world: World) -> None:
    case = world.case(world.desk())
    come_in("STOP", "SM1")
    come_in("START", "SM2")
    come_in("STOP", "SM1")
    assert not opted_out(case)


def test_staff_are_alerted_whatever_their_number_wrote(world: World) -> None:
    come_in("STOP", number="+358457777777")
    world.alert(world.case(world.desk(), urgency="urgent"))
    assert deliver(world.only("duty_alert").id) is None
    assert world.only("duty_alert").status == "sent"


@pytest.mark.parametrize(("language", "count"), [("sv", 1), ("en", 1), (None, 2)])
def test_the_answer_says_where_to_write_in_a_known_language(
    world: World, language: str | None, count: int
) -> None:
    if language:
        with_index(world, world.case(world.desk(), language=language))
    answer = come_in("Kuka siellä?")
    assert answer is not None
    assert answer.count("112") == count
    assert texts.septets(answer) is not None
    assert texts.segments(answer) <= count


def test_a_number_that_wants_no_messages_gets_no_answer(world: World) -> None:
    come_in("STOP")
    assert come_in("Hei", "SM2") is None
    assert "112" in (come_in("HELP", "SM5", number="+358401234599") or "")
    come_in("STOP", "SM6", number="+358401234598")
    assert "112" in (come_in("APUA", "SM7", number="+358401234598") or ""), "who asks for help is told where"
    come_in("START", "SM3")
    assert come_in("Hei", "SM4") is not None


def test_one_answer_a_day_none_to_a_replay_none_to_a_name(world: World) -> None:
    assert come_in("Hei", "SM1") is not None
    assert come_in("Hei", "SM1") is None
    assert come_in("Hei taas", "SM2") is None
    assert come_in("Hei", "SM3", number="TULLI") is None
    assert come_in("Hei", "SM4", number="+358401234599") is not None
    with clock.moved(later(24 * 3600)):
        assert come_in("Hei", "SM5") is not None
