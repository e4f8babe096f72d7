"""The web application: a Django project, one app per capability, printing what the packages inside compute.

May import all of Keel but `cli`. Nothing here computes a clinical value; the check app stores nothing, the clinic app
only appends. Start at `settings.py` and `urls.py`; `server.py` is what `keel serve` and `keel demo` call, and
`python -m keel.web` gives Django's own commands.

accounts    who may log in
check       the public door: a pattern or a record in, the Picture out, nothing kept
clinic      the staff's door: patients, facts that are only ever appended, the Picture of each
directory   the people who help, by country; the strip on every page
evidence    claims, conflicts, figures and sources, each with a page
pages       home, what Keel is not, readiness
picture     how a Picture and a Finding are printed; shared by check and clinic
"""
