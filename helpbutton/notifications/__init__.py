"""Nudges without content: planned as rows, delivered outside transactions, reconciled when unclear."""
