"""Django’s own commands: `python -m keel.web check --deploy`, `migrate`, `shell` and the like."""

import os
import sys


def main() -> None:
    """Runs a Django command with Keel’s settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keel.web.settings")
    from django.core.management import execute_from_command_line

    from keel.web import settings  # noqa: F401 - puts the right SQLite in place before Django starts

    execute_from_command_line(["keel.web", *sys.argv[1:]])


if __name__ == "__main__":
    main()
