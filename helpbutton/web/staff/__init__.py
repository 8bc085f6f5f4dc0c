"""The staff door: sign-in, worklist, case page, what waits for a human."""

from helpbutton.web.staff import case, resting, worklist  # isort: skip
from helpbutton.web.sign_in import views as sign_in

blueprints = (sign_in.bp, worklist.bp, case.bp, resting.bp)
