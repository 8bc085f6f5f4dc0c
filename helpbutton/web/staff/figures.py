"""Figures for leads, administrators and coordinators, as a page and as sheets."""

from collections.abc import Iterator, Sequence

from flask import Response, abort, g, make_response, request

from helpbutton import i18n
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import in_language
from helpbutton.figures import queries as figures
from helpbutton.figures.queries import Figures
from helpbutton.figures.sheet import Cell, as_csv, as_xlsx
from helpbutton.figures.suppress import Shown
from helpbutton.reasons import N_
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff.frame import staff_blueprint, staff_language, staff_page
from helpbutton.web.vocabulary import topic_name, word

bp = staff_blueprint("figures", __name__)

PERIODS = {
    "today": N_("Today"),
    "week": N_("This week"),
    "last_week": N_("Last week"),
    "month": N_("This month"),
    "year": N_("This year"),
}
COLUMNS = {
    "received": N_("Received"),
    "taken": N_("Taken"),
    "on_time": N_("Answered in time"),
    "late": N_("Answered late"),
    "waiting": N_("Waiting"),
    "overdue": N_("Overdue"),
    "unanswered": N_("Closed without an answer here"),
    "came": N_("Came from another desk"),
    "handed_over": N_("Handed to another desk"),
}
MEANING = (
    N_(
        "A case is counted at the desk that first got it, whoever has it now, and so is whether its promise was kept."
    ),
    N_("Hand-overs are counted at the time when they were made, whenever the case was received."),
)
AFTERWARDS = {
    "helped": N_("Got help"),
    "not_helped": N_("Did not get help"),
    "told_once": N_("Told their matter once"),
    "told_again": N_("Had to tell it many times"),
}
SHEETS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@bp.get("/figures")
@policy("staff")
def show() -> Response:
    """The chosen period by desk, topic and language; each chart has its table beside it."""
    found = _found()
    language = staff_language()
    return staff_page(
        "staff/figures.html",
        found=found,
        of=_period(),
        periods=PERIODS,
        columns=COLUMNS,
        meaning=MEANING,
        splits=(
            (N_("By topic"), [(_topic(key, language), count) for key, count in found.topics]),
            (N_("By language"), [(word("language", key, language), count) for key, count in found.languages]),
            (N_("What families said afterwards"), _afterwards(found, language)),
        ),
    )


@bp.get("/figures.<kind>")
@policy("staff")
@fresh
def sheet(kind: str) -> Response:
    """The same numbers as a file, hidden ones hidden there too."""
    if kind not in SHEETS:
        abort(404)
    write, mimetype = SHEETS[kind]
    response = make_response(write(list(_rows(_found(), staff_language()))))
    response.mimetype = mimetype.partition(";")[0]
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="figures-{_period()}.{kind}"'
    return response


def _found() -> Figures:
    if not figures.may_see(g.actor):
        abort(403)
    return figures.figures(actor=g.actor, of=_period())


def _period() -> str:
    asked = request.args.get("of", "week")
    return asked if asked in PERIODS else "week"


def _rows(found: Figures, language: str) -> Iterator[Sequence[Cell]]:
    yield [i18n.gettext(language, "Desk"), *(i18n.gettext(language, name) for name in COLUMNS.values())]
    for desk in found.desks:
        yield [in_language(desk.names, language), *(_cell(desk.counts[name], language) for name in COLUMNS)]
    yield [
        i18n.gettext(language, "All desks together"),
        *(_cell(found.all_desks[name], language) for name in COLUMNS),
    ]
    yield []
    for key, count in found.topics:
        yield [_topic(key, language), _cell(count, language)]
    yield []
    for key, count in found.languages:
        yield [word("language", key, language), _cell(count, language)]
    yield []
    for name, count in _afterwards(found, language):
        yield [name, _cell(count, language)]


def _afterwards(found: Figures, language: str) -> list[tuple[str, Shown]]:
    return [(i18n.gettext(language, AFTERWARDS[key]), count) for key, count in found.afterwards.items()]


def _cell(count: Shown, language: str) -> Cell:
    return i18n.gettext(language, "hidden") if count is None else count


def _topic(key: str, language: str) -> str:
    known = {topic.id for topic in directory.topics()}
    return topic_name(key, language) if key in known else i18n.gettext(language, "No topic yet")
