"""Makes the environment `.venv` from the lock file, needing nothing but this Python and a package index.

The version of the resolver (uv) and the hashes of its files are read from uv.lock itself, so that the lock alone
decides what is installed: a package index cannot hand out another uv.
Runs again only when uv.lock or pyproject.toml changed.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "keel-lock"
PYTHON = ENVIRONMENT / "bin" / "python"


def main(extra: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file also meets Pythons that are too old
        sys.exit(f"Keel needs Python 3.11 or later, and this is {sys.version.split()[0]}.")
    files = b"".join((ROOT / name).read_bytes() for name in ("uv.lock", "pyproject.toml"))
    wanted = hashlib.sha256(files + " ".join(extra).encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    if not PYTHON.exists():
        print("Making the environment .venv …", flush=True)
        try:
            venv.create(ENVIRONMENT, with_pip=True)
        except subprocess.CalledProcessError:
            sys.exit("This Python cannot make an environment with pip. On Debian: apt-get install python3-venv.")
    requirement = locked("uv")
    print(f"Installing what uv.lock names ({requirement.partition(' ')[0]}) …", flush=True)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "requirements.txt"
        file.write_text(requirement + "\n")
        pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, "--require-hashes", "--no-deps", "-r", str(file))
    run(str(PYTHON), "-m", "uv", "sync", "--frozen", "--all-extras", "--quiet", *extra)
    STAMP.write_text(wanted)


def locked(name: str) -> str:
    """A package of uv.lock as pip takes it: its version, and the hash of each of its files."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    package = next(one for one in lock["package"] if one["name"] == name)
    files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    return " ".join([f"{name}=={package['version']}", *(f"--hash={file['hash']}" for file in files)])


def run(*command: str) -> None:
    environment = os.environ | {"VIRTUAL_ENV": str(ENVIRONMENT), "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}
    finished = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own command
    if finished.returncode:
        sys.exit(f"“{' '.join(command[:4])} …” failed with code {finished.returncode}. Is a package index reachable?")


if __name__ == "__main__":
    main(sys.argv[1:])
