"""The staff door: sign-in, accounts, members, worklist, case page, what waits for a human, tasks, sites, feedback."""

from helpbutton.web.staff import case, clocks, feedback, languages, new_code, resting, sites, tasks, worklist  # isort: skip
from helpbutton.web.staff import climb, notification_choices  # isort: skip
from helpbutton.web.staff import account, members  # isort: skip
from helpbutton.web.staff import figures, sms_texts  # isort: skip
from helpbutton.web.sign_in import invitation, second, single, step_up  # isort: skip
from helpbutton.web.sign_in import views as sign_in

blueprints = (
    *(sign_in.bp, worklist.bp, case.bp, clocks.bp, resting.bp, tasks.bp, new_code.bp),
    *(sites.bp, languages.bp, feedback.bp),
    *(climb.bp, notification_choices.bp, figures.bp, sms_texts.bp),
    *(second.bp, invitation.bp, single.bp, step_up.bp, account.bp, members.bp),
)
