"""The web application: a Django project, one app per capability, printing what the packages inside compute.

May import all of Keel but `cli`. Nothing here computes a clinical value; the check app stores nothing, the clinic app
only appends. Start at `settings.py` and `urls.py`; `server.py` is what `keel serve` and `keel demo` call, and
`python -m keel.web` gives Django's own commands.

An app imports only `actions` and `queries` of another, and only of one further down; import-linter holds it. Each has
the same files: `models`, `actions`, `queries`, `forms`, `views`, `urls`, `templates`, `templatetags`, and what else its
subject needs. From the top:

pages           home, what Keel is not, readiness
learn           texts to read, the comparison, leaflets, questionnaires of the mind
check           a pattern or a record in, the Picture out, nothing kept
clinic          patients, facts that are only ever appended, the Picture of each, the demonstration
staff           who works in a clinic: first start, invitations, roles, what is audited of log-ins
accounts        log-in, second factor, the lock, the check of access before every page
evidence        claims, conflicts, figures and sources, each with a page
offline         what a device keeps for the time without a connection
research        models of ketamine in the blood, side by side
tools           forms that stay in the reader's browser
questionnaires  a questionnaire as fields of a form
picture         how a Picture, a Finding, a source and a text are printed
directory       the people who help, by country; the strip on every page
language        no app: the room below all, with languages, texts, sentences and amounts
"""
