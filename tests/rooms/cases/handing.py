"""What the tests of handing over share: desks of the demo, an offer, and reading what is stored."""

import uuid
from dataclasses import replace

from sqlalchemy import func, select

from helpbutton.audit.models import AuditEntry
from helpbutton.cases import transfer
from helpbutton.cases.handover_models import Transfer
from helpbutton.db import db, reading
from helpbutton.directory.models import Service
from helpbutton.staff.actor import Actor
from tests.cast import Cast
from tests.rooms.cases.conftest import Sent

SCHOOL = "turku-school"
"""Dan's desk, of another organisation."""
WHY = "Asia koskee koulua; perheen kanssa on sovittu siirrosta."


def desk(key: str) -> Service:
    found = reading().scalar(select(Service).where(Service.key == key))
    assert found is not None
    return found


def neighbour(case: Sent) -> Service:
    """Another desk of the same organisation, at which Cara does not work."""
    found = reading().scalar(
        select(Service)
        .where(
            Service.organisation_id == case.row.organisation_id,
            Service.key.not_like("varha-family%"),
        )
        .order_by(Service.id)
        .limit(1)
    )
    assert found is not None
    return found


def dan_at(cast: Cast, service: Service) -> Actor:
    """Dan, while he works at this desk."""
    return replace(cast.actor("dan"), services={service.id: "worker"})


def offer(
    cast: Cast, case: Sent, to: int, *, ground: str = "", who: str = "cara", token: str | None = None
) -> None:
    given = transfer.Offer(to=to, why=WHY, ground=ground, token=token or str(uuid.uuid4()))
    transfer.offer(actor=cast.actor(who), number=case.number, version=case.row.version, given=given)


def offers(case: Sent) -> list[Transfer]:
    db.session.remove()
    return list(reading().scalars(select(Transfer).where(Transfer.case_id == case.id).order_by(Transfer.id)))


def lines(organisation_id: int, action: str) -> int:
    """How many audit lines of this kind an organisation has."""
    db.session.remove()
    own = (AuditEntry.organisation_id == organisation_id, AuditEntry.action == action)
    return reading().scalar(select(func.count()).select_from(AuditEntry).where(*own)) or 0
