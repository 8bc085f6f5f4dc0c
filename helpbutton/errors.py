"""Domain errors: what an operation refuses, with a code that a door turns into words for the person."""

import dataclasses
from collections.abc import Mapping


class HelpButtonError(Exception):
    """Base of every error that the product raises on purpose. Never carries personal data."""


class SettingsError(HelpButtonError):
    """The installation cannot start; `problems` names everything that is wrong, not only the first."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class NotReady(HelpButtonError):
    """The database or the key store is missing, newer or older than this version expects."""


class NotFound(HelpButtonError):
    """Unknown, or not visible to this actor: the two answer identically."""


class Conflict(HelpButtonError):
    """The thing changed since it was read, or the move is not allowed from its present state."""


class AlreadyReceived(HelpButtonError):
    """The idempotency key was used before, with another body or more than 24 hours ago.

    `case_id` and `received_at` (aware UTC) belong to the first request.
    """

    def __init__(self, *, case_id: int, received_at: object, same_body: bool) -> None:
        super().__init__("already received")
        self.case_id = case_id
        self.received_at = received_at
        self.same_body = same_body


@dataclasses.dataclass(frozen=True)
class FieldError:
    """One wrong field: dotted path as in the JSON API, a stable code, and parameters for the sentence."""

    field: str
    code: str
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


class Invalid(HelpButtonError):
    """The input has the right shape but a value that cannot be accepted."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(", ".join(f"{error.field}:{error.code}" for error in errors))
        self.errors = errors
