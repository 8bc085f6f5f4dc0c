"""Steps that the law demands and that are taken elsewhere: noted here with date, ground and by whom, never sent."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases.access import case_for, write_logbook
from helpbutton.cases.models import Case
from helpbutton.cases.outside_models import StatutoryStep
from helpbutton.cases.sent_forms import done_already
from helpbutton.db import transaction
from helpbutton.errors import FieldError, Invalid
from helpbutton.plain_text import is_text
from helpbutton.staff.actor import Actor
from helpbutton.vault.sealing import CaseVault

GROUNDS = {
    "child_protection": ("child_welfare_act_25", "child_welfare_act_25c"),
    "contact_for_support": ("social_welfare_act_35_consent", "social_welfare_act_35_duty"),
    "police": ("child_welfare_act_25_police", "danger_to_life"),
}
"""The kinds of step and the grounds of each: Child Welfare Act (417/2007) 25 § (notification by those who must or may),
25 c § (before a birth), 25 § 3 mom. (suspected sexual or violent crime against a child: also to the police); Social
Welfare Act (1301/2014) 35 § 1 mom. (with consent) and 2 mom. (without it); a threat to life or health."""
BY_LIMIT, ABOUT_LIMIT = 200, 2000


@dataclass(frozen=True)
class StepView:
    """A step, opened. `taken_on` is a Helsinki date."""

    kind: str
    taken_on: dt.date
    ground: str
    by: str
    about: str | None


def note_step(
    *, actor: Actor, number: str, kind: str, taken_on: str, ground: str, by: str, about: str, token: str
) -> None:
    """Note a step on the case; the same `token` with the same content changes nothing.

    `taken_on` is an ISO date, not after today. Raises NotFound, or Invalid naming every wrong field, or that
    another step was noted with this token.
    """
    day = _checked(kind, taken_on, ground, by, about)
    with transaction() as session:
        case = case_for(session, actor=actor, number=number, action="statutory_step")
        vault = case.case_key.vault()
        view = StepView(kind, day, ground, by.strip(), about.strip() or None)
        if done_already(
            session,
            StatutoryStep,
            token,
            case,
            field="step_about",
            same=lambda made: _opened(made, vault) == view,
        ):
            return
        session.add(
            StatutoryStep(
                case_id=case.id,
                at=clock.now(),
                account_id=actor.account_id,
                kind=kind,
                taken_on=day,
                ground=ground,
                token=token,
                by=vault.seal_text(view.by, f"statutory_step.by/{token}"),
                about=vault.seal(view.about, f"statutory_step.about/{token}"),
            )
        )
        write_logbook(session, case, "statutory_step", actor=actor, step=kind)


def steps_of(session: Session, case: Case, vault: CaseVault) -> tuple[StepView, ...]:
    """The steps of a case that the caller has opened, oldest first."""
    rows = session.scalars(
        select(StatutoryStep).where(StatutoryStep.case_id == case.id).order_by(StatutoryStep.id)
    )
    return tuple(_opened(row, vault) for row in rows)


def _opened(row: StatutoryStep, vault: CaseVault) -> StepView:
    return StepView(
        row.kind,
        row.taken_on,
        row.ground,
        vault.open(row.by, f"statutory_step.by/{row.token}") or "",
        vault.open(row.about, f"statutory_step.about/{row.token}"),
    )


def _checked(kind: str, taken_on: str, ground: str, by: str, about: str) -> dt.date:
    errors = []
    if kind not in GROUNDS:
        errors.append(FieldError("step_kind", "required"))
    elif ground not in GROUNDS[kind]:
        errors.append(FieldError("step_ground", "required"))
    try:
        day = dt.date.fromisoformat(taken_on)
    except ValueError:
        day = dt.date.max
    if day > clock.today():
        errors.append(FieldError("taken_on", "day_not_after_today"))
    if not by.strip():
        errors.append(FieldError("step_by", "required"))
    for field, value, limit in (("step_by", by, BY_LIMIT), ("step_about", about, ABOUT_LIMIT)):
        if len(value) > limit:
            errors.append(FieldError(field, "too_long", {"limit": limit}))
        elif not is_text(value):
            errors.append(FieldError(field, "characters"))
    if errors:
        raise Invalid(*errors)
    return day
