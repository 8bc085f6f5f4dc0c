"""The to-dos of this room."""

from helpbutton.outbox import Kind

DELIVER = Kind("deliver_notification", lease_s=45, tries=12)
