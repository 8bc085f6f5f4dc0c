"""The web application: doors hung on the wired installation, with policies, headers and errors."""

import structlog
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from helpbutton import clock, settings
from helpbutton.app import configure_logging, open_installation
from helpbutton.cases.promise import finnish_holidays
from helpbutton.errors import NotReady
from helpbutton.i18n import WRITTEN, translations
from helpbutton.settings import Settings
from helpbutton.triage import screen
from helpbutton.vault import keystore
from helpbutton.web import api, headers, health, hooks, metrics, open_help_api, pages, policy
from helpbutton.web.errors import answer_error
from helpbutton.web.numbers import RowId
from helpbutton.web.public import blueprints as public_blueprints
from helpbutton.web.public.assets import script_url, style_url
from helpbutton.web.sessions import StaffSessions
from helpbutton.web.staff import blueprints as staff_blueprints

MAX_BODY = 64 * 1024
MAX_FORM_PARTS = 60

log = structlog.get_logger()


def create_app(config: Settings) -> Flask:
    """The web application. Raises SettingsError, NotReady, or RuntimeError for a route without a policy."""
    app, config = open_installation(config)
    app.url_map.converters["int"] = RowId
    app.secret_key = keystore.current().derive("flask")
    app.session_interface = StaffSessions()
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    csrf = CSRFProtect(app)
    own = (api.bp, open_help_api.bp, health.bp, metrics.bp, hooks.bp)
    for blueprint in (*own, *public_blueprints, *staff_blueprints):
        app.register_blueprint(blueprint)
    pages.install(app)
    app.jinja_env.globals.update(style_url=style_url, script_url=script_url)
    headers.install(app)
    policy.install(app, csrf)
    _install_errors(app)
    _warm_up()
    return app


def _warm_up() -> None:
    """Load what the first request would otherwise wait for: danger words, catalogues, this year's holidays."""
    screen("")
    for language in WRITTEN:
        translations(language)
    finnish_holidays(clock.today().year)


def _install_errors(app: Flask) -> None:
    app.log_exception = _log_class_only  # type: ignore[method-assign]

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return answer_error(error.code or 500)

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Response:
        return answer_error(400, reason="csrf")

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    @app.errorhandler(NotReady)
    def unavailable(error: Exception) -> Response:
        log.error("unavailable", error=type(error).__name__, endpoint=request.endpoint)
        return answer_error(503)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error(
            "unexpected_error", error=type(error).__name__, endpoint=request.endpoint, where=_where(error)
        )
        return answer_error(500)


def _log_class_only(exc_info: object) -> None:
    """In place of Flask's own last resort, whose traceback could hold what somebody typed."""
    kind = exc_info[0] if isinstance(exc_info, tuple) else None
    log.error("unhandled_error", error=getattr(kind, "__name__", "unknown"), endpoint=request.endpoint)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find the fault, nothing of what was typed."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""


def wsgi() -> Flask:
    """What gunicorn calls in each worker process."""
    configure_logging()
    return create_app(settings.load())
