"""Who acts: a signed-in staff member with the rights of this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpbutton.vault import sealing


@dataclass(frozen=True)
class Actor:
    """`services` maps a service's id to the role there; `organisations` likewise."""

    account_id: int
    name: str
    language: str
    services: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)

    @property
    def pseudonym(self) -> str:
        """How the audit log names this person."""
        return sealing.pseudonym("staff", self.account_id)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.services.values()) | frozenset(self.organisations.values())
