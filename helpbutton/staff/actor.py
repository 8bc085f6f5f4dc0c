"""Who acts: a signed-in staff member with the rights of this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpbutton.vault import sealing


@dataclass(frozen=True)
class Actor:
    """`services` maps a service's id to the strongest role there (a lead may do what a worker may).

    `organisations` likewise; who has several roles in one organisation has the others in `further`, so ask
    `organisations_as` wherever a role is not the administrator's.
    """

    account_id: int
    name: str
    language: str
    services: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)
    further: frozenset[tuple[int, str]] = frozenset()
    stands_in: frozenset[int] = frozenset()
    """Ids of closed desks for which this person's desks are on duty at this moment: of their cases the urgent ones that
    nobody else has taken."""

    @property
    def pseudonym(self) -> str:
        """How the audit log names this person."""
        return sealing.pseudonym("staff", self.account_id)

    @property
    def roles(self) -> frozenset[str]:
        """Every role that this person has anywhere."""
        further = {role for _, role in self.further}
        return frozenset({*self.services.values(), *self.organisations.values(), *further})

    def organisations_as(self, *roles: str) -> frozenset[int]:
        """Ids of the organisations where this person has one of these roles."""
        held = {*self.organisations.items(), *self.further}
        return frozenset(organisation_id for organisation_id, role in held if role in roles)
