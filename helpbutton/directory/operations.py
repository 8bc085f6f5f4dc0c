"""Writing the directory: reference data at `init`, an installation's own desks, the demo directory."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.audit import operations as audit
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.db import Model, transaction
from helpbutton.directory import reference
from helpbutton.directory.demo_directory import build
from helpbutton.directory.demo_templates import read_templates
from helpbutton.directory.files import columns_of
from helpbutton.directory.models import (
    Area,
    County,
    HelpLine,
    Installation,
    Municipality,
    Organisation,
    Route,
    Service,
    ServiceKind,
    Site,
    SiteSeen,
    Topic,
)
from helpbutton.directory.reference import Reference, day
from helpbutton.directory.rows import Directory, RouteRow, check
from helpbutton.errors import Conflict, NotReady


def initialise() -> None:
    """Load the reference data, or bring it up to date; doing it again changes nothing. Raises NotReady."""
    data = reference.read()
    with transaction() as session:
        for rows in (_counties(data), _municipalities(data), _kinds(data), _topics(data), _help_lines(data)):
            for row in rows:
                session.merge(row)
            session.flush()
        shipped = [line["id"] for line in data.help_lines]
        session.execute(delete(HelpLine).where(HelpLine.id.not_in(shipped)))
        if session.get(Installation, 1) is None:
            mainland = [county.code for county in data.counties if county.kind != "aland"]
            session.add(Installation(id=1, demo=False, counties=mainland))


def record_everywhere(session: Session, *, actor: str, action: str, subject: str, ground: str) -> None:
    """In the caller's transaction: one audit line for each organisation that has not left, of what concerns them all.

    `actor` and `subject` as in `audit.operations.record`.
    """
    for organisation_id in living(session):
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action=action,
            subject=subject,
            ground=ground,
        )


def living(session: Session) -> list[int]:
    """Ids of the organisations that have not left."""
    own = select(Organisation.id).where(Organisation.erased_at.is_(None)).order_by(Organisation.id)
    return list(session.scalars(own))


def load_demo() -> bool:
    """Put the demo directory into a database without desks and mark it as demo for ever; False when done before.

    Raises Conflict when the database holds an installation's own desks.
    """
    data = reference.read()
    service_kinds = {topic["id"]: topic["service_kind"] for topic in data.topics}
    templates = read_templates(CONFIG_DIR / "demo")
    directory = build(data.municipalities, data.counties, service_kinds, templates, on=clock.today())
    with transaction() as session:
        installation = session.get_one(Installation, 1)
        if session.scalar(select(Service.id).limit(1)) is not None:
            if installation.demo:
                return False
            raise Conflict("this database has desks of its own: the demo directory needs an empty one")
        installation.demo = True
        _store(session, directory, data)
    return True


def load_directory(directory: Directory) -> None:
    """Put an installation's own directory into a database without desks. Raises NotReady naming every problem."""
    data = reference.read()
    with transaction() as session:
        if session.scalar(select(Service.id).limit(1)) is not None:
            raise Conflict("this database has desks already")
        _store(session, directory, data)


def _store(session: Session, directory: Directory, data: Reference) -> None:
    problems = check(directory, data.known)
    if problems:
        raise NotReady("the directory is wrong: " + " ".join(problems))
    session.execute(
        insert(Organisation),
        [{"key": row.key, "kind": row.kind, "names": row.names} for row in directory.organisations],
    )
    organisations = {row[0]: row[1] for row in session.execute(select(Organisation.key, Organisation.id))}
    session.execute(
        insert(Service),
        [
            {
                "organisation_id": organisations[row.organisation],
                **columns_of(row, without=["organisation"]),
            }
            for row in directory.services
        ],
    )
    services = {row[0]: row[1] for row in session.execute(select(Service.key, Service.id))}
    session.add_all(
        Area(key=row.key, names=dict(row.names), municipalities=list(row.municipalities))
        for row in directory.areas
    )
    session.flush()
    session.execute(insert(Route), [_route(row, services) for row in directory.routes])
    _store_sites(session, directory, organisations)


def _store_sites(session: Session, directory: Directory, organisations: dict[str, int]) -> None:
    session.execute(
        insert(Site),
        [
            {
                "organisation_id": organisations[row.organisation],
                **columns_of(row, without=["organisation"]),
            }
            for row in directory.sites
        ],
    )
    sites = session.scalars(select(Site.id)).all()
    session.execute(insert(SiteSeen), [{"site_id": site_id, "seen_at": None} for site_id in sites])


def _route(row: RouteRow, services: dict[str, int]) -> dict[str, object]:
    return {
        "service_id": services[row.service],
        "topic": row.topic,
        "county_code": row.county_code,
        "municipality_code": row.municipality_code,
        "area_key": row.area,
        "kind": row.kind,
        "language": row.language,
        "age_group": row.age_group,
        "role": row.role,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _counties(data: Reference) -> Sequence[Model]:
    return [
        County(code=c.code, names=dict(c.names), kind=c.kind, contact=data.county_contacts[c.code])
        for c in data.counties
    ]


def _municipalities(data: Reference) -> Sequence[Model]:
    return [
        Municipality(
            code=m.code,
            name_fi=m.name_fi,
            name_sv=m.name_sv,
            languages=m.languages,
            region=m.region,
            county_code=m.county_code,
            valid_from=m.valid_from,
            valid_to=m.valid_to,
            successor=m.successor,
        )
        for m in data.municipalities
    ]


def _kinds(data: Reference) -> Sequence[Model]:
    return [
        ServiceKind(id=k["id"], names=k["labels"], owner_kind=k["owner_kind"]) for k in data.service_kinds
    ]


def _topics(data: Reference) -> Sequence[Model]:
    return [
        Topic(
            id=topic["id"],
            names=topic["labels"],
            service_kind=topic["service_kind"],
            owner_kind=topic["owner_kind"],
            urgency=topic["urgency"],
            position=position,
        )
        for position, topic in enumerate(data.topics)
    ]


def _help_lines(data: Reference) -> Sequence[Model]:
    return [
        HelpLine(
            id=line["id"],
            names=line["names"],
            number=line["number"],
            hours=line["hours"],
            languages=line["languages"],
            flags=line["flags"],
            always=line["always"],
            position=line["order"],
            source=line["source"],
            last_checked=day(line["last_checked"]),
            valid_from=day(line["valid_from"]),
            valid_to=day(line["valid_to"]),
        )
        for line in data.help_lines
    ]
