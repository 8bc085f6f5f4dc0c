"""The staff door: sign-in, worklist, case page, what waits for a human, tasks, sites, feedback."""

from helpbutton.web.staff import case, feedback, languages, new_code, resting, sites, tasks, worklist  # isort: skip
from helpbutton.web.sign_in import views as sign_in

blueprints = (
    *(sign_in.bp, worklist.bp, case.bp, resting.bp, tasks.bp, new_code.bp),
    *(sites.bp, languages.bp, feedback.bp),
)
