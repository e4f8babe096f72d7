"""Reads the whole R4 example package: no exception, what is reported equals what the notes count, and how long it took.

The package (npm hl7.fhir.r4.examples, HL7, 5,300 files) is fetched into a temporary folder and never kept. Network and
npm are needed, so this is no test: `python scripts/r4_examples.py [FOLDER WITH THE .tgz]`.
"""

import datetime as dt
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path

from keel.interop import ReadError, read_folder, read_records
from keel.knowledge import load

PACKAGE = "hl7.fhir.r4.examples@4.0.1"
RESOURCE = re.compile(r"[A-Z]\w+ resource|resource that is not valid")
AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def resources(folder: Path) -> dict[str, bytes]:
    """Every resource of the package by its name."""
    (archive,) = folder.glob("hl7.fhir.r4.examples-*.tgz")
    with tarfile.open(archive) as package:
        members = [one for one in package.getmembers() if one.isfile() and one.name.endswith(".json")]
        read = {one.name: package.extractfile(one) for one in members}
        contents = {name: file.read() for name, file in read.items() if file}
    return {name: text for name, text in contents.items() if "resourceType" in json.loads(text)}


def main() -> int:
    """Reads each file alone and then all as one folder; ends with 1 where a count does not add up."""
    knowledge, wrong = load(), 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        if len(sys.argv) == 1:
            subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607
        files = resources(folder)
    begun, met, reported, why = time.perf_counter(), 0, 0, Counter[str]()
    for name, content in files.items():
        try:
            reading = read_records(content, at=AT, knowledge=knowledge, filename=name)
        except ReadError as error:
            print(f"refused: {error}")
            continue
        totals = reading.totals
        met, reported = met + totals.read, reported + totals.reported
        notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
        counted = sum(note.count for note in notes if RESOURCE.fullmatch(str(note.what)))
        wrong += totals.reported != counted or totals.read != totals.understood + totals.reported
        why.update(str(note.reason)[:60] for note in notes)
    print(f"{len(files)} files alone: {met} resources, {reported} reported, {time.perf_counter() - begun:.1f} s")
    print(f"{wrong} files whose notes do not add up to what is reported")
    begun = time.perf_counter()
    reading = read_folder(files, at=AT, knowledge=knowledge)
    took = time.perf_counter() - begun
    print(f"all as one folder: {len(reading.records)} people, {reading.totals}, {took:.1f} s")
    for reason, count in why.most_common(8):
        print(f"{count:6} {reason}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
