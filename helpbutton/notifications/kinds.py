"""The to-dos of this room."""

from helpbutton.outbox import Kind

DELIVER = Kind("deliver_notification", lease_s=45, tries=12)
ASK_DELIVERY = Kind("ask_delivery", lease_s=30, tries=8)
"""Ask the provider what became of a message that it has accepted."""
SECOND_CHANNEL = Kind("reach_by_second_channel", lease_s=30, tries=8)
"""An urgent alert that its first channel has not taken in time also goes by e-mail."""
START_CLIMB = Kind("start_climb", lease_s=30, tries=8)
"""`ref` is the duty alert that a person has to accept."""
