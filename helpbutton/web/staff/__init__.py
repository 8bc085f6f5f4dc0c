"""The staff door: sign-in, accounts, members, worklist, case page, what waits for a human, tasks, sites, feedback."""

from helpbutton.web.staff import case, clocks, feedback, languages, new_code, resting, sites, tasks, worklist  # isort: skip
from helpbutton.web.staff import climb, notification_choices  # isort: skip
from helpbutton.web.staff import account, members  # isort: skip
from helpbutton.web.staff import figures, outside, sms_texts  # isort: skip
from helpbutton.web.staff import activities, health, help_lines, record  # isort: skip
from helpbutton.web.staff import directory_files, ladders, manage, organisations, routes, services  # isort: skip
from helpbutton.web.staff import handing_over, linking, offers  # isort: skip
from helpbutton.web.staff import start, start_first, start_forms  # isort: skip
from helpbutton.web.staff import work  # isort: skip
from helpbutton.web.staff import duty, duty_files, duty_handover  # isort: skip
from helpbutton.web.staff import answering, replies  # isort: skip
from helpbutton.web.sign_in import again, invitation, second, single, step_up  # isort: skip
from helpbutton.web.sign_in import views as sign_in

blueprints = (
    *(answering.bp, replies.bp, again.bp),
    *(sign_in.bp, worklist.bp, case.bp, clocks.bp, resting.bp, tasks.bp, new_code.bp),
    *(sites.bp, languages.bp, feedback.bp, work.bp, work.reminders_bp),
    *(handing_over.bp, linking.bp, offers.bp),
    *(start.bp, start_forms.bp, start_first.bp),
    *(duty.bp, duty_files.bp, duty_handover.bp),
    *(climb.bp, notification_choices.bp, figures.bp, sms_texts.bp, outside.bp, outside.register_bp),
    *(activities.bp, health.bp, help_lines.bp, record.bp),
    *(manage.bp, services.bp, routes.bp, ladders.bp, organisations.bp, directory_files.bp),
    *(second.bp, invitation.bp, single.bp, step_up.bp, account.bp, members.bp),
)
