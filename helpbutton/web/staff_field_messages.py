"""What staff do about a wrong field; families never read these."""

from helpbutton.reasons import N_

MESSAGES = {
    "web_address": N_("Write the whole address, like https://www.example.fi/page, or leave it empty."),
    "before_start": N_("The last day is before the first one."),
    "never": N_("With these days it never takes place. Check the days and the pauses."),
    "sent_already": N_(
        "A message was sent from this page before. If this is another one, send it now; it is not sent yet."
    ),
    "common": N_(
        "This password is easy to guess. Take three or four words that do not belong together, or let a program "
        "make one."
    ),
    "wrong_password": N_("This is not your current password."),
    "wrong_code": N_("This code is wrong or too old. Wait for the next one and type it."),
    "too_often": N_("Too many attempts. Wait twelve minutes, then try again."),
    "wrong_passkey": N_("The passkey could not be stored. Please try once more."),
    "channel_missing": N_(
        "Choose also by what to tell you: by text message or by e-mail. Then it can be gathered."
    ),
    "not_yours": N_("You cannot give this role there."),
    "yourself": N_("This is your own address. Nobody gives rights to themselves: ask another administrator."),
    "disabled": N_("This person has an account that is disabled. Enable it first."),
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
    "unknown_case": N_("You see no such case. Check the number."),
    "closed_case": N_("That case is closed already. Link them, and answer this one."),
    "day_not_after_today": N_("Choose the day on which it was done; it cannot be after today."),
    "hours": N_("Write the hours like 8–16 or 8–12, 13–16, or leave the day empty."),
    "never_open": N_("A desk is open on one day at least."),
    "date": N_("Write each date like 24.12.2026."),
    "number": N_("Write a whole number from %(least)s to %(most)s."),
    "ends_before": N_("The last day is before the first one."),
    "not_the_key": N_("This is not the key of the organisation."),
    "directory_file": N_("This is no file of the directory, or a part of it is wrong: %(where)s."),
    "bad_directory": N_("With this file the directory would be wrong."),
    "not_own_directory": N_(
        "The file names something of others or of everybody. Load only what is your own organisation's."
    ),
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
    "not_ahead": N_("Choose a moment that lies ahead, within a year."),
    "unknown_member": N_("Nobody at this desk has this name or address."),
    "repeats": N_("It repeats. Write each shift as an event of its own."),
    "cancelled": N_("It is cancelled. If the roster still has the shift, remove it there."),
    "already_there": N_("It is in the roster already."),
    "calendar_file": N_("This is no calendar file, or it has more than %(limit)s events."),
    "shift_order": N_("The shift ends before it begins."),
    "shift_long": N_("A shift has at most %(hours)s hours. Make two of it."),
    "overlap": N_("This person is on duty at this desk at that time already."),
    "away": N_("This person is away then. Choose somebody else, or take the absence off first."),
}
BY_FIELD = {
    ("interpreted", "required"): N_("Choose the language that the family spoke."),
    ("title", "required"): N_("Give it a title."),
    ("step_kind", "required"): N_("Choose what was done."),
    ("step_ground", "required"): N_("Choose a ground that belongs to what was done."),
    ("step_by", "required"): N_("Write who took the step."),
    ("channel", "required"): N_("Choose whether it was a call or a visit."),
    ("system", "required"): N_("Write in which system the case was recorded."),
    ("ground", "required"): N_("Choose on what ground the case may be passed on."),
    ("verified", "required"): N_("Choose how you made sure who asks."),
    ("same_sender", "required"): N_("Make sure first that the same person sent both, and say so."),
    ("to", "required"): N_("Choose the desk."),
    ("to", "unknown_value"): N_("This desk cannot take a case now. Choose another."),
    ("why", "required"): N_("Write why, so that nobody there has to ask again."),
    ("return_reason", "required"): N_("Choose why it is not for your desk."),
    ("return_words", "required"): N_("Tell in a few words why."),
    ("name", "required"): N_("Write what it is called."),
    ("other", "required"): N_("Write the number of the other case."),
    ("colleague", "required"): N_("Choose the colleague."),
    ("colleague", "unknown_value"): N_("Choose a colleague who works at this desk."),
    ("given_back", "required"): N_("Choose why you give it back."),
    ("how", "required"): N_("Choose how you tried to reach them."),
    ("result", "required"): N_("Choose what came of it."),
    ("reminder_words", "required"): N_("Write what you want to be reminded of."),
    ("due_at", "required"): N_("Choose the day and time."),
    ("right_desk", "required"): N_("Choose the desk."),
    ("right_desk", "unknown_value"): N_("This desk cannot take a case now. Choose another."),
    ("account", "required"): N_("Choose who is on duty."),
    ("away_account", "required"): N_("Choose who is away."),
    ("words", "required"): N_("Write what the next shift has to know."),
    ("outcome", "required"): N_("Choose how the case ended."),
}
