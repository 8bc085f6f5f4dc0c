"""The to-dos that follow from what happens to a case; `ref` is the case's id."""

from helpbutton.outbox import Kind

SORT_CASE = Kind("sort_case", lease_s=30, tries=8)
TELL_NEW_DESK = Kind("tell_new_desk", lease_s=30, tries=8)
FORGET_NUMBER = Kind("forget_number", lease_s=30, tries=8)
