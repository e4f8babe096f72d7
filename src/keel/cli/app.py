"""The application: which commands there are, and how an error ends (one line, exit code 2)."""

import sys
from collections.abc import Callable
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from keel.cli.assess import assess
from keel.cli.audit import audit_app
from keel.cli.backup import backup, restore
from keel.cli.bounce import bounce
from keel.cli.convert import convert
from keel.cli.demo import demo
from keel.cli.doctor import doctor
from keel.cli.dose import dose
from keel.cli.estimate import estimate
from keel.cli.evidence import evidence
from keel.cli.exposure import exposure
from keel.cli.interactions import interactions
from keel.cli.knowledge import knowledge_app
from keel.cli.language import say, with_language
from keel.cli.monitors import monitors_app
from keel.cli.monograph import monograph
from keel.cli.rebuild import rebuild
from keel.cli.score import score
from keel.cli.screen import screen
from keel.cli.serve import serve
from keel.cli.session import session
from keel.cli.setup import setup
from keel.cli.simulate import simulate
from keel.cli.triage import triage
from keel.messages import text_of

app = typer.Typer(
    name="keel",
    help="Ketamine safety and care: one picture of a person, with a source for every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# The line that `keel --help` shows; each command's own help says more and gives an example.
COMMANDS: dict[Callable[..., None], str] = {
    assess: "A person's facts in, their Picture out.",
    convert: "A record of any format as a Keel record.",
    exposure: "What a pattern of use comes to, and its band.",
    interactions: "What medicines mean together with ketamine.",
    score: "A questionnaire scored, or described.",
    screen: "A person against the rules of a protocol.",
    triage: "Where a person is to be cared for.",
    simulate: "Concentrations after a dose.",
    dose: "The dose of a protocol by three weights, with caps and rates.",
    estimate: "One person's curve from measured concentrations.",
    session: "The state of a dosing session at a time.",
    evidence: "Search what the sources say.",
    monograph: "Ketamine or esketamine as a medicine.",
    setup: "A clinic of one's own: the first start, and the way back in.",
    serve: "The web application on this machine.",
    doctor: "Whether a clinic can rely on this Keel.",
    backup: "A copy of the database that can be trusted.",
    rebuild: "What lists show, made anew from the facts.",
    restore: "A backup into an empty place, or a trial of it.",
    bounce: "A returned mail, noted at its message.",
    demo: "The same with a demonstration clinic.",
}
# What `keel session add` is told are the names of a session file, which the command looks up by itself.
SETTINGS = {session: {"allow_extra_args": True, "ignore_unknown_options": True}}
for command, line in COMMANDS.items():
    app.command(short_help=line, context_settings=SETTINGS.get(command))(command)
app.add_typer(knowledge_app, name="knowledge", short_help="The facts: check, show, list.")
app.add_typer(audit_app, name="audit", short_help="What was done: whether somebody changed it.")
app.add_typer(monitors_app, name="monitors", short_help="Vital signs from monitors: listen, or simulate one.")
GROUPS = (knowledge_app, audit_app, monitors_app)
for registered in (*app.registered_commands, *(one for group in GROUPS for one in group.registered_commands)):
    registered.callback = with_language(registered.callback) if registered.callback else None


def main() -> NoReturn:
    """Runs the command line; what a person did wrong is one clear line on standard error and exit code 2."""
    try:  # without its own exit, typer hands the code of an Exit back
        code = app(standalone_mode=False, prog_name="keel")
    except Exception as error:
        _end(error)
    sys.exit(code if isinstance(code, int) else 0)


def _end(error: Exception) -> NoReturn:
    if isinstance(error, typer.Exit):
        sys.exit(error.exit_code)
    if isinstance(error, typer.Abort):
        sys.exit(130)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(str(error), file=sys.stderr)
        sys.exit(2)
    if isinstance(error, TyperException):
        _say(error.format_message(), hint=" Try --help.")
    if isinstance(error, BrokenPipeError):
        sys.exit(0)
    if _is_for_people(error):
        _say(say(text_of(error)))
    raise error


def _is_for_people(error: Exception) -> bool:
    """Whether the text was written for the person at the terminal: errors of Keel's own trees are."""
    return type(error).__module__.startswith("keel.") and type(error).__module__.endswith("errors")


def _say(message: str, *, hint: str = "") -> NoReturn:
    print(f"keel: {' '.join(message.split())}{hint}", file=sys.stderr)
    sys.exit(2)
