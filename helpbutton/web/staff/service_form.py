"""The form of a desk: what was typed, and the words for its choices."""

from werkzeug.datastructures import MultiDict

from helpbutton.cases.promise import WEEKDAYS
from helpbutton.directory.service_rules import NONE, OWN, Draft
from helpbutton.i18n import WRITTEN
from helpbutton.reasons import N_

WEEKDAY_WORDS = {
    "mon": N_("Monday"),
    "tue": N_("Tuesday"),
    "wed": N_("Wednesday"),
    "thu": N_("Thursday"),
    "fri": N_("Friday"),
    "sat": N_("Saturday"),
    "sun": N_("Sunday"),
}
CHANNEL_WORDS = {"phone": N_("by phone"), "message": N_("by message")}
NIGHT_WORDS = {
    "": N_("Not decided yet"),
    OWN: N_("The desk's own duty number"),
    NONE: N_("Nobody: families are told where to turn"),
}
LABELS = {
    "key": N_("Key"),
    "organisation": N_("Organisation"),
    "name_fi": N_("Name in Finnish"),
    "name_sv": N_("Name in Swedish"),
    "name_en": N_("Name in English"),
    "kind": N_("Kind of service"),
    "languages": N_("Languages that it serves in"),
    "interpreters": N_("It uses interpreters for other languages"),
    **{f"hours_{day}": name for day, name in WEEKDAY_WORDS.items()},
    "closures": N_("Days on which it is closed"),
    "open_on_holidays": N_("Open on public holidays, too"),
    "promise_days": N_("Working days until the first answer"),
    "promise_channel": N_("How it answers first"),
    "duty_number": N_("Duty number"),
    "alert_spacing_s": N_("Seconds between two alerts"),
    "night_duty": N_("Urgent cases while it is closed"),
    "kinds": N_("Kinds of request that it takes"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
}
NEW = Draft(
    names={},
    kind="",
    languages=("fi", "sv"),
    hours=dict.fromkeys(WEEKDAYS[:5], "8–16"),
    night_duty=OWN,
)


def draft_from(form: MultiDict[str, str]) -> Draft:
    """What the keeper typed, as it is."""
    return Draft(
        names={language: text(form, f"name_{language}") for language in WRITTEN},
        kind=text(form, "kind"),
        languages=tuple(form.getlist("languages")),
        hours={day: text(form, f"hours_{day}") for day in WEEKDAYS},
        closures=tuple(filter(None, text(form, "closures").replace(",", " ").split())),
        open_on_holidays="open_on_holidays" in form,
        interpreters="interpreters" in form,
        promise_days=text(form, "promise_days"),
        promise_channel=text(form, "promise_channel"),
        duty_number=text(form, "duty_number"),
        alert_spacing_s=text(form, "alert_spacing_s"),
        kinds=tuple(form.getlist("kinds")),
        night_duty=text(form, "night_duty"),
        valid_from=text(form, "valid_from"),
        valid_to=text(form, "valid_to"),
    )


def text(form: MultiDict[str, str], name: str) -> str:
    """One field without what no database takes."""
    return form.get(name, "").replace("\x00", "").encode("utf-8", "replace").decode()
