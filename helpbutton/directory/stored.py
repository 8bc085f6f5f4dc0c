"""The stored directory as plain rows: of the whole installation, or of one organisation."""

from sqlalchemy import or_, select, true

from helpbutton import clock
from helpbutton.db import reading
from helpbutton.directory.models import Area, Organisation, Route, Service, Site
from helpbutton.directory.rows import AreaRow, Directory, OrganisationRow, RouteRow, ServiceRow, SiteRow


def stored(organisation_id: int | None = None) -> Directory:
    """What stands, sorted; without routes that have ended, and for one organisation without areas, which are shared."""
    session, whole = reading(), organisation_id is None
    organisations = session.scalars(
        select(Organisation)
        .where(Organisation.erased_at.is_(None), true() if whole else Organisation.id == organisation_id)
        .order_by(Organisation.key)
    ).all()
    own = {row.id for row in organisations}
    services = session.scalars(
        select(Service).where(Service.organisation_id.in_(own)).order_by(Service.key)
    ).all()
    keys = {row.id: row.key for row in services}
    in_force = or_(Route.valid_to.is_(None), Route.valid_to >= clock.today())
    routes = session.scalars(
        select(Route)
        .join(Service, Service.id == Route.service_id)
        .where(in_force, Service.organisation_id.in_(own))
        .order_by(Route.id)
    )
    sites = session.scalars(select(Site).where(Site.organisation_id.in_(own)).order_by(Site.key))
    areas = session.scalars(select(Area).order_by(Area.key)).all() if whole else ()
    return Directory(
        organisations=tuple(OrganisationRow(row.key, row.kind, row.names) for row in organisations),
        services=tuple(service_row(row) for row in services),
        routes=tuple(route_row(row, keys[row.service_id]) for row in routes),
        sites=tuple(_site(row) for row in sites),
        areas=tuple(AreaRow(row.key, row.names, tuple(row.municipalities)) for row in areas),
    )


def service_row(row: Service) -> ServiceRow:
    """A stored desk."""
    return ServiceRow(
        key=row.key,
        organisation=row.organisation.key,
        kind=row.kind,
        names=row.names,
        languages=tuple(row.languages),
        interpreters=row.interpreters,
        hours=row.hours,
        open_on_holidays=row.open_on_holidays,
        promise_days=row.promise_days,
        promise_channel=row.promise_channel,
        duty_number=row.duty_number,
        alert_spacing_s=row.alert_spacing_s,
        closures=tuple(row.closures),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        kinds=tuple(row.kinds),
        night_duty=row.night_duty,
    )


def route_row(row: Route, service: str) -> RouteRow:
    """A stored route to the desk with this key."""
    return RouteRow(
        service=service,
        topic=row.topic,
        municipality_code=row.municipality_code,
        county_code=row.county_code,
        kind=row.kind,
        language=row.language,
        age_group=row.age_group,
        role=row.role,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        area=row.area_key,
    )


def _site(row: Site) -> SiteRow:
    return SiteRow(
        key=row.key,
        organisation=row.organisation.key,
        municipality_code=row.municipality_code,
        names=row.names,
        languages=tuple(row.languages),
        phone=row.phone,
        origins=tuple(row.origins),
        topics=tuple(row.topics),
        colour=row.colour,
        position=row.position,
        promise_texts=row.promise_texts,
        active=row.active,
        sms_per_day=row.sms_per_day,
    )
