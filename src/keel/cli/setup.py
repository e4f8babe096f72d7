"""`keel setup`: the first start of a clinic of one's own, and the way back in."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keel.cli.language import _
from keel.cli.options import Json


def setup(
    clinic: Annotated[str, typer.Option(help="Short name of the clinic, for addresses: harbour.")] = "",
    name: Annotated[str, typer.Option(help="Name of the clinic.")] = "",
    country: Annotated[str, typer.Option(help="Its country, as two letters.")] = "",
    timezone: Annotated[str, typer.Option(help="Its time zone, for example Europe/London.")] = "UTC",
    manager: Annotated[str, typer.Option(help="E-mail of the first manager.")] = "",
    manager_name: Annotated[str, typer.Option(help="Name of the manager, as colleagues see it.")] = "",
    recover: Annotated[str, typer.Option(help="E-mail of somebody who lost password and second factor.")] = "",
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Change the secret key; the one before still counts until the next.")
    ] = False,
    at_address: Annotated[
        str, typer.Option(help="Where people reach Keel: what the links begin with.")
    ] = "http://localhost:8000",
    folder: Annotated[Path, typer.Option(help="Folder of the database and the secret key.")] = Path("var"),
    json: Json = False,
) -> None:
    """Make a clinic with its manager, or let somebody back in.

    Makes what is not there (folder, secret key, database, clinic, manager), checks the database and the clock, and
    prints a link with which the manager chooses a password. The same again changes nothing.

    Example: keel setup --clinic harbour --name "Harbour Clinic" --country GB --timezone Europe/London
    --manager alice@harbour.example --manager-name "Alice Okafor"
    """
    from keel.cli.errors import CommandError
    from keel.messages import Message

    is_start = bool(clinic or name or manager)
    if is_start and not (clinic and name and manager):
        raise CommandError(Message("Give all three: --clinic, --name and --manager. See the example of --help."))
    if not (is_start or recover or new_secret):
        raise CommandError(Message("Say what to do: --clinic with --name and --manager, --recover, or --new-secret."))
    from keel.web import clock
    from keel.web.server import prepare

    prepare(folder, with_pages=False)
    from keel.web.staff import setup as server

    at = clock.now()
    server.check_clock(at)
    told: dict[str, Any] = {"folder": str(folder), "database": "ok", "clock": "ok"}
    if is_start:
        place = {"slug": clinic, "name": name, "country": country, "timezone": timezone}
        done = server.set_up(clinic=place, email=manager, name=manager_name or manager.partition("@")[0], at=at)
        told |= {
            "clinic": done.clinic.slug,
            "manager": done.manager.email,
            "new_clinic": done.is_new_clinic,
            "new_manager": done.is_new_manager,
            "link": f"{at_address}{done.link}" if done.link else None,
        }
    if recover:
        told |= {"recovered": recover, "link": f"{at_address}{server.recover(email=recover, at=at)}"}
    if new_secret:
        from keel.web.environment import change_secret_key

        change_secret_key(folder.absolute())
        told["new_secret"] = True
    _print(told, json)


def _print(told: dict[str, Any], json: bool) -> None:
    if json:
        from keel.cli.terminal import write_json

        write_json(told)
        return
    print(_("The database keeps what is written to it, and the clock is plausible."))
    if "clinic" in told:
        made = _("The clinic {id} is made.", id=told["clinic"])
        there = _("The clinic {id} was there already.", id=told["clinic"])
        print(made if told["new_clinic"] else there)
    if "recovered" in told:
        print(_("Second factors of {email} are taken away and all sessions ended.", email=told["recovered"]))
    if told.get("new_secret"):
        print(_("There is a new secret key. Start the server again; links and log-ins that are out stay good."))
    if told.get("link"):
        print(_("Choose a password here, once, within three days, while Keel is running:"))
        print(f"  {told['link']}")
    elif "clinic" in told:
        print(_("{email} has a password and logs in with it.", email=told["manager"]))
