"""T24: how long the proof of a long audit takes: a million rows, every second of which wrote a fact.

The rows are made by the hashes of the product itself and put in at once; the proof is that of `keel audit verify`.
"""

import json
import sys
from pathlib import Path

from soak.figures import Figure
from soak.store import MAKE, OPEN, run

FILL = (
    OPEN
    + """
import datetime as dt
from itertools import islice
from keel.web.accounts.models import User
from keel.web.clinic import audit
from keel.web.clinic.models import AuditRow, Fact, Patient
alice = User.objects.create(username="alice", is_made_up=True)
patients = [Patient.objects.create(clinic=clinic, number=f"H-{n}", display_name="x") for n in range(200)]
begun, count = dt.datetime(2026, 1, 1, 9, 0, 0, 1234, dt.UTC), int(sys.argv[3])
rows, facts, previous, last = [], [], "", {}
def store():
    Fact.objects.bulk_create(facts); AuditRow.objects.bulk_create(rows); rows.clear(); facts.clear()
for number in range(1, count + 1):
    at, patient = begun + dt.timedelta(seconds=37 * number), patients[number % 200]
    detail, subject = {}, patient.number
    if number % 2:
        last[patient] = last.get(patient, 0) + 1
        payload = {"what": "systolic", "value": "132 mmHg", "at": at.isoformat(), "setting": "clinic", "n": number}
        fact = Fact(patient=patient, sequence=last[patient], kind="measurement", payload=payload, effective_at=at,
                    recorded_at=at, recorded_by=alice, key=f"0b9a7c1e-5c0e-4f0e-9d8a-{number:012d}")
        facts.append(fact)
        subject = audit.name_of(fact)
        digest = audit.fact_digest([audit._field(fact, name) for name in audit.FACT_FIELDS])
        detail = {"kind": "measurement", "reason": "", "of": None, "facts": {subject: digest}}
    row = AuditRow(clinic=clinic, sequence=number, at=at, actor="alice", subject=subject, detail=detail,
                   action="record_fact" if number % 2 else "see_patient", previous=previous)
    row.digest = previous = audit.digest(row)
    rows.append(row)
    if len(rows) == 5000:
        store()
store()
connection.close()
"""
)
PROVE = (
    OPEN
    + """
import json
from keel.web.clinic.proof import verify
began, own = time.monotonic(), time.process_time()
proof = verify(clinic)
used = os.times()
print(json.dumps({"rows": proof.rows, "facts": proof.facts, "holds": proof.holds, "s": time.monotonic() - began,
                  "cpu_s": sum(used[:4]), "own_s": time.process_time() - own}))
"""
)


def figures(folder: Path, *, rows: int = 1_000_000) -> list[Figure]:
    """The figures of this run."""
    home = folder / "keel"
    run(MAKE, home)
    run(FILL, home, "-", rows)
    found = json.loads(run(PROVE, home, "-"))
    print(found)
    return [
        Figure("audits that do not hold", not found["holds"] or found["rows"] != rows, "", 0),
        Figure(f"the proof of {rows} rows and {found['facts']} facts", found["s"], "s", 15 * rows / 1_000_000),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), rows=int(sys.argv[2])):
        print(figure)
