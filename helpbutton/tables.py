"""Every table of the product: a process that works on some needs all of them for their references."""

from importlib import import_module

MODELS = (
    "helpbutton.outbox",
    "helpbutton.heartbeat",
    "helpbutton.daily_counts",
    "helpbutton.audit.models",
    "helpbutton.directory.models",
    "helpbutton.activities.models",
    "helpbutton.staff.models",
    "helpbutton.staff.duty_models",
    "helpbutton.cases.models",
    "helpbutton.cases.work_models",
    "helpbutton.cases.handover_models",
    "helpbutton.cases.outside_models",
    "helpbutton.conversation.models",
    "helpbutton.routing.models",
    "helpbutton.notifications.models",
    "helpbutton.escalation.models",
    "helpbutton.feedback.models",
    "helpbutton.watching.models",
)


def import_all() -> None:
    """Load every table into the metadata."""
    for module in MODELS:
        import_module(module)
