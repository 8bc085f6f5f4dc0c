"""Sorting a new case: triage, routing and the planning of notifications, in one transaction."""
