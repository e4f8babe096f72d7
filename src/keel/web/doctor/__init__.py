"""`keel doctor`: what a clinic that runs Keel relies on, each thing looked at, with how to fix what is missing.

Start at `examination.py`, which lists the checks. `machine.py` looks at files, disk and clock, `database.py` at what is
stored, `protection.py` at backups, kept heads and the audit, `site.py` at addresses, mail and people. A check returns
what it found and, where something is to do, how; it changes nothing.
"""
