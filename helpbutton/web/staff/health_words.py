"""Each check of the installation in words: what it is about, how it stands, what to do when it fails."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_timedelta

from helpbutton import i18n
from helpbutton.reasons import N_
from helpbutton.watching.checks import Check, Facts


@dataclass(frozen=True)
class Line:
    """One check in the reader's language; `todo` is empty while it holds."""

    name: str
    level: str
    holds: bool
    title: str
    stands: str
    todo: str


@dataclass(frozen=True)
class Words:
    """msgids; `figure` fills the sentence for how it stands when it fails."""

    title: str
    holds: str
    fails: str
    todo: str
    figure: Callable[[Facts], object] = lambda _facts: ""


WORDS = {
    "sweeper": Words(
        N_("The sweeper is alive"),
        N_("It gave a sign of life within the last minute."),
        N_("Its last sign of life was %(figure)s ago."),
        N_(
            "Start the sweeper again (helpbutton sweep, or the whole installation). Until then nothing is retried."
        ),
        lambda facts: facts.sweeper_age,
    ),
    "todos_on_time": Words(
        N_("Requests are worked on"),
        N_("No to-do has been due for long."),
        N_("A to-do has been due for %(figure)s."),
        N_("See that a worker and a sweeper are running and what they write into their log."),
        lambda facts: facts.todo_age,
    ),
    "canary_out": Words(
        N_("Test requests come out"),
        N_("The last test request of every button went through the whole chain."),
        N_("Buttons whose test requests are lost: %(figure)s."),
        N_("The list below says where they got stuck. Real requests may be stuck in the same place."),
        lambda facts: sum(canary.lost_at is not None for canary in facts.canaries),
    ),
    "channels_open": Words(
        N_("Providers take messages"),
        N_("Text messages and e-mail leave."),
        N_("Channels by which nothing leaves because the provider takes nothing: %(figure)s."),
        N_(
            "Check the account, its balance and its token with the provider. "
            "Then open the channel under “Waits for a human”."
        ),
        lambda facts: len(facts.stopped),
    ),
    "providers_accept": Words(
        N_("Providers accept what they are given"),
        N_("Most of what left in the last 15 minutes was accepted."),
        N_("Less than half of what left in the last 15 minutes was accepted."),
        N_("Look at the provider's own status page, then at the codes under “Waits for a human”."),
    ),
    "notifications_on_time": Words(
        N_("Messages leave in time"),
        N_("No message that may leave has been waiting for long."),
        N_("A message has been waiting to leave for %(figure)s."),
        N_("See whether a channel is stopped and whether workers are running."),
        lambda facts: facts.notification_age,
    ),
    "alerts_accepted": Words(
        N_("Somebody answers alerts"),
        N_("No alert has come to the end of its ladder."),
        N_("Alerts that nobody has accepted, though everybody on the ladder was told: %(figure)s."),
        N_("Call the desk's lead. The list is under “Waits for a human”."),
        lambda facts: facts.nobody_accepted,
    ),
    "alerts_tried": Words(
        N_("Urgent alert to the person on duty"),
        N_("Nothing has failed on every try."),
        N_("To-dos that failed on every try: %(figure)s."),
        N_(
            "Find the cause in the log by the class of the error, repair it, then try again under “Waits for a human”."
        ),
        lambda facts: facts.resting_alerts,
    ),
    "nothing_dead": Words(
        N_("No message was given up"),
        N_("Every message left, or a person decided about it."),
        N_("Messages given up: %(figure)s. Somebody may be waiting for them."),
        N_("Decide about them under “Waits for a human”: send again, call instead, or give up."),
        lambda facts: facts.of_status("dead"),
    ),
    "routes_lead_to_desks": Words(
        N_("No request ends nowhere"),
        N_("The last proof of the routes found no gap."),
        N_("Gaps and ties that the last proof of the routes found: %(figure)s."),
        N_(
            "Close them under Routes or in the settings of the desks named below. "
            "They are proved again every hour until none is left."
        ),
        lambda facts: facts.proof.gaps + facts.proof.ties if facts.proof else 0,
    ),
    "routes_proved": Words(
        N_("The routes are proved every night"),
        N_("They were proved lately."),
        N_("They were last proved %(figure)s ago."),
        N_("The sweeper proves them: its log says what keeps it from doing so."),
        lambda facts: facts.at - facts.proof.at if facts.proof else None,
    ),
    "nothing_resting": Words(
        N_("No to-do rests"),
        N_("Nothing has failed on every try."),
        N_("To-dos that failed on every try: %(figure)s."),
        N_(
            "Find the cause in the log by the class of the error, repair it, then try again under “Waits for a human”."
        ),
        lambda facts: facts.resting,
    ),
    "nothing_failed": Words(
        N_("No message was refused"),
        N_("The provider has refused nothing for good."),
        N_("Messages refused for good: %(figure)s."),
        N_("The desks' leads decide about them under “Waits for a human”."),
        lambda facts: facts.of_status("failed"),
    ),
    "nothing_held": Words(
        N_("No message is held"),
        N_("Nothing waits for a decision."),
        N_("Messages that wait for a decision: %(figure)s."),
        N_("The desks' leads decide about them under “Waits for a human”."),
        lambda facts: facts.of_status("held"),
    ),
    "promises_kept": Words(
        N_("Promises are kept"),
        N_("No promise to a family has run out."),
        N_("Promises that have run out: %(figure)s."),
        N_(
            "The desks see them as overdue on their worklist. "
            "If they grow in number, a desk needs more people or longer promises."
        ),
        lambda facts: facts.overdue_clocks,
    ),
    "deadman_heard": Words(
        N_("The watch from outside hears us"),
        N_("The page outside answers, or there is none."),
        N_("Calls in a row that the page outside has not answered: %(figure)s."),
        N_("Check the setting HELPBUTTON_DEADMAN_URL, and whether this machine may reach that address."),
        lambda facts: facts.deadman_failures,
    ),
}

STAGES = {
    "refused": N_("The door refused it: no desk answers there, or the municipality is not served."),
    "not_stored": N_("It did not reach the database."),
    "not_sorted": N_("Nobody sorted it: are the workers running?"),
    "not_planned": N_("It was sorted, but no message was planned."),
    "not_sent": N_("The message never left."),
    "not_accepted": N_("The provider did not take the message."),
    "not_delivered": N_("The provider took the message, but nobody reported that it arrived."),
}


def line(check: Check, facts: Facts, language: str) -> Line:
    """The check as it stands."""
    words, holds = WORDS[check.name], check.holds(facts)
    figure = words.figure(facts)
    if isinstance(figure, dt.timedelta):
        figure = format_timedelta(figure, locale=i18n.locale_of(language))
    elif figure is None:
        figure = "—"
    stands = (
        i18n.gettext(language, words.holds) if holds else i18n.gettext(language, words.fails, figure=figure)
    )
    return Line(
        name=check.name,
        level=check.level,
        holds=holds,
        title=i18n.gettext(language, words.title),
        stands=stands,
        todo="" if holds else i18n.gettext(language, words.todo),
    )
