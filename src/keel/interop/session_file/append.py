"""One more event into the content of a session file: checked as a whole before anything is handed back."""

import json
from typing import Any

from keel.interop import json_text
from keel.interop.encoding import as_utf8
from keel.interop.errors import ReadError, shown
from keel.interop.session_file.reader import read_session
from keel.knowledge import Knowledge
from keel.messages import Message


def append_event(data: bytes, event: dict[str, Any], *, knowledge: Knowledge, filename: str = "") -> bytes:
    """The content of the file with the event in it; the same content where the event is there already.

    ReadError where the file cannot be read, the event cannot be, or its id stands there with something else.
    """
    read_session(data, knowledge=knowledge, filename=filename)
    tree = json_text.read_tree(as_utf8(data))
    events = tree.get("events") or []
    same = next((one for one in events if one.get("id") == event["id"]), None)
    if same == event:
        return data
    if same is not None:
        problem = Message("The id {id} names another event of this session.", id=shown(event["id"]))
        raise ReadError(problem, where=filename, fix=Message("Give the event an id of its own, or leave it out."))
    grown = json.dumps({**tree, "events": [*events, event]}, ensure_ascii=False, indent=1).encode() + b"\n"
    read_session(grown, knowledge=knowledge, filename=filename)
    return grown
