"""Codes that only the staff pages put into words, as gettext message ids; more are in `web.vocabulary`."""

import phonenumbers

from helpbutton.reasons import N_

VIEWS = {
    "services": N_("My services"),
    "mine": N_("Mine"),
    "unassigned": N_("Not taken"),
    "urgent": N_("Urgent"),
    "due_today": N_("Due today"),
    "overdue": N_("Overdue"),
    "waiting": N_("Waiting for the family"),
    "returned": N_("Came back"),
    "quarantined": N_("In quarantine"),
    "review": N_("Needs review"),
    "proposals": N_("Proposed for another desk"),
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
    "taken": N_("Took the case"),
    "released": N_("Given back to the desk"),
    "assigned": N_("Given to a colleague"),
    "assignment_accepted": N_("Accepted what a colleague had given"),
    "assignment_returned": N_("Gave it back to the desk"),
    "night_over": N_("Came back to the desk, because it is open again"),
    "assignment_expired": N_("Came back to the desk, because it was not opened in time"),
    "colleague_disabled": N_("Came back to the desk, because a colleague's account was disabled"),
    "colleague_left": N_("Came back to the desk, because a colleague does not work there any more"),
    "contact_made": N_("Reached the family"),
    "contact_tried": N_("Tried to reach the family"),
    "reminder_added": N_("A reminder was set"),
    "reminder_done": N_("Did what a reminder was about"),
    "corrected": N_("Topic or urgency corrected"),
    "answered": N_("Answered the family"),
    "noted": N_("Wrote a note"),
    "closed": N_("Closed the case"),
    "reopened": N_("Opened again by a new message"),
    "moved": N_("Moved to another desk"),
    "forwarded": N_("Passed on to another organisation"),
    "forwarding_proposed": N_("Proposed for another organisation"),
    "forwarding_declined": N_("Decided to keep it here"),
    "offered": N_("Offered to another desk"),
    "offer_taken_back": N_("Took the offer to another desk back"),
    "offer_dropped": N_("The offer to another desk ended, because the case went another way"),
    "offer_returned": N_("The other desk returned it"),
    "offer_expired": N_("The other desk did not answer in time: back at this desk"),
    "transferred": N_("Taken over by another desk"),
    "referred": N_("Told the family of help outside"),
    "referral_removed": N_("Removed help outside from the family's page"),
    "linked": N_("Linked with another case"),
    "unlinked": N_("Parted from another case"),
    "duplicate_closed": N_("The same request, sent twice, was closed in favour of this one"),
    "family_wrote": N_("The family wrote"),
    "danger_noticed": N_("Signs of danger in what the family wrote"),
    "family_read": N_("The family read the answer"),
    "contact_changed": N_("The sender changed their contact details"),
    "withdrawn": N_("The sender took the request back"),
    "copy_requested": N_("The sender asked for a copy"),
    "erasure_requested": N_("The sender asked for erasure"),
    "task_done": N_("Task done"),
    "new_code_issued": N_("Gave the sender a new code"),
    "one_time_code_sent": N_("A one-time number was sent to the sender's own phone"),
    "opened_with_one_time_code": N_("The sender opened the case with a one-time number"),
    "clock_paused": N_("Paused a clock"),
    "clock_resumed": N_("A clock goes on"),
    "clock_settled": N_("Did what the law sets a date for"),
    "quarantined": N_("Put into quarantine"),
    "registered": N_("Registered a call or visit"),
    "statutory_step": N_("Noted a step that the law demands"),
    "recorded_onward": N_("Recorded in the client record system"),
    "after_closing_said": N_("The family answered the questions after closing"),
    "quarantine_lifted": N_("Found to be a real request"),
    "alert_climbed": N_("Nobody had accepted: told the next people"),
    "nobody_accepted": N_("Nobody has accepted: leads and administrators are told every hour"),
    "alert_accepted": N_("Saw it and acts"),
    "listed_accepted": N_("Saw it and acts"),
    "promise_earlier": N_("The answer was promised earlier"),
    "promise_slipped": N_("A promised date passed"),
    "notification_retried": N_("Had a message sent again"),
    "notification_dropped": N_("Gave a message up"),
    "notification_called": N_("Called instead of a message"),
    "not_told": N_("Not told"),
}
ACTORS = {"sender": N_("Sender"), "system": N_("Automatic"), "staff": N_("Staff")}
TO_DOS = {
    "sort_case": N_("Sorting a new request"),
    "tell_sender": N_("Planning a notice to the family"),
    "tell_desk": N_("Planning a notice to the desk"),
    "tell_new_desk": N_("Planning a notice to the desk"),
    "alert_again": N_("Planning a notice to the desk"),
    "tell_of_transfer": N_("Planning a notice about a hand-over"),
    "tell_of_move": N_("Planning a notice to the family"),
    "tell_of_referral": N_("Planning a notice to the family"),
    "settle_held": N_("Sending or leaving the text messages of a quarantined case"),
    "forget_number": N_("Forgetting a number that was given for notices alone"),
    "sender_acted": N_("Planning a notice to the desk"),
    "send_one_time_code": N_("Sending a one-time number to a sender"),
    "start_climb": N_("Seeing to it that somebody accepts an alert"),
    "climb": N_("Telling the next people, because nobody has accepted"),
    "deliver_notification": N_("Sending a message"),
    "ask_delivery": N_("Asking whether a text message arrived"),
    "reach_by_second_channel": N_("Sending an urgent alert by e-mail too"),
    "night_over": N_("Giving a case that was taken at night back to its desk"),
    "tell_assigned": N_("Telling a colleague that they were given a case"),
    "remind": N_("Reminding of something in a case"),
    "watch_clock": N_("Looking at a clock that warns or is due"),
}
PURPOSES = {
    "confirmation": N_("Confirmation to the family"),
    "nudge": N_("Notice of an answer to the family"),
    "one_time_code": N_("One-time number to the family"),
    "duty_alert": N_("Urgent alert to the person on duty"),
    "desk_alert": N_("Alert to the desk"),
    "slipped": N_("News to the family"),
    "reminder_alert": N_("Reminder to staff"),
    "digest": N_("Summary to staff"),
    "canary": N_("Test message"),
}
TRANSFERS = {
    "offered": N_("waits for their answer"),
    "accepted": N_("taken over"),
    "returned": N_("returned"),
    "expired": N_("not answered in time"),
    "taken_back": N_("taken back"),
}
RETURN_REASONS = {
    "not_ours": N_("it is not a task of this desk"),
    "other_area": N_("the family lives elsewhere"),
    "known_elsewhere": N_("somebody else helps the family already"),
    "leave_missing": N_("the consent or ground is not enough"),
    "other": N_("something else"),
}
CHANNELS = {"sms": N_("text message"), "email": N_("e-mail")}
CLIMBS = {
    "urgent": N_("An urgent case"),
    "first_contact": N_("The first answer is late"),
    "next_answer": N_("The next answer is late"),
    "acceptance": N_("Nobody has accepted or returned the case in time"),
    "hand_over": N_("A hand-over is not finished in time"),
    "statutory": N_("A date set by law has passed"),
}
"""What climbs its ladder until somebody accepts it."""
CHOICES = {
    "urgent": N_("Urgent alerts"),
    "reminders": N_("Reminders of promised dates"),
    "news": N_("New cases and messages"),
}
CHOICE_CHANNELS = {"sms": N_("by text message"), "email": N_("by e-mail"), "none": N_("not at all")}
LIMITS = {
    "quarantined": N_("The case is in quarantine"),
    "foreign_number": N_("The number is from a country to which nothing is sent by itself"),
    "number_limit": N_("This number had its three text messages of the day"),
    "site_budget": N_("The page with the button had sent its text messages of the day"),
}
"""Why a text message to a sender was held back before anybody tried to send it."""
STATUSES = {
    "held": N_("It could not be sent, or nobody knows whether it arrived"),
    "failed": N_("It was refused or did not arrive"),
    "dead": N_("It was tried for so long that it was given up"),
}


def readable_phone(number: str) -> str:
    """An E.164 number in groups, "+358 40 1234567"."""
    parsed = phonenumbers.parse(number)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
