"""Triage: what a message is about and how urgent it is, with reasons. Pure: text in, a suggestion out."""

from helpbutton.triage.danger import DangerHit, screen
from helpbutton.triage.personal_data import PersonalDatum
from helpbutton.triage.suggest import Alternative, Suggestion, TriageFacts, suggest, warm_up

__all__ = [
    "Alternative",
    "DangerHit",
    "PersonalDatum",
    "Suggestion",
    "TriageFacts",
    "screen",
    "suggest",
    "warm_up",
]
