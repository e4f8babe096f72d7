"""A dosing session: events in, its state at a time out.

Rules and texts are `knowledge/data/protocols` and `session-rules`. May import `protocols` and what lies
above them. In the order of reading:

events     the shape of what goes in; a file is read by `interop/session_file`
view       a session seen at a time: the one value from which everything below reads; `opening` makes it
state      the shape of the answer; `fold` is the whole path to it, `summary` what is shown beside the findings
watch      what a live session appends of its alarms; `alarms` says which stand
gate       what holds and what alarms; `overrides` passes a hold; `schedule` says what is due; `prediction` the plasma

Under the view, a file a subject: `timeline` (events once each, in order), `answers`, `plan`, `infusion` and `dose`,
`pressures` and `vitals`, `facts` (what rules ask about), `notices` (what a session notices about itself),
`check_times`. `after_leaving` is what is told once the person has gone.
"""
