"""Who stands on a step: nobody who works there no longer, nobody who is away."""

from sqlalchemy import delete

from helpbutton import clock
from helpbutton.cases.models import Case
from helpbutton.db import reading, transaction
from helpbutton.directory.models import Service
from helpbutton.escalation.people import people_on
from helpbutton.staff.duty_models import Absence
from helpbutton.staff.models import Membership

from .conftest import Desk


def on(desk: Desk, who: str, case: int) -> list[int | None]:
    session = reading()
    row, service = session.get_one(Case, case), session.get_one(Service, desk.id)
    return [to.account_id for to in people_on(session, who, case=row, service=service, told=())]


def test_who_has_the_case_is_told_only_while_they_work_at_the_desk(desk: Desk) -> None:
    worker, case = desk.person(), desk.case(desk.id)
    desk.act(case, "taken", worker, assigned_to=worker)
    assert on(desk, "assigned", case) == [worker]
    with transaction() as session:
        session.execute(delete(Membership).where(Membership.account_id == worker))
    assert on(desk, "assigned", case) == []


def test_one_more_colleague_is_one_who_is_not_away(desk: Desk) -> None:
    first, last = desk.person(), desk.person()
    case, today = desk.case(desk.id), clock.today()
    assert on(desk, "second", case) == [last]
    with transaction() as session:
        session.add(
            Absence(account_id=last, starts_on=today, ends_on=today, created_at=clock.now(), created_by=first)
        )
    assert on(desk, "second", case) == [first]
