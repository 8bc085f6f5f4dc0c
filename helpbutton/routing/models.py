"""The record of proofs: when the routes were last proved to be without dead ends, and with what result."""

import datetime as dt

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from helpbutton.db import Model


class RoutingProof(Model):
    """One proof of the whole served area. `without_desk` counts combinations, `gaps` the named gaps, `ties` pairs of
    routes."""

    __tablename__ = "routing_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    combinations: Mapped[int]
    without_desk: Mapped[int]
    gaps: Mapped[int]
    ties: Mapped[int] = mapped_column(default=0, server_default="0")
    first_gaps: Mapped[list[dict[str, str | None]]] = mapped_column(JSON, default=list, server_default="[]")
    """One of each reason: its `municipality`, `topic` and `why`."""
