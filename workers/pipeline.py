"""The table: each kind of to-do and the operation that does it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from helpbutton.cases.assigning import night_over
from helpbutton.cases.kinds import (
    ALERT_AGAIN,
    FORGET_NUMBER,
    NIGHT_OVER,
    REMIND,
    SEND_ONE_TIME_CODE,
    SENDER_ACTED,
    SETTLE_HELD,
    SORT_CASE,
    TELL_ASSIGNED,
    TELL_NEW_DESK,
    TELL_OF_MOVE,
    TELL_OF_REFERRAL,
    TELL_OF_TRANSFER,
    WATCH_CLOCK,
)
from helpbutton.conversation.kinds import TELL_DESK, TELL_SENDER
from helpbutton.escalation.clocks import watch_clock
from helpbutton.escalation.kinds import CLIMB
from helpbutton.escalation.operations import climb, start_climb
from helpbutton.escalation.reminding import alert_again, remind, tell_assigned
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.handing_over import tell_of_move, tell_of_referral, tell_of_transfer
from helpbutton.notifications.held import settle_held
from helpbutton.notifications.kinds import ASK_DELIVERY, DELIVER, SECOND_CHANNEL, START_CLIMB
from helpbutton.notifications.lost_code import send_one_time_code
from helpbutton.notifications.operations import (
    forget_number,
    sender_acted,
    tell_desk,
    tell_new_desk,
    tell_sender,
)
from helpbutton.notifications.reports import ask_delivery
from helpbutton.notifications.second_channel import reach_by_second_channel
from helpbutton.outbox import Kind
from helpbutton.sorting.operations import sort_case


@dataclass(frozen=True)
class Step:
    """`run` gets the to-do's ref; it returns None when done, or the aware moment at which to run again."""

    kind: Kind
    run: Callable[[int], dt.datetime | None]


PIPELINE = (
    Step(SORT_CASE, sort_case),
    Step(TELL_NEW_DESK, tell_new_desk),
    Step(TELL_OF_TRANSFER, tell_of_transfer),
    Step(TELL_OF_MOVE, tell_of_move),
    Step(TELL_OF_REFERRAL, tell_of_referral),
    Step(FORGET_NUMBER, forget_number),
    Step(SETTLE_HELD, settle_held),
    Step(SENDER_ACTED, sender_acted),
    Step(SEND_ONE_TIME_CODE, send_one_time_code),
    Step(DELIVER, deliver),
    Step(SECOND_CHANNEL, reach_by_second_channel),
    Step(ASK_DELIVERY, ask_delivery),
    Step(TELL_SENDER, tell_sender),
    Step(TELL_DESK, tell_desk),
    Step(START_CLIMB, start_climb),
    Step(CLIMB, climb),
    Step(WATCH_CLOCK, watch_clock),
    Step(TELL_ASSIGNED, tell_assigned),
    Step(NIGHT_OVER, night_over),
    Step(ALERT_AGAIN, alert_again),
    Step(REMIND, remind),
)
