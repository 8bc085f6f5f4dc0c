"""What to do about a wrong field, in the person's language."""

from helpbutton import i18n
from helpbutton.errors import FieldError
from helpbutton.reasons import N_
from helpbutton.web import staff_field_messages

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
    "in_use": N_("This is in use already. Please choose another."),
    "too_many": N_("These are too many: at most %(limit)s."),
    "closed": N_("This button takes no more messages."),
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
}

MESSAGES |= staff_field_messages.MESSAGES
BY_FIELD |= staff_field_messages.BY_FIELD


def in_words(error: FieldError, language: str) -> str:
    """One sentence that says what to do about this field."""
    message = BY_FIELD.get((error.field, error.code)) or MESSAGES[error.code]
    return i18n.gettext(language, message, **{"limit": "", **error.params})
