"""`keel simulate --chart` as a person types it."""

import json

import pytest

from support.command import simulate

INFUSION = ["--dose", "0.5 mg/kg", "--route", "iv", "--over", "40 min", "--weight", "70 kg", "--age", "40"]


@pytest.mark.slow
def test_the_chart_is_written_and_json_stays_alone_on_standard_output(tmp_path):
    path = tmp_path / "all.svg"
    done = simulate("--model", "all", *INFUSION, "--chart", str(path), "--json")
    assert json.loads(done.stdout)["model"] == "all"
    assert "Peaks range from 160 to 253" in " ".join(done.stderr.split())
    assert ">M-ART<" in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_population_is_drawn_with_bands(tmp_path):
    path = tmp_path / "many.png"
    simulate("--model", "m-rac", *INFUSION, "--subjects", "200", "--chart", str(path), "--log")
    assert path.stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [(["--chart", "x.pdf"], ".svg or .png"), (["--log"], "--chart"), (["--chart", "no/such/x.svg"], "could not be")],
)
def test_a_drawing_that_cannot_be_made_is_refused(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in " ".join(simulate("--model", "m-rac", *INFUSION, *words, code=2).stderr.split())
