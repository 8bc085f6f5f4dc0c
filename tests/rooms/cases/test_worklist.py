"""The views of the worklist on both databases: what belongs, in which order, how many; never a query for each row."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text, update
from sqlalchemy.exc import IntegrityError

from helpbutton import clock, demo_cases
from helpbutton.cases import handling, search, transfer, worklist
from helpbutton.cases.models import Case, NameToken, Proposal
from helpbutton.cases.queries import open_case
from helpbutton.cases.views import VIEWS, Filters, Place
from helpbutton.cases.worklist import counts, newest_line, news
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Installation
from helpbutton.errors import Conflict
from helpbutton.notifications.models import Notification
from helpbutton.outbox import ToDo
from tests.cast import Cast
from tests.rooms.cases.handing import desk
from tests.web.staff.pages import case_row, propose

GENERATED = 300


@pytest.fixture
def generated(app_on_both: Flask) -> None:
    steps: list[int] = []
    demo_cases.generate(count=GENERATED, told=steps.append)
    assert sum(steps) == GENERATED


def every_row(cast: Cast, view: str, *, name: str = "cara") -> list[worklist.WorklistRow]:
    """All pages of a view."""
    rows: list[worklist.WorklistRow] = []
    after: Place | None = None
    while True:
        page = worklist.worklist(actor=cast.actor(name), view=view, after=after)
        rows += page
        if not page or not page[-1].more_follow:
            return rows
        after = page[-1].place


def expected(view: str, case: Case, account_id: int, proposed: set[int]) -> bool:
    """Whether a visible case belongs to a view, said once more in plain words."""
    now, unanswered = clock.now(), case.answered_at is None
    today = clock.local(now).date()
    is_open = {
        "services": True,
        "mine": case.assigned_to == account_id,
        "unassigned": case.assigned_to is None,
        "urgent": case.urgency == "urgent",
        "due_today": unanswered and case.respond_by >= now and clock.local(case.respond_by).date() == today,
        "overdue": unanswered and case.respond_by < now,
        "waiting": case.state == "waiting",
        "returned": case.returned_at is not None,
        "quarantined": case.quarantined,
        "review": case.needs_review,
        "proposals": case.id in proposed,
    }
    return case.state == "closed" if view == "closed" else case.state != "closed" and is_open[view]


@contextmanager
def queries() -> Iterator[list[str]]:
    """The queries that are sent inside the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_every_view_has_its_cases_in_order_on_all_its_pages(generated: None, cast: Cast) -> None:
    cara = cast.actor("cara")
    some = [row.number for row in worklist.worklist(actor=cara)[:3]]
    for number in some:
        propose(number, "turku-school")
    with transaction() as session:
        one = session.get_one(Case, case_row(some[0]).id)
        one.returned_at, one.assigned_to = clock.now(), None
        one.respond_by = min(one.respond_by, clock.now() + dt.timedelta(seconds=30))
    db.session.remove()
    proposed = set(reading().scalars(db.select(Proposal.case_id)))
    visible = reading().scalars(db.select(Case).where(Case.service_id.in_(cara.services))).all()
    for view in VIEWS:
        chosen = [case for case in visible if expected(view, case, cara.account_id, proposed)]
        if view == "closed":
            chosen.sort(key=lambda case: (case.closed_at, case.id), reverse=True)
        else:
            chosen.sort(
                key=lambda case: (
                    case.urgency != "urgent",
                    case.answered_at is not None,
                    case.respond_by,
                    case.id,
                )
            )
        assert [row.number for row in every_row(cast, view)] == [case.number for case in chosen], view
        assert counts(actor=cara)[view] == min(len(chosen), worklist.COUNT_LIMIT), view
        assert news(actor=cara, view=view, since=0) == min(len(chosen), worklist.COUNT_LIMIT), view
    assert len(every_row(cast, "closed")) > worklist.PAGE, "more than one page was tried"


def test_filters_narrow_lists_and_counts(generated: None, cast: Cast) -> None:
    cara = cast.actor("cara")
    service = min(cara.services)
    for filters in (Filters(service=service), Filters(language="sv"), Filters(service=service, topic="x")):
        rows = worklist.worklist(actor=cara, filters=filters)
        shown = counts(actor=cara, filters=filters)["services"]
        assert len(rows) == min(shown, worklist.PAGE)
        assert all(row.language == (filters.language or row.language) for row in rows)
    theirs = cast.actor("dan")
    assert worklist.worklist(actor=theirs, filters=Filters(service=service)) == []
    assert set(counts(actor=theirs, filters=Filters(service=service)).values()) == {0}


def test_the_number_of_queries_does_not_grow_with_the_rows(generated: None, cast: Cast) -> None:
    cara, dan = cast.actor("cara"), cast.actor("dan")
    found = {}
    for actor in (cara, dan):
        with queries() as sent:
            rows = worklist.worklist(actor=actor)
            counts(actor=actor)
        found[actor.name] = (len(rows), len(sent))
    assert found["Cara Lind"][0] > found["Dan Salo"][0]
    assert found["Dan Salo"][1] <= found["Cara Lind"][1] <= 4, "audited organisations, rows, names, counts"
    with queries() as sent:
        news(actor=cara, view="services", since=newest_line())
    assert len(sent) == 2


def test_indexes_serve_every_view(generated: None, cast: Cast) -> None:
    """Asked of SQLite, whose planner needs no statistics: no view goes through the whole table."""
    if db.engine.dialect.name != "sqlite":
        return
    cara = cast.actor("cara")
    for view in VIEWS:
        head = worklist.head(cara, view, Filters(), after=Place(2, clock.now(), 1), limit=51)
        plan = reading().execute(
            text(f"EXPLAIN QUERY PLAN {head.compile(db.engine, compile_kwargs={'literal_binds': True})}")
        )
        steps = [str(row[3]) for row in plan]
        assert not any(step.startswith("SCAN case_") for step in steps), (view, steps)


def test_the_lane_follows_urgency_and_answer_and_the_database_holds_it(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    assert case_row(number).lane == 2
    for change, lane in (
        ({"urgency_rank": 0}, 0),
        ({"answered_at": clock.now()}, 1),
        ({"urgency_rank": 2}, 3),
    ):
        with transaction() as session:
            case = session.get_one(Case, case_row(number).id)
            for field, value in change.items():
                setattr(case, field, value)
        assert case_row(number).lane == lane
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Case).where(Case.number == number).values(urgency_rank=0))


def test_taking_a_case_that_came_back_ends_its_coming_back(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    with transaction() as session:
        session.get_one(Case, case_row(number).id).returned_at = clock.now()
    cara = cast.actor("cara")
    assert [row.number for row in worklist.worklist(actor=cara, view="returned")] == [number]
    handling.take(actor=cara, number=number, version=case_row(number).version)
    assert worklist.worklist(actor=cara, view="returned") == []


def test_a_name_is_found_in_the_organisation_that_has_the_case_now(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send(contact={"name": "Aino Testinen"}).get_json()["number"]
    drain()
    cara, dan = cast.actor("cara"), cast.actor("dan")
    assert [row.number for row in search.search(actor=cara, words="testinen")] == [number]
    given = transfer.Offer(desk("turku-school").id, "Koulun asia.", "", "o1")
    transfer.offer(actor=cara, number=number, version=case_row(number).version, given=given)
    transfer.accept(actor=dan, number=number)
    assert [row.number for row in search.search(actor=dan, words="Testinen aino")] == [number]
    assert search.search(actor=cara, words="testinen") == []
    assert reading().scalar(db.select(db.func.count()).select_from(NameToken)) == 2


def test_generated_cases_open_and_nobody_is_told(generated: None, cast: Cast) -> None:
    cara = cast.actor("cara")
    row = worklist.worklist(actor=cara, view="waiting")[0]
    page = open_case(actor=cara, number=row.number)
    assert page.text in demo_cases.TEXTS
    assert page.contact.phone
    name = page.contact.name
    assert name
    assert row.number in [found.number for found in search.search(actor=cara, words=name)]
    for table in (ToDo, Notification):
        assert reading().scalar(db.select(db.func.count()).select_from(table)) == 0


def test_a_case_that_arrives_after_generated_ones_gets_an_id_of_its_own(
    generated: None, cast: Cast, drain: Callable[[], int]
) -> None:
    assert cast.send().status_code == 201
    demo_cases.generate(count=3, told=lambda _count: None)


def test_only_demo_databases_take_generated_cases(app: Flask) -> None:
    with transaction() as session:
        session.get_one(Installation, 1).demo = False
    with pytest.raises(Conflict, match="demo"):
        demo_cases.generate(count=1, told=lambda _count: None)
