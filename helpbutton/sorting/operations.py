"""The to-do that follows every request: read it, understand it, put it on the right desk, tell those concerned."""

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from helpbutton import clock
from helpbutton.cases import clocks, handling, lifecycle
from helpbutton.cases import promise as promises
from helpbutton.cases.access import record_disclosure, write_logbook
from helpbutton.cases.clock_rules import FIRST_CONTACT, PACE
from helpbutton.cases.handover_models import Transfer
from helpbutton.cases.intake import add_reasons
from helpbutton.cases.models import Case, CaseKey, Contact, Correction, Proposal
from helpbutton.db import reading, transaction
from helpbutton.directory import queries as directory
from helpbutton.directory.models import Service
from helpbutton.notifications.operations import plan_alert, plan_canary, plan_confirmation
from helpbutton.reasons import Reason
from helpbutton.routing.match import Facts, Match, match
from helpbutton.sorting.decide import TopicChoice, choose_topic, decide, urgency_of
from helpbutton.triage import Suggestion, TriageFacts, suggest
from helpbutton.vault.sealing import CaseVault

ABOUT_TRIAGES_TOPIC = (
    "topic_by_words",
    "topic_by_likeness",
    "topic_by_age",
    "topic_second",
    "topic_unsure",
    "urgency_topic",
    "urgency_unsure",
    "urgency_far",
)
"""Reasons that say nothing about a case whose sender stated the topic."""

UNSORTED = (
    select(Case)
    .where(Case.id == bindparam("case_id"), Case.triage_version.is_(None))
    .options(joinedload(Case.case_key, innerjoin=True), selectinload(Case.service))
    .with_for_update(of=Case)
)
MEANWHILE = (
    select(
        Contact,
        *(
            select(Correction.new)
            .where(Correction.case_id == Case.id, Correction.subject == subject)
            .order_by(Correction.id.desc())
            .limit(1)
            .scalar_subquery()
            for subject in ("topic", "urgency")
        ),
        exists().where(Transfer.case_id == Case.id, Transfer.status == "offered"),
    )
    .select_from(Case)
    .outerjoin(Contact, Contact.case_id == Case.id)
    .where(Case.id == bindparam("case_id"))
)
"""Asked once the case is locked: what others did until then counts, and none of it is seen by whoever waits for a lock
(PostgreSQL looks at the locked row anew, at its neighbours as they were)."""
TOLD = (
    select(CaseKey, Case.text, Case.language, Case.role)
    .join(Case, Case.id == CaseKey.case_id)
    .where(Case.id == bindparam("case_id"), Case.triage_version.is_(None))
)


@dataclass(frozen=True)
class Meanwhile:
    """What staff did before the worker came: the topic and urgency that they put right, and whether they have offered
    the case to another desk."""

    topic: str | None
    urgency: str | None
    offered: bool


def sort_case(case_id: int) -> None:
    """Sort the case and plan its notifications; a case that is sorted already is left alone.

    The text is read and understood before the transaction, which then keeps nobody waiting. The confirmation comes
    last: counting it holds the site's count, for which others wait.
    """
    told = _told(case_id)
    if told is None:
        return
    suggestion = suggest(told)
    with transaction() as session:
        case = session.scalar(UNSORTED, {"case_id": case_id})
        if case is None:
            return
        contact, *done = session.execute(MEANWHILE, {"case_id": case_id}).one()
        vault = case.case_key.vault()
        with session.no_autoflush:
            _decide(session, case, vault, suggestion, Meanwhile(*done))
        if case.canary:
            plan_canary(session, case=case, contact=contact, vault=vault)
            return
        if case.state != lifecycle.CLOSED:
            plan_alert(session, case=case, service=case.service)
        plan_confirmation(session, case=case, contact=contact, vault=vault)


def _decide(
    session: Session, case: Case, vault: CaseVault, suggestion: Suggestion, meanwhile: Meanwhile
) -> None:
    """All that sorting changes in the case itself. None of its queries asks for what it has just written.

    A case whose topic staff put right stays where they left it.
    """
    choice = choose_topic(meanwhile.topic or case.stated_topic, suggestion)
    urgency = _apply_triage(session, case, vault, suggestion, choice)
    if suggestion.flags or meanwhile.urgency is None:
        handling.raise_urgency(case, urgency)
    _promise_for_urgency(session, case, vault)
    if meanwhile.topic is None:
        _route(session, case, vault, choice, offered=meanwhile.offered)
    clocks.keep_to_law(session, case)
    case.state = lifecycle.after("sort", case.state)
    write_logbook(
        session, case, "sorted", service=case.service_id, topic=case.topic or "", urgency=case.urgency
    )


def _told(case_id: int) -> TriageFacts | None:
    """What triage may know of a case that is not sorted yet."""
    session = reading()
    row = session.execute(TOLD, {"case_id": case_id}).one_or_none()
    if row is None:
        return None
    key, sealed, language, role = row
    facts = TriageFacts(key.vault().open(sealed, "case.text") or "", language, role)
    session.rollback()
    return facts


def _apply_triage(
    session: Session, case: Case, vault: CaseVault, suggestion: Suggestion, choice: TopicChoice
) -> str:
    """What triage found, with its reasons; returns the urgency that follows from it."""
    case.topic = choice.topic
    case.triage_version = suggestion.version
    case.triage_topic = suggestion.topic
    case.triage_urgency = suggestion.urgency
    unsure = suggestion.needs_review and not choice.stated
    mentioned = any(reason.code == "danger_not_raised" for reason in suggestion.reasons)
    case.needs_review = case.needs_review or bool(suggestion.flags) or unsure or mentioned
    case.danger_flags = list(dict.fromkeys([*case.danger_flags, *suggestion.flags]))
    urgencies = {topic.id: topic.urgency for topic in directory.topics()}
    urgency, because = urgency_of(choice, suggestion, urgencies[choice.topic])
    opinions = tuple(r for r in suggestion.reasons if not (choice.stated and r.code in ABOUT_TRIAGES_TOPIC))
    add_reasons(session, case, vault, subject="triage", reasons=opinions + ((because,) if because else ()))
    if choice.reason and choice.topic == case.stated_topic:
        add_reasons(session, case, vault, subject="topic", reasons=(choice.reason,))
    return urgency


def _promise_for_urgency(session: Session, case: Case, vault: CaseVault) -> None:
    """Urgent is answered on this or the next opening day, soon by the next working day; never later."""
    days = PACE.get(case.urgency)
    if days is None:
        return
    hours = directory.desk_hours(case.service)
    wanted = promises.promise(hours, received=case.received_at, working_days=days).respond_by
    if clocks.move_earlier(session, case, FIRST_CONTACT, wanted):
        date = clock.local(wanted).date().isoformat()
        add_reasons(
            session,
            case,
            vault,
            subject="promise",
            reasons=(Reason("promise_earlier", {"urgency": case.urgency, "date": date}),),
        )


def _route(session: Session, case: Case, vault: CaseVault, choice: TopicChoice, *, offered: bool) -> None:
    found = _match(case, choice.topic)
    if found is None:
        return
    verdict = decide(
        sure=choice.sure,
        same_desk=found.desk == case.service_id,
        same_organisation=directory.desk(found.desk).organisation_id == case.organisation_id,
        may_forward=case.may_forward,
        in_hand=offered or _in_hand(case),
    )
    if verdict == "stay":
        if found.desk != case.service_id:
            case.needs_review = True
            add_reasons(session, case, vault, subject="desk", reasons=(Reason("stays_unsure"),))
        return
    target = session.get_one(Service, found.desk)
    if verdict == "propose":
        session.add(
            Proposal(case_id=case.id, service_id=target.id, topic=choice.topic, created_at=clock.now())
        )
        add_reasons(session, case, vault, subject="desk", reasons=(Reason("proposed", {"desk": target.id}),))
        write_logbook(session, case, "forwarding_proposed", service=target.id)
        return
    if verdict == "forward":
        record_disclosure(session, case, to=target, actor="system", ground="sender's leave")
    handling.move(session, case, target)
    moved = Reason("moved_inside" if verdict == "move" else "forwarded_allowed", {"desk": target.id})
    add_reasons(session, case, vault, subject="desk", reasons=(moved, found.reason))
    verb = "moved" if verdict == "move" else "forwarded"
    write_logbook(session, case, verb, service=target.id)


def _in_hand(case: Case) -> bool:
    """Whether staff were quicker: somebody has it, it is closed, or moved."""
    moved = case.service_id != case.addressed_service_id
    return moved or case.assigned_to is not None or case.state == lifecycle.CLOSED


def _match(case: Case, topic: str | None) -> Match | None:
    place = directory.municipality(case.municipality_code)
    facts = Facts(
        municipality=place.code,
        county=place.county,
        topic=topic,
        kind=case.kind,
        language=case.language,
        age_group=case.age_group,
        role=case.role,
        areas=directory.areas_of(place.code),
    )
    return match(facts, directory.routes_of(place), on=clock.local(case.received_at).date())
