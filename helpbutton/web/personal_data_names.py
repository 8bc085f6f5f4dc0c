"""What kinds of personal data a text can hold, in words for the sender and for staff."""

from helpbutton.reasons import N_

NAMES = {
    "identity_code": N_("personal identity code"),
    "phone": N_("phone number"),
    "email": N_("e-mail address"),
    "address": N_("street address"),
    "name": N_("name"),
}
