"""Sending the one-time code that opens a case whose receipt code was lost."""

import datetime as dt

from sqlalchemy.orm import Session

from helpbutton import clock
from helpbutton.cases import lost_code
from helpbutton.cases.access import write_logbook
from helpbutton.cases.models import Case, CodeRequest
from helpbutton.db import transaction
from helpbutton.notifications.lifecycle import ONE_TIME_CODE
from helpbutton.notifications.limits import OPTED_OUT, code_within_budget, is_of_our_countries
from helpbutton.notifications.opt_out import is_opted_out
from helpbutton.notifications.recipient import one_time_code_key, safe_hours, sealed_place
from helpbutton.notifications.rows import add, not_told


def send_one_time_code(request_id: int) -> None:
    """To-do: look the number of a request up; where it is some sender's own phone, one code goes there.

    Nothing is sent to a number that nobody gave as only theirs, outside its safe hours, too soon after its latest
    code, beyond the site's budget for codes, nor for a case in quarantine. A number whose owner wants no messages gets
    none either, and its cases say so. A number's three SMS a day do not count codes and do not stop them: other SMS
    must not lock a family out.
    """
    with transaction() as session:
        lost_code.forget_old(session)
        request = session.get(CodeRequest, request_id, with_for_update=True, populate_existing=True)
        if request is None or request.number is None:
            return
        number, found = lost_code.look_up(session, request)
        now = clock.now()
        cases = [case for case, contact in found if safe_hours(contact).next(now) == now]
        late = now - request.asked_at > lost_code.VALID_FOR
        if late or not cases or not is_of_our_countries(number):
            return
        if is_opted_out(session, number):
            for case in cases:
                not_told(session, case.id, ONE_TIME_CODE, OPTED_OUT)
            return
        if lost_code.comes_too_soon(session, request):
            return
        if not code_within_budget(session, case=cases[0]):
            return
        request.case_ids, request.sent_at = [case.id for case in cases], now
        _plan(session, cases[0], request.token, number, now)
        for case in cases:
            write_logbook(session, case, "one_time_code_sent")


def _plan(session: Session, case: Case, token: str, number: str, now: dt.datetime) -> None:
    key = one_time_code_key(token)
    add(
        session,
        ONE_TIME_CODE,
        key,
        case_id=case.id,
        service_id=case.service_id,
        language=case.language,
        to_sealed=case.case_key.vault().seal(number, sealed_place(key)),
        not_before=now,
    )
