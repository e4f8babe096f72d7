"""Each instrument at its band edges, with missing answers and safety items: by Python call and by command line.

The expected values of instruments/scores.csv come from the works in its `source` column (ids of evidence/sources.csv;
“memory” and “Keel default” are marked so in the product too), and its totals are sums made by hand.
"""

import csv
import json
from pathlib import Path

import pytest

from keel.assessment.instruments import score_instrument
from keel.cli.score_answers import read_answers_text
from keel.knowledge import load
from keel.messages import encode_json
from support.command import keel, keel_here
from support.loops import some
from support.samples import one_of_each

TABLE = Path(__file__).parent / "instruments" / "scores.csv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def name(case):
    return f"{case['instrument']}: {case['case']}"


def shape(case):
    filled = tuple(bool(case[column]) for column in ("total", "band", "given", "missing", "subscales", "says"))
    return *filled, "," in case["answers"], case["cuts"] == "none"


def facts(case):
    return dict([case["given"].split("=")]) if case["given"] else {}


def check(case, score):
    assert score["instrument"] == case["instrument"]
    assert score["total"] == (int(case["total"]) if case["total"] else None)
    assert score["band"] == (case["band"] or None)
    assert score["missing"] == case["missing"].split()
    check_cuts(case, score)
    for part in filter(None, case["subscales"].split(";")):
        scale, value, *band = part.split(":")
        assert score["subscales"][scale] == json.loads(value)
        assert score["subscale_bands"].get(scale) == (band[0] if band else None)
    said = {f"{finding['rule']}:{finding['severity']}" for finding in score["findings"]}
    assert set(filter(None, case["says"].split(";"))) <= said
    rules = {finding["rule"] for finding in score["findings"]}
    assert not rules & set(case["not_says"].split(";"))


def check_cuts(case, score):
    reached = {cut["id"]: cut["reached"] for cut in score["cutoffs"]}
    if case["cuts"] == "none":
        assert reached == {}
    for part in filter(None, case["cuts"].replace("none", "").split(";")):
        cut, wanted = part.split(":")
        assert reached[cut] is {"yes": True, "no": False, "unknown": None}[wanted]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_an_instrument_is_scored_as_published(case):
    answers = read_answers_text(case["answers"])
    score = score_instrument(case["instrument"], answers, knowledge=load(), given=facts(case))
    check(case, json.loads(encode_json(score)))


@pytest.mark.parametrize("case", one_of_each(CASES, shape), ids=name)
def test_the_command_line_scores_the_same(case):
    given = [f"--given={case['given']}"] if case["given"] else []
    finished = keel_here("score", case["instrument"], f"--answers={case['answers']}", *given, "--json")
    assert (finished.returncode, finished.stderr) == (0, "")
    check(case, json.loads(finished.stdout))


@pytest.mark.slow
def test_the_command_itself_scores_and_keeps_standard_output_to_json():
    finished = keel("score", "phq-9", "--answers", "1,1,1,1,1,1,1,1,1", "--json")
    score = json.loads(finished.stdout)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert set(score) >= {"instrument", "version", "total", "band", "subscales", "missing", "findings"}
    assert (score["total"], score["findings"][0]["severity"]) == (9, "hold")


def test_every_scored_instrument_has_worked_cases():
    covered = {case["instrument"] for case in CASES}
    named_only = {"eis", "icd-11-ketamine", "ies", "kset", "kset-r", "stanley-brown-plan"}
    assert covered | named_only == set(load().instruments)


def test_every_band_edge_of_every_instrument_is_a_case():
    """At the first and the last score of each band; the score just outside is the edge of the next."""
    by_total = {(case["instrument"], case["total"], case["band"]) for case in CASES}
    by_scale = {(case["instrument"], part) for case in CASES for part in case["subscales"].split(";")}
    bandings = [(one.id, banding) for one in load().instruments.values() for banding in one.bandings]
    for name, banding, band in some((name, one, band) for name, one in bandings for band in one.bands):
        # The last score of all is one answer away from any other; a case at its top is not asked for.
        is_last = band is banding.bands[-1]
        for end in (band.least,) if is_last or band.most is None else (band.least, band.most):
            at_total = (name, f"{end:g}", band.name) in by_total
            assert at_total or (name, f"{banding.scale}:{end:g}:{band.name}") in by_scale
