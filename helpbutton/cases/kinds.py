"""The to-do that follows from a request; `ref` is the case's id."""

from helpbutton.outbox import Kind

SORT_CASE = Kind("sort_case", lease_s=30, tries=8)
