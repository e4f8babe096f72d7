"""`keel evidence` and `keel knowledge` as somebody at a terminal meets them."""

import json

import pytest
import typer
from typer.testing import CliRunner

from keel.cli.evidence import evidence
from keel.cli.knowledge import knowledge_app
from keel.knowledge import FactsFileError, UnknownId, load

app = typer.Typer()
app.command()(evidence)
app.add_typer(knowledge_app)


def keel(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def as_json(*arguments: str):
    return json.loads(keel(*arguments, "--json").stdout)


def test_a_search_prints_verdict_source_link_and_what_disagrees():
    answer = keel("evidence", "rare in ketamine use disorder", "--limit", "5")
    assert answer.exit_code == 0
    for word in (
        "A24",
        "contradicted",
        "doi.org/10.1111/add.70073",
        "abstract",
        "conflict-how-common",
        "not to be quoted",
    ):
        assert word in answer.stdout


def test_json_holds_nothing_but_one_document_with_sources_written_out():
    answer = as_json("evidence", "bladder", "recovery")
    assert answer["query"] == "bladder recovery"
    claim = next(hit for hit in answer["hits"] if hit["id"] == "recovery-taiwan")
    assert claim["sources"][0]["link"] == "https://doi.org/10.1038/s41598-019-43746-x"
    assert claim["conflicts"] == ["conflict-recovery"]
    assert (claim["count"], claim["of"], claim["value"]) == (81, 97, 83.5)


def test_nothing_found_ends_with_1_and_one_line():
    answer = keel("evidence", "xylophone")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "Nothing in the evidence" in answer.stderr
    assert as_json("evidence", "xylophone") == {"query": "xylophone", "alarms": [], "hits": []}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["claims", "conflicts", "figures", "sources", "criteria", "models", "directory"])
def test_every_kind_can_be_shown_in_both_ways(kind):
    first = keel("knowledge", "show", kind).stdout.splitlines()[0]
    assert keel("knowledge", "show", f"{kind}/{first}").exit_code == 0
    assert as_json("knowledge", "show", f"{kind}/{first}")["kind"] == kind


@pytest.mark.slow
def test_show_says_what_leans_on_a_claim():
    assert "criteria/uropathy-bands" in as_json("knowledge", "show", "band-f1")["used_by"]
    assert "used by" in keel("knowledge", "show", "band-f1").stdout


def test_an_unknown_id_names_near_ones():
    answer = keel("knowledge", "show", "kud-bladdr")
    assert isinstance(answer.exception, UnknownId)
    assert "kud-bladder" in str(answer.exception)


def test_the_schema_of_a_kind_and_of_a_record_file_are_json():
    assert json.loads(keel("knowledge", "show", "schema/claims").stdout)["$defs"]["Claim"]["required"]
    assert json.loads(keel("knowledge", "show", "schema/record").stdout)["title"] == "Keel record"


@pytest.mark.slow
def test_an_error_in_an_overlay_fails_the_check_and_names_the_place(tmp_path):
    (tmp_path / "evidence").mkdir()
    head = ",".join(load().claims["A24"].__struct_fields__)
    cells = {"id": "mine", "topic": "x", "verdict": "own", "certainty": "seen", "use": "reuse", "sources": "nobody"}
    row = ",".join(cells.get(name, "") for name in head.split(","))
    (tmp_path / "evidence" / "claims.csv").write_text(f"{head}\n{row}\n")
    answer = keel("knowledge", "check", "--overlay", str(tmp_path))
    assert answer.exit_code == 1
    assert "claims/mine sources.0" in answer.stdout
    assert "no source is called “nobody”" in answer.stdout
    assert not as_json("knowledge", "check", "--overlay", str(tmp_path))["ok"]


def test_an_overlay_that_is_not_there_is_one_clear_line():
    answer = keel("knowledge", "show", "A24", "--overlay", "/nowhere")
    assert isinstance(answer.exception, FactsFileError)
    assert "is not a folder" in str(answer.exception)


@pytest.mark.slow
def test_the_defaults_page_is_markdown_and_its_json_counts_the_same():
    page = keel("knowledge", "defaults").stdout
    assert "# Defaults that need a clinician" in page
    assert "`band-f3`" in page
    assert as_json("knowledge", "defaults")["count"] > 50
