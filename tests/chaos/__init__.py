"""Faults on purpose: real processes are killed while families write, and the provider's store judges."""
