"""Codes that only the staff pages put into words, as gettext message ids; more are in `web.vocabulary`."""

import phonenumbers

from helpbutton.reasons import N_

VIEWS = {
    "services": N_("My services"),
    "mine": N_("Mine"),
    "unassigned": N_("Not taken"),
    "urgent": N_("Urgent"),
    "overdue": N_("Overdue"),
    "waiting": N_("Waiting for the family"),
    "review": N_("Needs review"),
    "quarantined": N_("In quarantine"),
    "closed": N_("Closed cases"),
}
PREFERRED = {
    "phone": N_("a phone call"),
    "sms": N_("a text message"),
    "email": N_("e-mail"),
    "message": N_("a message here"),
}
VERBS = {
    "received": N_("The request arrived"),
    "sorted": N_("Sorted"),
    "taken": N_("Taken"),
    "released": N_("Given back to the desk"),
    "corrected": N_("Topic or urgency corrected"),
    "answered": N_("Answered the family"),
    "noted": N_("Wrote a note"),
    "closed": N_("Closed the case"),
    "reopened": N_("Opened again by a new message"),
    "moved": N_("Moved to another desk"),
    "forwarded": N_("Passed on to another organisation"),
    "forwarding_proposed": N_("Proposed for another organisation"),
    "forwarding_declined": N_("Decided to keep it here"),
    "family_wrote": N_("The family wrote"),
    "family_read": N_("The family read the answer"),
    "contact_changed": N_("The sender changed their contact details"),
    "withdrawn": N_("The sender took the request back"),
    "copy_requested": N_("The sender asked for a copy"),
    "erasure_requested": N_("The sender asked for erasure"),
    "task_done": N_("Task done"),
    "new_code_issued": N_("Gave the sender a new code"),
    "one_time_code_sent": N_("A one-time number was sent to the sender's own phone"),
    "opened_with_one_time_code": N_("The sender opened the case with a one-time number"),
    "quarantined": N_("Put into quarantine"),
    "quarantine_lifted": N_("Found to be a real request"),
    "notification_retried": N_("Had a text message sent again"),
    "notification_dropped": N_("Settled a text message in another way"),
}
ACTORS = {"sender": N_("Sender"), "system": N_("Automatic"), "staff": N_("Staff")}
TO_DOS = {
    "sort_case": N_("Sorting a new request"),
    "tell_sender": N_("Planning a notice to the family"),
    "tell_desk": N_("Planning a notice to the desk"),
    "tell_new_desk": N_("Planning a notice to the desk"),
    "settle_held": N_("Sending or leaving the text messages of a quarantined case"),
    "forget_number": N_("Forgetting a number that was given for notices alone"),
    "sender_acted": N_("Planning a notice to the desk"),
    "send_one_time_code": N_("Sending a one-time number to a sender"),
    "deliver_notification": N_("Sending a text message"),
}
PURPOSES = {
    "confirmation": N_("Confirmation to the family"),
    "nudge": N_("Notice of an answer to the family"),
    "one_time_code": N_("One-time number to the family"),
    "duty_alert": N_("Urgent alert to the person on duty"),
    "desk_alert": N_("Alert to the desk"),
}
LIMITS = {
    "quarantined": N_("The case is in quarantine"),
    "foreign_number": N_("The number is from a country to which nothing is sent by itself"),
    "number_limit": N_("This number had its three text messages of the day"),
    "site_budget": N_("The page with the button had sent its text messages of the day"),
}
"""Why a text message to a sender was held back before anybody tried to send it."""
STATUSES = {
    "held": N_("It could not be sent, or nobody knows whether it arrived"),
    "failed": N_("The operator refused it"),
}


def readable_phone(number: str) -> str:
    """An E.164 number in groups, "+358 40 1234567"."""
    parsed = phonenumbers.parse(number)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
