"""The form for an answer: its text as far as it is written, what may be inserted, and how the family hears of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request

from helpbutton.activities.queries import OpenHelp, open_help
from helpbutton.cases.queries import CasePage
from helpbutton.conversation.drafts import DraftView, own_draft
from helpbutton.conversation.interpretation import Interpretation, interpretation
from helpbutton.conversation.operations import BODY_LIMIT
from helpbutton.conversation.saved_replies import Title, offered_for
from helpbutton.directory.queries import in_language
from helpbutton.errors import FieldError, NotFound
from helpbutton.i18n import LANGUAGES, WRITTEN
from helpbutton.notifications.preview import Nudge, nudge_of
from helpbutton.web.language_names import language_name
from helpbutton.web.public.choices import interpreters
from helpbutton.web.staff import activity_card
from helpbutton.web.staff.frame import staff_language

HELP_SHOWN = 12


@dataclass(frozen=True)
class HelpCard:
    """Open help that may be inserted, in the staff member's language."""

    key: str
    name: str
    when: str
    where: str


@dataclass(frozen=True)
class AnswerForm:
    """`unsaved`: the text is not the kept draft's. `help` is None until it is asked for.

    `interpreted` and `desk_languages` are choices by code; `typed` holds the fields about an interpreter.
    """

    body: str
    token: str
    draft: DraftView
    draft_version: int
    unsaved: bool
    limit: int
    nudge: Nudge
    replies: Sequence[Title]
    help: Sequence[HelpCard] | None
    interpreted: Mapping[str, str]
    desk_languages: Mapping[str, str]
    typed: Mapping[str, str]


def answer_form(
    case: CasePage, *, typed: Mapping[str, str] | None = None, errors: Sequence[FieldError] = ()
) -> AnswerForm:
    """The form of a case that has just been opened: with what was `typed`, else with the actor's draft."""
    draft = own_draft(actor=g.actor, case_id=case.id)
    language = staff_language()
    token = draft.token
    if typed is not None:
        spent = any(error.code == "sent_already" for error in errors)
        token = None if spent else _uuid(typed.get("token", ""))
    body = draft.body if typed is None else typed.get("body", "").replace("\r\n", "\n")
    return AnswerForm(
        body=body,
        token=token or str(uuid.uuid4()),
        draft=draft,
        draft_version=draft.version if typed is None else _number(typed.get("draft_version"), draft.version),
        unsaved=body != draft.body,
        limit=BODY_LIMIT,
        nudge=nudge_of(case.id),
        replies=_replies(case),
        help=_help(case, language) if typed is not None and typed.get("show") == "help" else None,
        interpreted=_interpreted(case, language),
        desk_languages={code: language_name(code, language) for code in WRITTEN},
        typed=typed or {"interpreted_from": "", "interpreted_to": language, "present": ""},
    )


def typed_interpretation() -> Interpretation | None:
    """What the posted form says about an interpreter. Raises Invalid."""
    return interpretation(
        family=request.form.get("interpreted_from", ""),
        desk=request.form.get("interpreted_to", ""),
        present=request.form.get("present", ""),
    )


def card_for(case: CasePage, key: str) -> str:
    """The lines of one activity in the family's language. Raises NotFound."""
    found = next((item for item in _near(case, case.language) if item.key == key), None)
    if found is None:
        raise NotFound("activity")
    return activity_card.card(found, language=case.language)


def _interpreted(case: CasePage, language: str) -> dict[str, str]:
    """The usual languages, and those of this family."""
    own = {case.interpreter or case.language, case.language} - {"fi", "fi-selko"}
    return {code: language_name(code, language) for code in own} | interpreters(language)


def _replies(case: CasePage) -> Sequence[Title]:
    """The family's language first, then the others that staff write."""
    languages = [case.language, *(other for other in WRITTEN if other != case.language)]
    known = [language for language in languages if language in LANGUAGES]
    return offered_for(service_id=case.desk.id, topic=case.topic, languages=known)


def _help(case: CasePage, language: str) -> Sequence[HelpCard]:
    return [
        HelpCard(
            item.key,
            in_language(item.names, language),
            activity_card.next_time(item, language),
            activity_card.where(item, language),
        )
        for item in _near(case, case.language)[:HELP_SHOWN]
    ]


def _near(case: CasePage, language: str) -> list[OpenHelp]:
    return open_help(case.municipality, language=language, role=case.role, age_group=case.age_group)


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
