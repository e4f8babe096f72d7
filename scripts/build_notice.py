"""Writes NOTICE: every package that an installation of Keel brings along, with its licence and its home.

`--sbom FILE` writes a list of the same packages for programs instead (CycloneDX, with the hash of each file), from
uv.lock. Names come from the lock, without the tools of development; licences from what is installed.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """Keel
Copyright Keel developers

Keel is under the Apache License 2.0 (LICENSE); its knowledge files are under CC BY 4.0
(src/keel/knowledge/data/LICENSE). An installation brings the packages below along, each under its own licence, whose
text is in the package. Nothing of them is copied into this repository. pysqlite3 holds SQLite, which is in the public
domain.

"""
BY_THEIR_TEXT = {"pyrage": "MIT", "pysqlite3": "Zlib"}
"""Packages that name no licence beside its text."""
LONGEST = 60
"""Characters of a licence's name; a package that puts the whole text there is named by its classifier."""


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--sbom"]:
        write_sbom(Path(arguments[1]))
    else:
        (ROOT / "NOTICE").write_text(notice(), encoding="utf-8")


def notice() -> str:
    """The text of NOTICE."""
    lines = [_line(name) for name in names()]
    return HEAD + "\n".join(lines) + "\n"


def names() -> list[str]:
    """The packages that an installation brings along on any system, by name."""
    return sorted(set(re.findall(r"^([a-z0-9._-]+)==", _requirements(), re.MULTILINE)))


def _requirements() -> str:
    """What uv.lock pins for an installation with all extras, with hashes."""
    command = ("export", "--frozen", "--all-extras", "--no-dev", "--no-emit-project", "--quiet", "--no-header")
    return _tool("uv", *command)


def _tool(name: str, *arguments: str, given: str | None = None) -> str:
    program = Path(sysconfig.get_path("scripts")) / name
    done = subprocess.run(  # noqa: S603 - our own tools
        [str(program), *arguments], cwd=ROOT, capture_output=True, text=True, input=given, check=False
    )
    if done.returncode:
        sys.exit(f"{name} failed: {done.stderr.strip()}")
    return done.stdout


def _line(name: str) -> str:
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name}: for other systems"
    return f"{name}: {BY_THEIR_TEXT.get(name) or _licence(told)}{_home(told)}"


def _licence(told: importlib.metadata.PackageMetadata) -> str:
    classified = [text.rpartition(":: ")[2] for text in told.get_all("Classifier") or () if text.startswith("License")]
    named = " ".join((told.get("License") or "").split())
    return told.get("License-Expression") or (", ".join(classified) if len(named) > LONGEST or not named else named)


def _home(told: importlib.metadata.PackageMetadata) -> str:
    urls = dict(text.split(", ", 1) for text in told.get_all("Project-URL") or () if ", " in text)
    wanted = ("homepage", "home", "source", "source code", "repository", "github", "code")
    found = {name.lower(): url for name, url in urls.items()}
    home = told.get("Home-page") or next((found[name] for name in wanted if name in found), "")
    return f" ({home})" if home else ""


def write_sbom(file: Path) -> None:
    """The packages with versions and hashes as CycloneDX JSON, the same bytes for the same lock."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    arguments = ("requirements", "--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON", "--validate")
    file.write_text(_tool("cyclonedx-py", *arguments, "-", given=_requirements()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
