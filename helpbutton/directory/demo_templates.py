"""What the demo directory is made from: the templates of `config/demo/`, read and typed."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpbutton.directory.rows import Hours, Names, OrganisationRow, SiteRow

Strings = tuple[str, ...]


@dataclass(frozen=True)
class DeskTemplate:
    """A desk at every place of its owner: county, municipality, or the parish or ngo of the county.

    `names` may hold {place}. Empty `municipalities`: all of them. Empty `languages`: the official
    ones of the place and English. The variant "sv" is the Swedish-speaking twin of the plain
    desk, which then leaves Swedish to it.
    """

    owner: str
    kind: str
    names: Names
    variant: str = ""
    municipalities: Strings = ()
    languages: Strings = ()
    promise_days: int = 3
    promise_channel: str = "phone"

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.variant}" if self.variant else self.kind


@dataclass(frozen=True)
class RouteTemplate:
    """Routes at every county or municipality, as `place` says, for each combination of the conditions."""

    place: str
    to: str
    topics: Strings = ()
    kinds: Strings = ()
    age_groups: Strings = ()
    roles: Strings = ()


@dataclass(frozen=True)
class AreaTemplate:
    """Municipalities that share desks of these kinds.

    Owner county: their county keeps desks of its own for the area. Owner municipality: the first of them keeps
    the desks for all, across the borders of counties, and no member has its own.
    """

    key: str
    names: Names
    owner: str
    municipalities: Strings
    kinds: Strings


@dataclass(frozen=True)
class Layer:
    """What is added in some counties, by code; no codes: everywhere.

    `organisations`: the parish and the ngo of each county; {county} is the key of the county, {place} its name.
    `organisation_names`: of municipalities, by code.
    """

    counties: Strings
    desks: tuple[DeskTemplate, ...] = ()
    routes: tuple[RouteTemplate, ...] = ()
    areas: tuple[AreaTemplate, ...] = ()
    organisations: tuple[OrganisationRow, ...] = ()
    organisation_names: Mapping[str, Names] = field(default_factory=dict)

    def holds(self, county: str) -> bool:
        """Whether it adds to this county."""
        return not self.counties or county in self.counties


@dataclass(frozen=True)
class DeskDefaults:
    """What all demo desks share; duty numbers are `number_prefix` and four digits."""

    hours: Hours
    open_on_holidays: bool
    interpreters: bool
    alert_spacing_s: int
    number_prefix: str


@dataclass(frozen=True)
class Templates:
    desk: DeskDefaults
    layers: tuple[Layer, ...]
    sites: tuple[SiteRow, ...]


def read_templates(folder: Path) -> Templates:
    """The templates in `folder` (config/demo), layers of many counties first.

    Raises TypeError for a field that no template has.
    """
    common = json.loads((folder / "demo.json").read_text("utf-8"))
    files = sorted((folder / "areas").glob("*.json"))
    layers = [_layer(json.loads(file.read_text("utf-8"))) for file in files]
    return Templates(
        desk=DeskDefaults(**common["desk"]),
        layers=tuple(sorted(layers, key=lambda layer: len(layer.counties) or math.inf, reverse=True)),
        sites=tuple(SiteRow(**_frozen(site)) for site in common["sites"]),
    )


def _layer(data: Mapping[str, Any]) -> Layer:
    return Layer(
        counties=tuple(data["counties"]),
        desks=tuple(DeskTemplate(**_frozen(item)) for item in data.get("desks", ())),
        routes=tuple(RouteTemplate(**_frozen(item)) for item in data.get("routes", ())),
        areas=tuple(AreaTemplate(**_frozen(item)) for item in data.get("areas", ())),
        organisations=tuple(OrganisationRow(**item) for item in data.get("organisations", ())),
        organisation_names=data.get("organisation_names", {}),
    )


def _frozen(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}
