"""Feedback on accessibility: given without a name, answered within 14 days."""
