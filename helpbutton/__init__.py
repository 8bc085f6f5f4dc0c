"""The messaging backend behind the "Pyydä apua" (ask for help) button."""
