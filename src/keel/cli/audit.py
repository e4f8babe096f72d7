"""`keel audit`: whether what was done is what stands there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli.language import _, _n
from keel.cli.options import Folder, Json

if TYPE_CHECKING:
    from keel.web.clinic.proof import Proof

audit_app = typer.Typer(no_args_is_help=True, help="What was done in each clinic: show whether somebody changed it.")
NAMED = 20
"""Facts that are named one by one; of the rest, the number."""


@audit_app.callback()
def _group() -> None:
    """What was done in each clinic: show whether somebody changed it."""


@audit_app.command(short_help="Whether anything was changed past Keel.")
def verify(
    heads: Annotated[
        list[Path] | None, typer.Option(help="A file with kept heads; without it, those that KEEL_AUDIT_HEAD names.")
    ] = None,
    folder: Folder = Path("var"),
    json: Json = False,
) -> None:
    """Compare each clinic's chain, every fact and every kept head; exit 1 where something was changed.

    Names the first row of the audit that does not follow from the one before, each fact that does not say what was
    written, is missing, or was never written by Keel, and the first kept head that the chain lacks (it was cut, written
    anew, or is an older copy).

    Example: keel audit verify --heads /mnt/elsewhere/heads.log
    """
    from keel.cli.terminal import write_json
    from keel.web.server import open_folder

    open_folder(folder)
    from keel.web.clinic.proof import verify_all

    proofs = verify_all(tuple(heads or ()))
    holds = all(proof.holds for proof in proofs)
    if json:
        write_json({"holds": holds, "clinics": [{"holds": proof.holds, **proof._asdict()} for proof in proofs]})
    else:
        for proof in proofs:
            print_proof(proof)
        if not proofs:
            print(_("There is no clinic yet."))
    if not holds:
        raise typer.Exit(1)


def print_proof(proof: "Proof") -> None:
    """A proof for the terminal, a fault a line."""
    counts = _("{rows} rows, {facts} facts, {heads} kept heads", rows=proof.rows, facts=proof.facts, heads=proof.heads)
    print(f"{proof.clinic}: {_('nothing was changed') if proof.holds else _('SOMETHING WAS CHANGED')} ({counts})")
    if proof.first_broken is not None:
        print("  " + _("row {number} of the audit does not follow from the one before", number=proof.first_broken))
    if proof.first_head_missing is not None:
        head = proof.first_head_missing
        text = _(
            "the kept head {number} is not in this chain: it was cut, written anew, or is an older copy", number=head
        )
        print(f"  {text}")
    for words, names in (
        (_("does not say what was written"), proof.changed),
        (_("was written and is gone"), proof.missing),
        (_("was not written by Keel"), proof.unknown),
    ):
        for name in names[:NAMED]:
            print(f"  {_('fact {name}', name=name)} {words}")
        if len(names) > NAMED:
            print("  " + _n("and {count} more", "and {count} more", count=len(names) - NAMED))
    if proof.erased:
        text = _n("{count} patient was erased", "{count} patients were erased", count=proof.erased)
        print(f"  {text}")
    if proof.given_up:
        print("  " + _("{count} kept heads went with the restore of an older copy", count=proof.given_up))
    if not proof.heads:
        print("  " + _("No head was kept elsewhere: a chain that was cut or wholly written anew would look like this."))
