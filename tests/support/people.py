"""The people of the demonstration as record files, without a database."""

import datetime as dt
import json
import tomllib
from pathlib import Path

import keel.web
from keel.interop import read_records
from keel.knowledge import load

LISTS = {"dose": "doses", "pattern": "patterns", "measurement": "measurements", "medicine": "medicines"}
TIMES = {"dose": "start", "measurement": "at", "answers": "at"}


def demonstration_files(at: dt.datetime) -> dict[str, dict]:
    """Number of a patient to a Keel record file, as their facts stand at `at`; what is taken back is left out."""
    path = Path(next(iter(keel.web.__path__))) / "clinic/people.toml"
    files = {}
    for patient in tomllib.loads(path.read_text(encoding="utf-8"))["patients"]:
        file = files[patient["number"]] = {"person": {"id": patient["number"]}}
        for fact in patient["facts"]:
            kind, days = fact["kind"], fact["days_ago"]
            for turn in range(0 if fact.get("take_back") else fact.get("count", 1)):
                day = at.date() - dt.timedelta(days=int(days - turn * fact.get("every_days", 7)))
                time = {TIMES[kind]: f"{day}T{fact.get('at', '09:00')}+00:00"} if kind in TIMES else {}
                if kind == "person":
                    file["person"] |= fact["entry"]
                else:
                    file.setdefault(LISTS.get(kind, kind), []).append(fact["entry"] | time)
    return files


def demonstration_records(at: dt.datetime) -> dict:
    """The same as records."""
    return {
        number: read_records(json.dumps(file).encode(), at=at, knowledge=load()).records[0]
        for number, file in demonstration_files(at).items()
    }
