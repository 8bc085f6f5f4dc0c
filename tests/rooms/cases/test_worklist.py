"""The views of the worklist on both databases: what belongs, in which order, how many; never a query for each row."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.exc import IntegrityError

from helpbutton import clock, demo_cases, migrate
from helpbutton.cases import clocks, handling, search, transfer, worklist
from helpbutton.cases.clock_rules import FIRST_CONTACT, NEXT_ANSWER, TO_THE_FAMILY
from helpbutton.cases.models import Case, Clock, NameToken, Proposal
from helpbutton.cases.queries import open_case
from helpbutton.cases.views import VIEWS, Filters, Place, head, place_of
from helpbutton.cases.worklist import counts, newest_line, news
from helpbutton.db import db, reading, transaction
from helpbutton.directory.models import Installation
from helpbutton.errors import Conflict
from helpbutton.notifications.models import Notification
from helpbutton.outbox import ToDo
from tests.cast import Cast
from tests.rooms.cases.handing import desk
from tests.web.staff.pages import case_row, propose

GENERATED = 360


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


def waited_for() -> dict[int, dt.datetime]:
    """By when each family that waits is to have its answer, as the clocks themselves say."""
    running = select(Clock).where(
        Clock.kind.in_(TO_THE_FAMILY), Clock.stopped_at.is_(None), Clock.paused_at.is_(None)
    )
    return {row.case_id: row.due_at for row in reading().scalars(running)}


def let_families_write(numbers: list[str]) -> None:
    """The families of answered cases have written back: three answers are late, due today and due later; the rest of
    the clocks are paused."""
    now = clock.now()
    with transaction() as session:
        for at, number in enumerate(numbers):
            case = session.get_one(Case, case_row(number).id)
            due_at = (
                now + (-dt.timedelta(hours=2), dt.timedelta(seconds=30), dt.timedelta(days=3))[min(at, 2)]
            )
            clocks.start(session, case, NEXT_ANSWER, due_at=due_at, now=now - dt.timedelta(days=1))


def expected(view: str, case: Case, account_id: int, proposed: set[int], until: dt.datetime | None) -> bool:
    """Whether a visible case belongs to a view, said once more in plain words; `until`: its family waits."""
    now = clock.now()
    today = clock.local(now).date()
    is_open = {
        "services": True,
        "mine": case.assigned_to == account_id,
        "unassigned": case.assigned_to is None,
        "urgent": case.urgency == "urgent",
        "due_today": until is not None and until >= now and clock.local(until).date() == today,
        "overdue": until is not None and until < now,
        "waiting": case.state == "waiting",
        "returned": case.returned_at is not None,
        "quarantined": case.quarantined,
        "review": case.needs_review,
        "proposals": case.id in proposed,
    }
    return case.state == "closed" if view == "closed" else case.state != "closed" and is_open[view]


def in_turn(case: Case, until: dict[int, dt.datetime]) -> tuple[bool, bool, float, int]:
    """Where an open case stands: urgent first, then whose family waits, by the date of that answer."""
    waits = until.get(case.id)
    return case.urgency != "urgent", waits is None, waits.timestamp() if waits else 0, case.id


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
        clocks.move_earlier(session, one, FIRST_CONTACT, clock.now() + dt.timedelta(seconds=30))
    answered = [row.number for row in every_row(cast, "waiting")]
    let_families_write(answered[:4])
    clocks.pause(actor=cara, number=answered[3], kind=NEXT_ANSWER, reason="time_agreed")
    db.session.remove()
    until = waited_for()
    proposed = set(reading().scalars(db.select(Proposal.case_id)))
    visible = reading().scalars(db.select(Case).where(Case.service_id.in_(cara.services))).all()
    for view in VIEWS:
        chosen = [
            case for case in visible if expected(view, case, cara.account_id, proposed, until.get(case.id))
        ]
        if view == "closed":
            chosen.sort(key=lambda case: (case.closed_at, case.id), reverse=True)
        else:
            chosen.sort(key=lambda case: in_turn(case, until))
        assert [row.number for row in every_row(cast, view)] == [case.number for case in chosen], view
        assert counts(actor=cara)[view] == min(len(chosen), worklist.COUNT_LIMIT), view
        assert news(actor=cara, view=view, since=0) == min(len(chosen), worklist.COUNT_LIMIT), view
    assert len(every_row(cast, "closed")) > worklist.PAGE, "more than one page was tried"


def test_pages_of_any_length_leave_nothing_out_and_repeat_nothing(generated: None, cast: Cast) -> None:
    """Pages begin in every lane, also among those for whom nobody waits."""
    cara, after = cast.actor("cara"), None
    seen: list[int] = []
    lanes: set[int] = set()
    let_families_write([row.number for row in every_row(cast, "waiting")][:4])
    while ids := reading().scalars(head(cara, "services", Filters(), after=after, limit=3)).all():
        seen += ids
        after = place_of(reading().get_one(Case, ids[-1]), "services")
        assert Place.parse(str(after)) == after
        lanes.add(after.lane)
    until = waited_for()
    open_cases = reading().scalars(
        select(Case).where(Case.service_id.in_(cara.services), Case.state != "closed")
    )
    assert seen == [case.id for case in sorted(open_cases, key=lambda case: in_turn(case, until))]
    assert {2, 3} <= lanes


def test_cases_of_before_get_what_their_clocks_say(generated: None, cast: Cast) -> None:
    numbers = [row.number for row in every_row(cast, "waiting")][:4]
    let_families_write(numbers)
    clocks.pause(actor=cast.actor("cara"), number=numbers[3], kind=NEXT_ANSWER, reason="time_agreed")
    stored = select(Case.id, Case.waits_until, Case.lane).order_by(Case.id)
    before = reading().execute(stored).all()
    assert {row.id: row.waits_until for row in before if row.waits_until} == waited_for()
    db.session.remove()
    migrate.downgrade("0024")
    migrate.upgrade()
    assert reading().execute(stored).all() == before


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
        for lane in (2, 3):
            page = head(cara, view, Filters(), after=Place(lane, clock.now(), 1), limit=51)
            plan = reading().execute(
                text(f"EXPLAIN QUERY PLAN {page.compile(db.engine, compile_kwargs={'literal_binds': True})}")
            )
            steps = [str(row[3]) for row in plan]
            assert not any(step.startswith("SCAN case_") for step in steps), (view, lane, steps)


def test_the_lane_follows_urgency_and_who_waits_and_the_database_holds_it(
    app_on_both: Flask, cast: Cast, drain: Callable[[], int]
) -> None:
    number = cast.send().get_json()["number"]
    drain()
    assert case_row(number).lane == 2
    for change, lane in (
        ({"urgency_rank": 0}, 0),
        ({"waits_until": None}, 1),
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
