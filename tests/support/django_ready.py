"""Sets Django up with Keel's settings and a temporary folder of its own. Import it before anything of `keel.web`."""

import atexit
import os
import shutil
import tempfile
from functools import cache

import django

FOLDER = tempfile.mkdtemp(prefix="keel-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["KEEL_FOLDER"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "keel.web.settings"
django.setup()
# The workers of a parallel run start with this process's environment: named there, the settings would be read before a
# worker has a folder of its own, and two would collect static files into one.
del os.environ["DJANGO_SETTINGS_MODULE"]


@cache
def collect_static() -> None:
    """Collects the static files, once a process: a second time would take files away that pages are being made of."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
