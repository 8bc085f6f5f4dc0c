"""What an organisation's administrators keep as a file: taken out, and loaded after a look at what would change."""

from flask import Response, abort, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpbutton.directory.files import Plan
from helpbutton.errors import Conflict, FieldError, Invalid
from helpbutton.exchange.file import text_of, written
from helpbutton.exchange.loading import BadDirectory, earlier_file, earlier_states, load_file, try_file
from helpbutton.exchange.stored import stored
from helpbutton.routing.coverage import Gap
from helpbutton.routing.operations import LeavesGaps
from helpbutton.staff.organisations import KeptOrganisation, kept_organisation, kept_organisations
from helpbutton.web.numbers import row_id
from helpbutton.web.policy import policy
from helpbutton.web.sign_in.step_up import fresh
from helpbutton.web.staff import site_form
from helpbutton.web.staff.frame import FORM_LIMIT, staff_blueprint, staff_language, staff_page
from helpbutton.web.staff.gap_words import gap_lines

bp = staff_blueprint("directory_files", __name__)

MOST_BYTES = 4_000_000


@bp.url_value_preprocessor
def _take_larger_files(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Also as it comes back: in a field, or encoded for the page that keeps a form."""
    request.max_content_length = request.max_form_memory_size = 3 * MOST_BYTES + FORM_LIMIT


@bp.get("/directory")
@policy("staff")
def index() -> Response:
    """The organisations whose directory the actor may take out or load."""
    found = kept_organisations(g.actor)
    if not found:
        abort(403)
    return staff_page(
        "staff/directory_files.html",
        organisations=found,
        earlier={one.id: earlier_states(one.id) for one in found},
        done=request.args.get("done", ""),
    )


@bp.get("/directory/<key>.json")
@policy("staff")
@fresh
def export(key: str) -> Response:
    """The file as it stands, or (`state`) as it was before a file was loaded."""
    found = kept_organisation(g.actor, key)
    state = request.args.get("state", type=row_id)
    content = written(stored(found.id)) if state is None else earlier_file(state, found.id)
    answer = make_response(content)
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.key}.json"'
    return answer


@bp.post("/directory/<key>/trial")
@policy("staff")
def trial(key: str) -> Response:
    """What a file would change; nothing is stored."""
    found, text = kept_organisation(g.actor, key), ""
    try:
        text = _text()
        return _page(found, text, plan=try_file(text=text, organisation_id=found.id))
    except Invalid as refusal:
        return _refused(found, text, refusal)


@bp.post("/directory/<key>")
@policy("staff")
def load(key: str) -> AnyResponse:
    """Load the file that was tried."""
    found, text = kept_organisation(g.actor, key), ""
    try:
        text = _text()
        load_file(text=text, actor=g.actor, organisation_id=found.id, anyway="anyway" in request.form)
    except Invalid as refusal:
        return _refused(found, text, refusal)
    except Conflict:
        plan = try_file(text=text, organisation_id=found.id)
        return _page(found, text, status=409, plan=plan, stale=True)
    except LeavesGaps as refusal:
        return _page(found, text, status=409, gaps=refusal.gaps)
    return redirect(url_for(".index", done=key), 303)


def _refused(found: KeptOrganisation, text: str, refusal: Invalid) -> Response:
    problems = refusal.problems if isinstance(refusal, BadDirectory) else ()
    return _page(found, text, status=422, errors=refusal.errors, problems=problems)


def _page(
    found: KeptOrganisation,
    text: str,
    *,
    status: int = 200,
    plan: Plan | None = None,
    errors: tuple[FieldError, ...] = (),
    problems: tuple[str, ...] = (),
    gaps: tuple[Gap, ...] = (),
    stale: bool = False,
) -> Response:
    language = staff_language()
    return staff_page(
        "staff/directory_trial.html",
        status=status,
        organisation=found,
        text=text,
        plan=plan,
        errors=site_form.in_words(errors, language),
        problems=problems,
        gaps=gap_lines(gaps, language),
        stale=stale,
    )


def _text() -> str:
    """Raises Invalid for a file in another encoding."""
    upload = request.files.get("file")
    if upload is not None:
        content: bytes = upload.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            abort(413)
        return text_of(content)
    return request.form.get("text", "")
