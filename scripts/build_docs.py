"""Makes the reference pages that come from the code and the knowledge: `make docs`; a test holds them current."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
COMMANDS = (
    ("assess",),
    ("exposure",),
    ("interactions",),
    ("score",),
    ("simulate",),
    ("session",),
    ("evidence",),
    ("knowledge", "check"),
    ("knowledge", "show"),
    ("knowledge", "defaults"),
    ("serve",),
    ("demo",),
)


def keel(*arguments: str) -> str:
    """What `keel ARGUMENTS` prints in a terminal of 100 columns without colours."""
    command = [sys.executable, "-c", "from keel.cli import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout  # noqa: S603


def commands_page() -> str:
    """The page of all commands, from their own help."""
    parts = ["<!-- Made by `make docs` from --help; a test holds it current. -->", "# Commands", ""]
    parts += [
        "Exit codes: 0 done, 1 the answer is “no” (a gate that holds, a check that fails), 2 bad input.",
        "`--json` writes one JSON document to standard output; progress and messages go to standard error.",
        "",
    ]
    for command in COMMANDS:
        parts += [f"## keel {' '.join(command)}", "", "```", keel(*command, "--help").rstrip(), "```", ""]
    return "\n".join(parts)


def pages() -> dict[Path, str]:
    """Path to text of every page that is made."""
    return {REFERENCE / "commands.md": commands_page(), REFERENCE / "defaults.md": keel("knowledge", "defaults")}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
