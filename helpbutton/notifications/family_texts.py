"""What a message to a family says: that something is there, never what it is about."""

from helpbutton.reasons import N_

CONFIRMATION = N_("Your message has arrived. Find the answer where you sent it. Reference %(reference)s.")
NUDGE = N_("You have a new message. Open it where you wrote to us. Reference %(reference)s.")
SLIPPED = N_("There is news for you where you wrote to us. Open it when you can. Reference %(reference)s.")
SUBJECT = N_("You have a message")
NOT_READ_HERE = N_(
    "Nobody reads messages sent to this number. Write to us where you wrote before. If it is urgent, call 112."
)
