"""What to do about a wrong field, in the person's language."""

from helpbutton import i18n
from helpbutton.errors import FieldError
from helpbutton.reasons import N_

MESSAGES = {
    "required": N_("This is missing. Please fill it in."),
    "empty": N_("Write a few words about your situation. One sentence is enough."),
    "too_long": N_("This is too long. Please shorten it to %(limit)s characters or fewer."),
    "too_short": N_("This is too short: at least %(limit)s characters are needed."),
    "characters": N_("This contains characters that cannot be stored. Please type it again."),
    "phone": N_("This does not look like a phone number. Write it like 040 123 4567, or leave it empty."),
    "email": N_(
        "This does not look like an e-mail address. Write it like name@example.fi, or leave it empty."
    ),
    "nudge_needs_phone": N_("Write the number for the text message, or choose something else."),
    "not_in_anonymous": N_(
        "Advice without identity takes nothing that tells who the family is. Leave this out."
    ),
    "professionals_only": N_("Only somebody who works with families can ask for advice like this."),
    "format": N_("This is not in the expected form. Please check it."),
    "unknown_value": N_("This choice is not known. Please choose again."),
    "unknown_field": N_("This field is not known."),
    "wrong_type": N_("This has the wrong type."),
    "outside_area": N_(
        "We do not serve this municipality. Its own services help you; in an emergency call 112."
    ),
    "common": N_(
        "This password is easy to guess. Take three or four words that do not belong together, or let a program make one."
    ),
    "wrong_password": N_("This is not your present password."),
    "wrong_code": N_("This code is wrong or too old. Wait for the next one and type it."),
    "wrong_passkey": N_("The passkey could not be stored. Please try once more."),
    "not_yours": N_("You cannot give this role there."),
    "disabled": N_("This person has an account that is disabled. Enable it first."),
    "in_use": N_("This is in use already. Please choose another."),
    "too_many": N_("These are too many: at most %(limit)s."),
    "site_key": N_(
        "Use small letters from a to z, digits and hyphens, at least 3 and at most 60, with a letter or digit first."
    ),
    "origin": N_("%(origin)s is not an address of a website. Write it like https://www.example.fi."),
    "origin_http": N_(
        "%(origin)s has no encryption. Write it with https://, or the button does not open there."
    ),
    "origin_path": N_("Leave out the page and write only %(origin)s."),
    "not_served": N_("This installation does not serve this municipality. Choose one that it serves."),
    "colour": N_("Write the colour as # and six of 0–9 and a–f, like #1c665b, or leave it empty."),
    "closed": N_("This button takes no more messages."),
    "tie": N_("Two routes of the same scope lead to different desks. Change one of them."),
    "sms_placeholder": N_(
        "Between braces only {reference} can stand, and {desk} in the wording that may name the service."
    ),
    "sms_reference": N_("Put {reference} where the four characters shall stand."),
    "sms_numbers": N_(
        "Leave out numbers, addresses and links: the message only says that something is there."
    ),
    "sms_telling": N_("These words would tell others what it is about: %(words)s. Leave them out."),
    "sms_letters": N_(
        "A letter here does not fit into one text message, such as a long dash or curly quotes."
    ),
    "sms_long": N_("This takes %(count)s text messages with the longest name of your desks. Shorten it."),
    "uuid": N_("Send the header Idempotency-Key with a UUID that is new for each request."),
}
BY_FIELD = {
    ("site", "unknown_value"): N_(
        "This button is not registered. Please use the address that the page gives."
    ),
    ("municipality", "unknown_value"): N_("This municipality is not known. Please choose it from the list."),
    ("topic", "unknown_value"): N_(
        'This topic is not known. Choose one from the list, or choose "I don\'t know".'
    ),
    ("languages", "required"): N_("Choose at least one language."),
    ("body", "empty"): N_("Write your message first."),
    ("ground", "required"): N_("Choose on what ground the case may be passed on."),
    ("verified", "required"): N_("Choose how you made sure who asks."),
    ("outcome", "required"): N_("Choose how the case ended."),
}


def in_words(error: FieldError, language: str) -> str:
    """One sentence that says what to do about this field."""
    message = BY_FIELD.get((error.field, error.code)) or MESSAGES[error.code]
    return i18n.gettext(language, message, **{"limit": "", **error.params})
