"""What `keel simulate` and `keel estimate` ask alike of model, dose and person."""

from typing import Annotated

import typer

from keel.cli.options import Json as Json

Model = Annotated[str, typer.Option(help="A model id such as m-rac.", show_default=False)]
Dose = Annotated[str, typer.Option(help="“0.5 mg/kg”, “84 mg”.", show_default=False)]
Route = Annotated[str, typer.Option(help="iv im sc nasal oral sublingual buccal …", show_default=False)]
Over = Annotated[str | None, typer.Option(help="Length of an infusion: “40 min”.")]
Weight = Annotated[str | None, typer.Option(help="Body weight: “70 kg”.")]
Age = Annotated[str | None, typer.Option(help="Age: 45, “45 years”, “8 months”.")]
At = Annotated[str | None, typer.Option(help="Times to show: “20 min,40 min,24 h” or “20,40,60 min”.")]
Substance = Annotated[str | None, typer.Option(help="racemic, esketamine or arketamine.")]
Form = Annotated[str, typer.Option(help="What the milligrams are of: base or hydrochloride.")]
Devices = Annotated[int | None, typer.Option(help="Nasal devices, given minutes apart.")]
Repeat = Annotated[int, typer.Option(help="How many doses.", min=1)]
Every = Annotated[str | None, typer.Option(help="Time between doses: “3 d”.")]
Until = Annotated[str | None, typer.Option(help="How far to look; otherwise 24 h after the last dose.")]
Ancestry = Annotated[str | None, typer.Option(help="For models that ask: european, japanese, korean …")]
Female = Annotated[bool | None, typer.Option("--female/--male", help="For models that ask.")]
Chart = Annotated[str | None, typer.Option(help="Draw the curves to this file, .svg or .png.")]
Log = Annotated[bool, typer.Option("--log", help="With --chart: a logarithmic scale.")]
