"""What the plan of a course says against a session on a day: too early, beyond the plan, or of another protocol."""

import datetime as dt

from keel.assessment.course.state import Course, Standing
from keel.messages import Message


def off_plan(course: Course, protocol: str, today: dt.date) -> Message | None:
    """What a running course says against a session by a protocol today; None where one is planned and not given."""
    if course.protocol.id != protocol:
        return Message("The course that runs is by another protocol: {name}.", name=Message(course.protocol.name))
    ahead = [one.day for one in course.sessions if one.standing is Standing.PLANNED]
    if today in ahead:
        return None
    if ahead:
        return Message(
            "The plan of the course has no session today. The earliest is on {day}.", day=ahead[0].isoformat()
        )
    if course.missed:
        day = course.missed[0].day.isoformat()
        return Message("The session of {day} was missed, and none is planned: decide about it first.", day=day)
    last = max((one.day for one in course.sessions), default=None)
    if last is None:
        return Message("The course has no session planned.")
    return Message(
        "This is beyond the plan of the course, which ended on {day}: plan further sessions first.",
        day=last.isoformat(),
    )
