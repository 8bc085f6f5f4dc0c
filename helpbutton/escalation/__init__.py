"""Ladders: whom to tell next of what nobody has accepted, until a person does."""
