"""The `keel` command: one module a command, each a thin printer over the packages inside.

May import everything. A command module imports only typer at the top and the rest inside its function, so that
`keel --help` answers at once. Start at `app.py`.
"""

from keel.cli.app import main

__all__ = ["main"]
