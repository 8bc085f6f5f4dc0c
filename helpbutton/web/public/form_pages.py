"""The form's pages: what each shows, gathered for its template."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from helpbutton import settings
from helpbutton.cases.address import Address, OutsideArea
from helpbutton.cases.intake import Receipt
from helpbutton.cases.submission import Submission
from helpbutton.directory import queries as directory
from helpbutton.directory.languages import offered
from helpbutton.directory.queries import Place, SiteView
from helpbutton.errors import AlreadyReceived, FieldError
from helpbutton.triage import PersonalDatum, screen
from helpbutton.web import field_messages
from helpbutton.web.age_names import NAMES as AGES
from helpbutton.web.pages import choose_language, page
from helpbutton.web.promise_words import answer_by_words, opening_words
from helpbutton.web.public import choices, form_token, open_help
from helpbutton.web.public.fields import Fields, field_of, kept
from helpbutton.web.public.form_token import FormToken
from helpbutton.web.public.found import marked, worth_pointing_out

TRY_AGAIN_AFTER_S = 3
"""When a request could not be stored, the page itself sends it again after so many seconds."""


@dataclass(frozen=True)
class Visit:
    """One request to the form: whose button, framed or not, its language, what was posted, which token."""

    site: SiteView
    framed: bool
    language: str
    posted: Fields
    token: FormToken

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """One of the form's pages with what all of them need."""
        return page(
            f"public/{template}",
            language=self.language,
            status=status,
            site=self.site,
            framed=self.framed,
            origins=ancestors(self.site),
            token=self.token,
            action=url_for("form.ask", site=self.site.key, framed=self.framed),
            autonyms=choices.AUTONYMS,
            values=kept(self.posted),
            receipt_url=settings.current().public_url + url_for("receipt.form"),
            **context,
        )


def form(
    visit: Visit,
    *,
    status: int = 200,
    errors: tuple[FieldError, ...] = (),
    notice: str = "",
    outside: OutsideArea | None = None,
) -> Response:
    """The form itself. `notice` names what went wrong beyond single fields."""
    language = visit.language
    return visit.page(
        "form.html",
        status=status,
        errors={field_of(error.field): field_messages.in_words(error, language) for error in errors},
        notice=notice,
        outside=outside,
        returning=visit.posted.get("page") == "check",
        roles=choices.in_words(choices.ROLES, language),
        age_groups=choices.in_words(AGES, language),
        own_ages=choices.in_words({age: AGES[age] for age in choices.OWN_AGES}, language),
        reaches=choices.in_words(choices.REACHES, language),
        preferred=choices.in_words(choices.PREFERRED, language),
        kinds=choices.in_words(choices.KINDS, language),
        interpreters=choices.interpreters(language),
        municipalities=municipality_names(language),
        topics=topic_names(visit.site, language),
        childrens_topics=childrens_topic_names(visit.site, language, preset=visit.posted.get("topic", "")),
        open_help=open_help.near(visit.site, language=language),
        help_lines=directory.help_lines(language=language),
    )


def summary(
    visit: Visit, submission: Submission, target: Address, *, status: int = 200, notice: str = ""
) -> Response:
    """What is about to be sent, who answers and by when; with danger words the help lines come first."""
    language = visit.language
    found = worth_pointing_out(submission.text, anonymous=submission.anonymous)
    response = visit.page(
        "summary.html",
        status=status,
        notice=notice,
        found=found,
        anonymous=submission.anonymous,
        text_parts=marked(submission.text, found),
        submission=submission,
        target=target,
        desk=target.desk,
        promise=answer_by_words(target.promise.respond_by, language=language),
        opening=opening_words(target.promise, language=language),
        **_in_words(submission, language),
        place=place_label(target.place, language),
        open_help=open_help.for_sender(visit.site, submission, target.flags, language=language),
        help_lines=directory.help_lines(flags=target.flags, language=language),
    )
    if notice == "not_stored":
        response.headers["Retry-After"] = str(TRY_AGAIN_AFTER_S)
    return response


def _in_words(submission: Submission, language: str) -> dict[str, str]:
    """What the sender chose from lists."""
    contact, professional = submission.contact, submission.role == "professional"
    return {
        "role": choices.in_words(choices.ROLES, language)[submission.role],
        "kind": choices.in_words(choices.KINDS, language).get(submission.kind, "") if professional else "",
        "age_group": choices.in_words(AGES, language).get(submission.child_age_group or "", ""),
        "preferred": choices.in_words(choices.PREFERRED, language).get(contact.preferred or "", ""),
        "interpreter": choices.interpreters(language).get(submission.interpreter or "", ""),
    }


def sent(visit: Visit, submission: Submission, receipt: Receipt) -> Response:
    """The receipt."""
    return visit.page(
        "sent.html",
        receipt=receipt,
        contact=submission.contact,
        desk=receipt.desk,
        promise=answer_by_words(receipt.respond_by, language=visit.language),
        open_help=open_help.for_sender(visit.site, submission, receipt.danger_flags, language=visit.language),
        help_lines=directory.help_lines(flags=receipt.danger_flags, language=visit.language),
    )


def already_sent(
    visit: Visit, earlier: AlreadyReceived, *, found: tuple[PersonalDatum, ...] = ()
) -> Response:
    """This form was used before: send the change as a message, or as a new request? `found` tells of the family."""
    return visit.page(
        "already_sent.html",
        status=409,
        earlier=earlier,
        found=found,
        anonymous=bool(found),
        text_parts=marked(kept(visit.posted).get("text", ""), found),
        message_token=str(uuid.uuid4()),
        new_token=form_token.fresh(visit.site.key),
        help_lines=directory.help_lines(language=visit.language),
    )


def message_sent(visit: Visit, first_sent_at: dt.datetime) -> Response:
    """The changed text is now a message in the thread; with danger words the help lines come first."""
    flags = tuple(hit.flag for hit in screen(visit.posted.get("text", "")))
    return visit.page(
        "message_sent.html",
        first_sent_at=first_sent_at,
        flags=flags,
        help_lines=directory.help_lines(flags=flags, language=visit.language),
    )


def closed(visit: Visit) -> Response:
    """The owner has closed this button: who helps families of its municipality, and the help lines."""
    place = directory.municipality(visit.site.municipality)
    names, contact = directory.county_contact(place.county)
    return visit.page(
        "site_closed.html",
        place=place,
        county={**contact, "names": names},
        help_lines=directory.help_lines(language=visit.language),
    )


def unknown_site() -> Response:
    """No page with this button is registered; help lines all the same."""
    language = choose_language(request, "fi", offered())
    lines = directory.help_lines(language=language)
    return page("public/unknown_site.html", language=language, status=404, help_lines=lines)


def ancestors(site: SiteView) -> list[str]:
    """Origins of the pages that may frame the form: the site's, and our own, where editors look at a preview."""
    current = settings.current()
    own = [f"http://{host}:{current.port}" for host in ("127.0.0.1", "localhost")] if current.demo else []
    return list(dict.fromkeys([*site.origins, *own, current.public_url]))


def topic_names(site: SiteView, language: str) -> list[tuple[str, str]]:
    """Id and label of every topic that this site offers."""
    return [(topic.id, directory.in_language(topic.names, language)) for topic in directory.topics_of(site)]


def childrens_topic_names(site: SiteView, language: str, *, preset: str) -> list[tuple[str, str]]:
    """Offered topics in a child's words; the page's own topic is among them in any case."""
    official = dict(topic_names(site, language))
    words = choices.in_words(choices.CHILDRENS_TOPICS, language)
    names = {topic: label for topic, label in words.items() if topic in official}
    if preset in official:
        names = {preset: official[preset]} | names
    return list(names.items())


def municipality_names(language: str) -> list[tuple[str, str]]:
    """Code and label of every municipality, in the order of the reader's language."""
    own = "sv" if language == "sv" else "fi"
    places = sorted(directory.municipalities(), key=lambda place: directory.finnish_order(place.names[own]))
    return [(place.code, place_label(place, language)) for place in places]


def place_label(place: Place, language: str) -> str:
    """Both names of a municipality, the reader's own first; one name when they are the same."""
    names = (place.names["fi"], place.names["sv"])
    return " / ".join(dict.fromkeys(reversed(names) if language == "sv" else names))
