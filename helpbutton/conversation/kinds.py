"""The to-dos that follow from a message; `ref` is the message's id."""

from helpbutton.outbox import Kind

TELL_SENDER = Kind("tell_sender", lease_s=30, tries=8)
TELL_DESK = Kind("tell_desk", lease_s=30, tries=8)
