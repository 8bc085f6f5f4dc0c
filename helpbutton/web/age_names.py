"""Ages of children in words, for families and for staff."""

from helpbutton.reasons import N_

NAMES = {
    "unborn": N_("not born yet"),
    "0-2": N_("0–2 years"),
    "3-5": N_("3–5 years"),
    "6-9": N_("6–9 years"),
    "10-12": N_("10–12 years"),
    "13-15": N_("13–15 years"),
    "16-17": N_("16–17 years"),
    "18+": N_("18 years or older"),
}
