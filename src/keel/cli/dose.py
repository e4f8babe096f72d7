"""`keel dose`: the dose of a protocol by three weights, or as labelled, with caps, rates and sources."""

from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.messages import Message

if TYPE_CHECKING:
    from keel.assessment.protocols import Solution
    from keel.knowledge import Knowledge
    from keel.knowledge.protocols import Protocol
    from keel.record import Person, Sex


def dose(
    protocol: Annotated[
        str | None, typer.Option(help="Which protocol, for example iv-racemic.", show_default=False)
    ] = None,
    weight: Annotated[str | None, typer.Option(help='Body weight, for example "70 kg".', show_default=False)] = None,
    height: Annotated[str | None, typer.Option(help='Height, for example "178 cm".', show_default=False)] = None,
    sex: Annotated[str, typer.Option(help="female or male; otherwise both formulas of ideal weight.")] = "unknown",
    age: Annotated[
        str | None, typer.Option(help="Age in years, where the labelled dose depends on it.", show_default=False)
    ] = None,
    strength: Annotated[
        str | None, typer.Option(help='Strength of what is drawn up, for example "10 mg/mL".', show_default=False)
    ] = None,
    volume: Annotated[
        str | None, typer.Option(help='Volume that it is made up to, for example "50 mL".', show_default=False)
    ] = None,
    jurisdiction: Annotated[
        str, typer.Option(help="Whose label: US, EU, UK, ...; else the protocol's.", show_default=False)
    ] = "",
    at: Annotated[str | None, typer.Option(help="The day from which rules are in force.", show_default=False)] = None,
    overlay: options.Overlay = None,
    json: options.Json = False,
) -> None:
    """The dose of a protocol: by actual, ideal and adjusted weight, with caps, rates and sources.

    It computes and shows; which weight is used is the clinician's choice. The rate in mL/h follows from the strength of
    what the pump gives, or from the volume that the dose is made up to. Ends with 1 when a cap or a missing fact holds.

    Example: keel dose --protocol iv-racemic --weight "70 kg" --height "178 cm" --sex female --strength "1 mg/mL"
    """
    from keel.assessment.protocols import dose_plan, find_protocol, passes
    from keel.assessment.protocols.gate import jurisdiction_of
    from keel.cli.dose_view import dose_view
    from keel.cli.errors import CommandError
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if protocol is None:
        raise CommandError(Message("Name a protocol, for example --protocol iv-racemic. `keel screen` lists them."))
    known = find_protocol(knowledge, protocol)
    plan = dose_plan(
        known,
        _person(known, weight, height, sex, age, knowledge),
        at=parse_time(at),
        knowledge=knowledge,
        jurisdiction=jurisdiction_of(jurisdiction, knowledge),
        solution=_solution(known, strength, volume),
    )
    if json:
        write_json(plan)
    else:
        dose_view(plan, known, console())
    if not passes(plan.findings):
        raise typer.Exit(1)


def _person(
    protocol: "Protocol", weight: str | None, height: str | None, sex: str, age: str | None, knowledge: "Knowledge"
) -> "Person":
    from keel.assessment.protocols import checked_facts
    from keel.cli.errors import CommandError
    from keel.quantities import parse_age_years, parse_height_cm, parse_weight_kg
    from keel.record import Person

    if weight is None and protocol.dosing.kind == "per_weight":
        raise CommandError(
            Message(
                'In {protocol} the dose is per kilogram. Add the weight, for example --weight "70 kg".',
                protocol=protocol.id,
            )
        )
    kg = None if weight is None else parse_weight_kg(weight)
    cm = None if height is None else parse_height_cm(height)
    years = None if age is None else parse_age_years(age)
    checked_facts({"weight_kg": kg, "height_cm": cm, "age_years": years}, knowledge.clinical_facts)
    return Person(sex=_sex(sex), weight_kg=kg, height_cm=cm, age_years=years)


def _sex(text: str) -> "Sex":
    from keel.cli.errors import CommandError
    from keel.record import Sex

    try:
        return Sex({"f": "female", "m": "male"}.get(text.strip().casefold(), text.strip().casefold()))
    except ValueError:
        raise CommandError(
            Message("“{text}” is not known here. Use one of {known}.", text=text, known=", ".join(Sex))
        ) from None


def _solution(protocol: "Protocol", strength: str | None, volume: str | None) -> "Solution":
    from keel.assessment.protocols import Solution
    from keel.cli.errors import CommandError
    from keel.quantities import parse_strength_mg_per_ml, parse_volume_ml

    solution = Solution(
        None if strength is None else parse_strength_mg_per_ml(strength),
        None if volume is None else parse_volume_ml(volume),
    )
    if 0 in (solution.mg_per_ml, solution.ml):
        raise CommandError(Message("A strength or volume of zero gives no rate. Write what is in the pump."))
    if solution != Solution() and protocol.dosing.kind != "per_weight":
        raise CommandError(
            Message("In {protocol} no rate is computed. Leave --strength and --volume out.", protocol=protocol.id)
        )
    return solution
