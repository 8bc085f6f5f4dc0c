"""Staff correct labels; what changed is kept without any text, and agreement with triage can be counted."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpbutton import clock
from helpbutton.cases.correcting import agreement, correct
from helpbutton.cases.models import Case, Correction
from helpbutton.conversation.operations import answer
from helpbutton.db import reading
from helpbutton.errors import Conflict, Invalid, NotFound
from tests.cast import Cast

Drain = Callable[[], int]


def sorted_case(cast: Cast, drain: Drain) -> Case:
    number = cast.send().get_json()["number"]
    drain()
    found = reading().scalar(select(Case).where(Case.number == number))
    assert found is not None
    return found


def test_old_and_new_label_and_the_version_of_triage_are_kept(
    app_on_both: Flask, cast: Cast, drain: Drain
) -> None:
    case = sorted_case(cast, drain)
    before, promise = (case.topic, case.urgency), case.respond_by
    correct(
        actor=cast.actor("cara"),
        number=case.number,
        version=case.version,
        topic="grief_crisis",
        urgency="soon",
    )
    rows = reading().scalars(select(Correction).order_by(Correction.subject)).all()
    assert [(row.subject, row.old, row.new) for row in rows] == [
        ("topic", before[0], "grief_crisis"),
        ("urgency", before[1], "soon"),
    ]
    assert {row.triage_version for row in rows} == {case.triage_version}
    changed = reading().get_one(Case, case.id)
    assert (changed.topic, changed.urgency, changed.needs_review) == ("grief_crisis", "soon", False)
    assert changed.respond_by == promise
    assert changed.triage_topic == before[0]


def test_who_may_not_see_the_case_may_not_correct_it(app: Flask, cast: Cast, drain: Drain) -> None:
    case = sorted_case(cast, drain)
    with pytest.raises(NotFound):
        correct(actor=cast.actor("dan"), number=case.number, version=case.version, topic="bullying")


def test_stale_empty_and_unknown_corrections_are_refused(app: Flask, cast: Cast, drain: Drain) -> None:
    case = sorted_case(cast, drain)
    number, version, same = case.number, case.version, case.topic
    cara = cast.actor("cara")
    with pytest.raises(Conflict):
        correct(actor=cara, number=number, version=version + 1, topic="bullying")
    for wrong in ({"topic": "nonsense"}, {"urgency": "now"}, {"topic": same}, {}):
        with pytest.raises(Invalid):
            correct(actor=cara, number=number, version=version, **wrong)
    assert reading().scalar(select(Correction.id)) is None


def test_agreement_counts_what_staff_let_stand(app: Flask, cast: Cast, drain: Drain) -> None:
    kept, changed, back, unread = (sorted_case(cast, drain) for _ in range(4))
    cara, since = cast.actor("cara"), clock.today() - dt.timedelta(days=1)
    organisation, proposed = kept.organisation_id, kept.triage_topic
    ids = {case.id: (case.number, case.version) for case in (kept, changed, back)}
    correct(actor=cara, number=ids[changed.id][0], version=ids[changed.id][1], topic="bullying")
    correct(actor=cara, number=ids[back.id][0], version=ids[back.id][1], topic="bullying")
    correct(actor=cara, number=ids[back.id][0], version=ids[back.id][1] + 1, topic=proposed)
    for case_id, (number, _) in ids.items():
        answer(actor=cara, number=number, body="Hei!", token=f"token-{case_id}")
    found = agreement(organisation_id=organisation, since=since)
    assert [(row.topic, row.cases, row.agreed) for row in found] == [(proposed, 3, 2)]
    assert found[0].month == f"{clock.today():%Y-%m}"
    assert unread.id not in ids
