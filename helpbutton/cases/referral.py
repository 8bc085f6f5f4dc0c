"""Help outside the button: recorded by whoever answers, shown to the family where it reads its answers."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock, outbox
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.handover_models import Referral
from helpbutton.cases.handover_rules import LINE_LIMIT, WORDS_LIMIT, checked
from helpbutton.cases.kinds import TELL_OF_REFERRAL
from helpbutton.cases.sent_forms import done_already
from helpbutton.db import transaction
from helpbutton.errors import NotFound
from helpbutton.staff.actor import Actor
from helpbutton.vault.sealing import CaseVault


@dataclass(frozen=True)
class ReferralView:
    """Help that a family was told of, opened; `at` aware UTC."""

    id: int
    at: dt.datetime
    name: str
    how: str | None


def refer(*, actor: Actor, number: str, name: str, how: str, token: str) -> None:
    """Tell the family of help outside, with a nudge that there is something to read; the same `token` with the same
    words changes nothing.

    Nothing is sent to anybody else. Raises NotFound, Invalid (`name` is missing, something is too long,
    or something else was told with this token, or has been removed since).
    """
    given = checked(" ".join(name.split()), field="name", limit=LINE_LIMIT) or ""
    way = checked(how, field="how", limit=WORDS_LIMIT, required=False)
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="refer")
        vault = case.case_key.vault()
        if done_already(
            session,
            Referral,
            token,
            case,
            field="name",
            same=lambda made: made.removed_at is None and _opened(made, vault) == (given, way),
        ):
            return
        made = Referral(
            case_id=case.id,
            at=clock.now(),
            account_id=actor.account_id,
            token=token,
            name=vault.seal_text(given, f"referral.name/{token}"),
            how=vault.seal(way, f"referral.how/{token}"),
        )
        session.add(made)
        session.flush()
        write_logbook(session, case, "referred", actor=actor)
        outbox.add(session, TELL_OF_REFERRAL, ref=made.id)


def remove_referral(*, actor: Actor, number: str, referral_id: int) -> None:
    """It was wrong: the family does not see it any more. Doing it twice is harmless. Raises NotFound."""
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="remove_referral")
        made = session.get(Referral, referral_id)
        if made is None or made.case_id != case.id:
            raise NotFound("referral")
        if made.removed_at is None:
            made.removed_at, made.removed_by = clock.now(), actor.account_id
            write_logbook(session, case, "referral_removed", actor=actor)


def referrals_of(session: Session, case_id: int, vault: CaseVault) -> tuple[ReferralView, ...]:
    """What the family of a case that the caller has opened was told of, oldest first, without what was removed."""
    own = select(Referral).where(Referral.case_id == case_id, Referral.removed_at.is_(None))
    return tuple(
        ReferralView(row.id, row.at, *_opened(row, vault))
        for row in session.scalars(own.order_by(Referral.id))
    )


def _opened(row: Referral, vault: CaseVault) -> tuple[str, str | None]:
    name = vault.open(row.name, f"referral.name/{row.token}") or ""
    return name, vault.open(row.how, f"referral.how/{row.token}")
