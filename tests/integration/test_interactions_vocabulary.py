"""The vocabulary is derived by a script: from a small folder made up here, and from the public files where they are."""

import csv
import importlib.util
from pathlib import Path

import pytest

from keel.knowledge.files import PACKAGED
from support.shared import shared_folder

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_vocabulary.py"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_vocabulary", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def names(build, tmp_path_factory):
    """What the script makes of a handful of rows: name to what it contains."""
    tmp_path = tmp_path_factory.mktemp("vocabulary")
    (tmp_path / "unii_names_cut.csv").write_text(
        "name,type,unii,display_name\n"
        "ZOLEXTRA,bn,AAA,SERTRALINE HYDROCHLORIDE\n"
        "WONDERCILLIN,bn,BBB,WONDERCILLIN SODIUM\n"
        "PAINTONE 40,bn,CCC,TITANIUM DIOXIDE\n"
        "EVENING,bn,BBB,WONDERCILLIN SODIUM\n"
        "DUOPAIN COMPONENT CODEINE PHOSPHATE,cn,DDD,CODEINE PHOSPHATE\n"
        "DUOPAIN COMPONENT WONDERCILLIN,cn,BBB,WONDERCILLIN\n",
        encoding="utf-8",
    )
    (tmp_path / "drugbank_open_vocabulary.csv").write_text(
        "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"
        "DB1,,Wondercillin,,BBB,Wondercillina | Wondercillinum | (2R)-wonder,\n"
        "DB2,,BTA798,,EEE,,\n"
        "DB3,,Mango pollen,,FFF,,\n"
        "DB4,,Hypericum wonder extract,,GGG,,\n"
        "DB5,,Wonderazepam,,HHH,,\n",
        encoding="utf-8",
    )
    moieties = "<VTM><VTMID>1</VTMID><NM>Wondercillin + Diazepam</NM></VTM>"
    (tmp_path / "dmd_vtm_test.xml").write_text(f"<VIRTUAL>{moieties}</VIRTUAL>", encoding="utf-8")
    (tmp_path / "dmd_ingredient_test.xml").write_text("<INGREDIENTS></INGREDIENTS>", encoding="utf-8")
    vocabulary = build.gather(tmp_path, build.english_words())
    return {name: contents for name, (contents, _) in vocabulary.names.items()}


def test_a_brand_of_something_on_file_leads_to_its_row(names):
    assert names["zolextra"] == ("sertraline",)


def test_a_combination_product_contains_all_its_components(names):
    assert names["duopain"] == ("codeine", "wondercillin")
    assert names["wondercillin diazepam"] == ("wondercillin", "diazepam")


def test_international_names_are_kept_and_latin_and_formulas_dropped(names):
    assert names["wondercillina"] == ("wondercillin",)
    assert not {"wondercillinum", "2r wonder"} & set(names)


def test_industrial_names_codes_allergens_and_ordinary_words_are_dropped(names):
    assert not {"paintone 40", "bta798", "mango pollen", "evening"} & set(names)


def test_a_name_that_would_hide_an_interaction_is_dropped(names):
    """Hypericum extract must be read as hypericum; a name with a benzodiazepine's stem is not “nothing on file”."""
    assert not {"hypericum wonder extract", "wonderazepam"} & set(names)


@pytest.mark.slow
def test_the_shipped_names_are_what_the_script_makes_of_the_public_files(build, tmp_path):
    vocabulary = build.gather(shared_folder("data", "vocabulary"), build.english_words())
    build.write_names(tmp_path / "names.csv", vocabulary)
    shipped = PACKAGED / "vocabulary" / "names.csv"
    assert (tmp_path / "names.csv").read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")


def test_the_shipped_names_stay_compact():
    shipped = PACKAGED / "vocabulary" / "names.csv"
    assert shipped.stat().st_size < 1_000_000
    with shipped.open(encoding="utf-8", newline="") as file:
        assert {row["source"] for row in csv.DictReader(file)} == {"unii", "drugbank", "dmd"}
