"""The to-dos that follow from what happens to a case; `ref` is the case's id unless it says otherwise."""

from helpbutton.outbox import Kind

SORT_CASE = Kind("sort_case", lease_s=30, tries=8)
TELL_NEW_DESK = Kind("tell_new_desk", lease_s=30, tries=8)
FORGET_NUMBER = Kind("forget_number", lease_s=30, tries=8)
SETTLE_HELD = Kind("settle_held", lease_s=30, tries=8)
SENDER_ACTED = Kind("sender_acted", lease_s=30, tries=8)
"""`ref` is the logbook line of what the sender did."""
SEND_ONE_TIME_CODE = Kind("send_one_time_code", lease_s=30, tries=8)
"""`ref` is the request of the person who lost a receipt code."""
WATCH_CLOCK = Kind("watch_clock", lease_s=30, tries=8)
"""`ref` is the clock; due when it has to be looked at next."""
TELL_OF_TRANSFER = Kind("tell_of_transfer", lease_s=30, tries=8)
"""`ref` is the offer of a case to another desk; once when it is made and once when it is decided."""
TELL_OF_MOVE = Kind("tell_of_move", lease_s=30, tries=8)
"""`ref` is the logbook line by which staff put a case on another desk."""
TELL_OF_REFERRAL = Kind("tell_of_referral", lease_s=30, tries=8)
"""`ref` is the help outside the button that a family is told of."""
TELL_ASSIGNED = Kind("tell_assigned", lease_s=30, tries=8)
"""`ref` is the logbook line by which somebody was given a case."""
NIGHT_OVER = Kind("night_over", lease_s=30, tries=8)
"""Due when the desk opens, for a case that somebody on night duty took."""
ALERT_AGAIN = Kind("alert_again", lease_s=30, tries=8)
"""`ref` is the logbook line since which something urgent waits at its desk without anybody."""
REMIND = Kind("remind", lease_s=30, tries=8)
"""`ref` is the reminder; due when it is."""
