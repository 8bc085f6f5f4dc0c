"""What an SMS to a family says: that something is there, never what it is about."""

from helpbutton.reasons import N_

CONFIRMATION = N_("Your message has arrived. Find the answer where you sent it. Reference %(reference)s.")
NUDGE = N_("You have a new message. Open it where you wrote to us. Reference %(reference)s.")
