"""Makes the reference pages that come from the code and the knowledge: `make docs`; a test holds them current."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command of the application, in the order of its help."""
    import typer.main

    from keel.cli.app import app

    for name, command in typer.main.get_command(app).commands.items():
        children = getattr(command, "commands", None)
        yield from ((name, child) for child in children) if children else [(name,)]


def keel(*arguments: str) -> str:
    """What `keel ARGUMENTS` prints in a terminal of 100 columns without colours."""
    from keel.cli import main

    out = io.StringIO()
    environment = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    with (
        mock.patch.object(sys, "argv", ["keel", *arguments]),
        mock.patch.dict(os.environ, environment),
        redirect_stdout(out),
        suppress(SystemExit),
    ):
        main()
    return out.getvalue()


def commands_page() -> str:
    """The page of all commands, from their own help."""
    parts = ["<!-- Made by `make docs` from --help; a test holds it current. -->", "# Commands", ""]
    parts += [
        "Exit codes: 0 done, 1 the answer is “no” (a gate that holds, a check that fails), 2 bad input.",
        "`--json` writes one JSON document to standard output; progress and messages go to standard error.",
        "",
    ]
    for command in commands():
        parts += [f"## keel {' '.join(command)}", "", "```", keel(*command, "--help").rstrip(), "```", ""]
    return "\n".join(parts)


def models_page() -> str:
    """The page of all models: site, population, where each holds, how sure, its sources and known misfits."""
    from keel.knowledge import load

    facts = load()
    parts = ["<!-- Made by `make docs` from the knowledge; a test holds it current. -->", "# Models", ""]
    parts += [
        "One file each in `src/keel/knowledge/data/models/`.",
        "“Weakest number” is the least sure mark among the parameters.",
        "A result outside the range of its model is marked not valid, with the reason.",
        "How they are solved: [Pharmacology](../explanation/pharmacology.md).",
        "",
        "| model | blood from | routes | analytes | weakest number |",
        "|---|---|---|---|---|",
    ]
    for one in facts.models.values():
        routes = ", ".join(entry.route for entry in one.inputs)
        analytes = ", ".join(output.analyte for output in one.outputs)
        parts.append(f"| [`{one.id}`](#{one.id}) | {one.site} | {routes} | {analytes} | {one.certainty.label} |")
    for one in facts.models.values():
        parts += ["", f"## {one.id}", "", f"{one.title}.", "", one.population, ""]
        parts += [f"- {name}: {words}" for name, words in one.holds()]
        parts += [f"- sources: {'; '.join(facts.sources[name].citation for name in one.sources)}"]
        parts += [f"- known misfit: {misfit.what}" for misfit in one.misfits]
        parts += [f"- lacks: {text}" for text in one.missing]
    return "\n".join(parts) + "\n"


def time_since_page() -> str:
    """The page of all times since something: what speaks from zero to five years, in each place."""
    import time_since

    from keel.knowledge import load

    return time_since.page(load())


def pages() -> dict[Path, str]:
    """Path to text of every page that is made."""
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "defaults.md": keel("knowledge", "defaults"),
        REFERENCE / "models.md": models_page(),
        REFERENCE / "time-since.md": time_since_page(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
