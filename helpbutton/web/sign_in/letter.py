"""Sending an invitation's link by e-mail, while the administrator waits and hears what became of it."""

import secrets

from helpbutton import i18n, settings
from helpbutton.notifications.channels.base import Outgoing
from helpbutton.reasons import N_
from helpbutton.staff.invitations import LASTS, Invited

SUBJECTS = {
    "invitation": N_("Your invitation to Ask for help"),
    "password": N_("Your link for a new password"),
}
BODY = N_(
    "%(name)s, open this link within %(hours)s hours and choose a password. It works once and is for you alone:"
)


def send_link(person: Invited, address: str) -> bool:
    """Whether the mail server took the letter; False without one. Outside any transaction, at most 12 seconds."""
    active = settings.current()
    if not active.smtp_url:
        return False
    from helpbutton.notifications.channels.email import EmailChannel

    hours = int(LASTS[person.purpose].total_seconds() // 3600)
    words = i18n.gettext(person.language, BODY, name=person.name, hours=hours)
    letter = Outgoing(
        to=person.email,
        body=f"{words}\n\n{address}\n",
        reference="",
        attempt_id="",
        validity_s=0,
        subject=i18n.gettext(person.language, SUBJECTS[person.purpose]),
        message_id=secrets.token_hex(16),
    )
    return EmailChannel(active).send(letter).verdict == "accepted"
