"""The to-do of this room; `ref` is the climb's id."""

from helpbutton.outbox import Kind

CLIMB = Kind("climb", lease_s=30, tries=240)
