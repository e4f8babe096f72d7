"""Sets Django up with Keel's settings and a temporary folder of its own. Import it before anything of `keel.web`."""

import atexit
import os
import shutil
import tempfile

import django

FOLDER = tempfile.mkdtemp(prefix="keel-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["KEEL_FOLDER"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "keel.web.settings"
django.setup()
