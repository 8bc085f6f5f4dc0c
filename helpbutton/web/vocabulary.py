"""Names for the ids of the product, in the reader's language: states, urgencies, roles, flags, verbs and the like."""

from collections.abc import Iterable
from functools import partial

from babel.numbers import format_decimal

from helpbutton import i18n
from helpbutton.directory import queries as directory
from helpbutton.directory.queries import in_language
from helpbutton.errors import NotFound
from helpbutton.reasons import N_, Param, Reason, in_words
from helpbutton.web.age_names import NAMES as AGES
from helpbutton.web.dates import date_words
from helpbutton.web.language_names import NAMES, language_name
from helpbutton.web.personal_data_names import NAMES as PERSONAL_DATA

WORDS = {
    "urgency": {"urgent": N_("urgent"), "soon": N_("soon"), "normal": N_("normal"), "low": N_("not urgent")},
    "state": {
        "received": N_("received"),
        "sorted": N_("waits for someone to take it"),
        "in_progress": N_("in progress"),
        "waiting": N_("answered, waiting for the family"),
        "closed": N_("closed"),
    },
    "flag": {
        "danger_now": N_("danger at this moment"),
        "suicide_selfharm": N_("suicide or self-harm"),
        "violence": N_("violence"),
        "sexual_abuse": N_("sexual abuse"),
        "neglect_now": N_("a child without care"),
        "harm_feared": N_("fear of harming someone"),
        "missing": N_("someone is missing"),
        "honour_violence": N_("honour-related violence"),
        "no_shelter": N_("no place to sleep"),
    },
    "role": {
        "parent": N_("parent or guardian"),
        "young_person": N_("young person"),
        "child": N_("child"),
        "relative": N_("relative or friend"),
        "professional": N_("professional"),
        "other": N_("someone else"),
    },
    "age_group": AGES,
    "kind": {
        "help": N_("request for help"),
        "consultation_anonymous": N_("consultation without identity"),
        "consultation_with_consent": N_("consultation with the family's consent"),
        "contact_together": N_("contact made together with the family"),
        "network_meeting": N_("network meeting"),
        "transition_handover": N_("hand-over at a transition"),
        **PERSONAL_DATA,
    },
    "ground": {
        "sender_allowed": N_("the sender allowed passing on"),
        "recorded_consent": N_("a consent that is recorded with the case"),
        "sender_agreed": N_("the sender has agreed"),
        "child_interest_law": N_("the law: the child's interest demands it"),
        "danger_to_life_law": N_("the law: life or health is in danger"),
    },
    "channel": {"button": N_("the button"), "call": N_("a call"), "visit": N_("a visit")},
    "step": {
        "child_protection": N_("child protection notification"),
        "contact_for_support": N_("contact with social welfare about the need for support"),
        "police": N_("report to the police"),
    },
    "step_ground": {
        "child_welfare_act_25": N_("Child Welfare Act, section 25"),
        "child_welfare_act_25c": N_("Child Welfare Act, section 25 c: before the birth"),
        "social_welfare_act_35_consent": N_("Social Welfare Act, section 35, subsection 1: with consent"),
        "social_welfare_act_35_duty": N_("Social Welfare Act, section 35, subsection 2: without consent"),
        "child_welfare_act_25_police": N_(
            "Child Welfare Act, section 25, subsection 3: suspected crime against a child"
        ),
        "danger_to_life": N_("life or health in danger"),
    },
    "task": {
        "copy_request": N_("the sender asks for a copy"),
        "erasure_request": N_("the sender asks for erasure"),
        "withdrawn": N_("the sender took the request back"),
    },
    "clock": {
        "first_contact": N_("first answer"),
        "next_answer": N_("answer to the newest message"),
        "hand_over": N_("handing over"),
        "acceptance": N_("accepting or returning the case"),
        "need_assessment": N_("the law: the assessment of need begins (seven working days)"),
        "pupil_talk": N_("the law: the pupil is offered a talk (seven school days)"),
        "statutory": N_("a date set by law"),
    },
    "pause_reason": {
        "time_agreed": N_("a time has been agreed with the family"),
        "family_asked_later": N_("the family asked to be contacted later"),
        "waits_for_consent": N_("a consent is needed first"),
        "waits_for_interpreter": N_("an interpreter is needed first"),
    },
    "given_back": {
        "no_time": N_("I have no time for it"),
        "away": N_("I am away"),
        "too_close": N_("I know the family or may not handle it"),
        "colleague_fits_better": N_("a colleague knows this better"),
    },
    "how": {
        "phone": N_("by phone"),
        "text_message": N_("by a text message of our own"),
        "email": N_("by e-mail"),
        "meeting": N_("by meeting them"),
    },
    "result": {
        "reached": N_("we talked"),
        "no_answer": N_("no answer"),
        "left_message": N_("left a message"),
        "asked_later": N_("they asked to be contacted later"),
        "wrong_number": N_("wrong number or address"),
    },
    "because": {
        "quiet_hours": N_("it waits for the hours at which one may write"),
        "channel_stopped": N_("the provider takes nothing at the moment"),
        "not_safe_to_text": N_("it is not safe to send text messages"),
        "opted_out": N_("the owner of the number wants no messages"),
        "too_old": N_("it would have come too late"),
        "contact_changed": N_("the contact details changed"),
        "erased": N_("the case has been erased"),
        "forgotten": N_("the number has been forgotten"),
        "expired": N_("it was valid for a short time only"),
        "already_nudged": N_("the family has been told and has not looked yet"),
        "only_answers": N_("they gave the number only to hear that there is an answer"),
        "already_read": N_("the family has read it already"),
        "replaced": N_("a newer message took its place"),
        "too_late": N_("it had been settled meanwhile"),
        "left_service": N_("the staff member does not work here any more"),
        "quarantined": N_("the case is in quarantine"),
        "foreign_number": N_("nothing is sent to numbers of this country by itself"),
        "number_limit": N_("three messages had been sent to it on that day"),
        "site_budget": N_("the page with the button had sent its messages of the day"),
        "no_duty_number": N_("the desk has no duty number"),
        "no_address": N_("the staff member has given no number"),
        "no_channel": N_("e-mail is not in use"),
    },
    "verified": {
        "called_their_number": N_("I called the number that the case holds"),
        "asked_about_the_case": N_("I asked about things that only the sender can know"),
    },
    "outcome": {
        "advice_given": N_("advice was enough"),
        "guided_to_service": N_("guided to a service"),
        "contact_continues": N_("the contact continues elsewhere"),
        "not_reached": N_("not reached"),
        "withdrawn": N_("withdrawn by the sender"),
        "spam": N_("not sent by a person"),
        "duplicate": N_("sent twice"),
        "other": N_("other"),
    },
    "language": NAMES,
}


def word(what: str, value: str, language: str) -> str:
    """The name of one id, for example word("state", "closed", "fi"); an unknown id is itself."""
    if what == "language":
        return language_name(value, language)
    message = WORDS[what].get(value)
    return i18n.gettext(language, message) if message else value


def topic_name(topic: str | None, language: str) -> str:
    """The label of a topic, or a word for none."""
    if not topic:
        return i18n.gettext(language, N_("no topic"))
    names = {known.id: known.names for known in directory.topics()}
    return in_language(names[topic], language) if topic in names else topic


def municipality_name(code: str, language: str) -> str:
    """The name of a municipality; an unknown code is itself."""
    try:
        return in_language(directory.municipality(code).names, language)
    except NotFound:
        return code


def municipality_names(codes: Iterable[str], language: str) -> dict[str, str]:
    """Names by code, in the order of the alphabet in this language."""
    named = {code: municipality_name(code, language) for code in codes}
    return dict(sorted(named.items(), key=lambda place: directory.finnish_order(place[1])))


def reason_words(reason: Reason, language: str) -> str:
    """A stored reason as a sentence."""
    return in_words(reason, language, partial(_name, language))


def _name(language: str, key: str, value: Param) -> str:
    if key in ("topic", "other"):
        return topic_name(str(value), language)
    if key == "municipality":
        return municipality_name(str(value), language)
    if key == "desk":
        return in_language(directory.desk(int(value)).names, language)
    if key == "seconds":
        return str(format_decimal(value, locale=i18n.locale_of(language)))
    if key == "date":
        return date_words(str(value), language)
    return word(key, str(value), language) if key in WORDS else str(value)
