"""The check as people get it: the arithmetic of both texts, every edge of the bands, what is never said."""

import json
import re

import pytest
from django.test import Client

from keel import knowledge
from keel.knowledge.texts.wording import offences
from support import django_ready
from support.loops import some
from support.web_text import text_of

WEEKEND = "400 mg every Saturday for 3 years, snorted"


@pytest.fixture(scope="module", autouse=True)
def _collected_static_files():
    django_ready.collect_static()


@pytest.fixture
def erin():
    """Somebody without an account, somewhere in Britain."""
    return Client(headers={"accept-language": "en-GB"})


def _picture(erin, **fields):
    page = erin.post("/check/", fields)
    assert page.status_code == 200, text_of(page.content.decode())[:500]
    return page.content.decode()


# Arithmetic. The figures are those of the table in the evidence reference, section “Arithmetic fixtures”.


@pytest.mark.parametrize(
    ("pattern", "figures"),
    [
        ("35 mg every 2 weeks, by infusion in a clinic", ("910 mg", "26")),  # 35 x 26
        (WEEKEND, ("20,800 mg", "22.9", "62,400 mg")),  # 400 x 52; / 910 = 22.86; x 3 years
        ("1750 mg weekly, snorted", ("91,000 mg", "100")),  # 1,750 x 52 / 910 = 100
        ("2 g every day, snorted", ("730,000 mg", "802")),  # 2,000 x 365 / 910 = 802.2
        ("1 g weekly, snorted", ("52,000 mg", "57.1")),  # 1,000 x 52 / 910 = 57.14
    ],
)
def test_the_arithmetic_of_both_texts_stands_on_the_page(erin, pattern, figures):
    text = text_of(_picture(erin, pattern=pattern))
    for figure in some(figures):
        assert figure in text


@pytest.mark.parametrize(
    ("pattern", "expected", "change"),
    [
        (WEEKEND, {"Once a month": 4_800, "Once a week": 20_800}, "−77 %"),  # 400 mg x 12, 52; 12/52 - 1 = -76.9 %
        ("1 g daily", {"Once a month": 12_000, "Three days a week": 156_000, "Every day": 365_000}, "−97 %"),
    ],
)
def test_the_same_amount_on_fewer_days_is_the_amount_times_the_days(erin, pattern, expected, change):
    page = _picture(erin, pattern=pattern)
    table = page[page.index('class="data frequencies"') :]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)[1:]
    shown = [text_of(row).split("\n") for row in rows]
    found = {row[0].replace(" (now)", ""): row for row in shown}
    assert list(found)[-1] == list(expected)[-1]
    for name, mg in expected.items():
        assert f"{mg:,} mg" in found[name]
    assert change in found["Once a month"]


def test_what_is_lower_gets_no_table_of_other_days(erin):
    assert 'class="data frequencies"' not in _picture(erin, pattern="100 mg twice a year")


def test_treatment_gets_no_table_of_other_days(erin):
    page = _picture(erin, pattern="35 mg every 2 weeks, by infusion in a clinic")
    assert 'class="data frequencies"' not in page


def test_recovery_has_three_figures_with_three_denominators(erin):
    text = text_of(_picture(erin, pattern=WEEKEND))
    for figure in ("51% of 251", "81 of 97", "271 patients"):
        assert figure in text


# Edges of the bands: harms reference, section 10.3. A value on a cut belongs to the higher band.

EDGES = [
    ("0.9 g, 5 days a week for 3 months, snorted", "4"),
    ("0.9 g, 4.9 days a week for 3 months, snorted", "3"),
    ("2 g, 3 days a week for 3 months, snorted", "4"),
    ("1.9 g, 3 days a week for 3 months, snorted", "3"),
    ("0.5 g, 3 days a week for 24 months, snorted", "4"),
    ("0.5 g, 3 days a week for 23 months, snorted", "3"),
    ("0.5 g, 2.9 days a week for 36 months, snorted", "2"),
    ("1 g, 1 day a week for 3 months, snorted", "3"),
    ("0.9 g, 1 day a week for 3 months, snorted", "2"),
    ("1 g, 51 days a year for 3 years, snorted", "2"),
    ("0.9 g, 51 days a year for 3 years, snorted", "1"),
    ("0.9 g, 52 days a year for 3 years, snorted", "2"),
    ("1 g weekly for 2 years, snorted, stopped 7 months ago", "0"),
    ("1 g weekly for 2 years, snorted, stopped 5 months ago", "3"),
    ("35 mg every 2 weeks for 6 months, by infusion in a clinic", "M0"),
    ("84 mg 3 times a week for 1 month, esketamine spray in a clinic", "M1"),
]


def _band(page):
    section = page[page.index('id="part-band"') :]
    return re.search(r'class="figure">(?:<small>[^<]*</small>)?\s*(\w+)<', section).group(1)


@pytest.mark.parametrize(("pattern", "band"), EDGES)
def test_every_edge_of_the_bands_is_rendered(erin, pattern, band):
    assert _band(_picture(erin, pattern=pattern)) == band


@pytest.mark.parametrize(
    ("fields", "band"),
    [
        ({"pattern": "0.1 g monthly, snorted", "bladder-check.1": "1"}, "3"),
        ({"pattern": "0.1 g monthly, snorted", "bladder-check.8": "1"}, "U"),
        ({"pattern": "35 mg every 2 weeks for 6 months, by infusion in a clinic", "bladder-check.4": "1"}, "M2"),
        (
            {
                "record": json.dumps(
                    {"patterns": ["0.1 g monthly, snorted"], "conditions": [{"text": "ketamine cystitis"}]}
                )
            },
            "4",
        ),
    ],
)
def test_answers_and_conditions_raise_the_band(erin, fields, band):
    assert _band(_picture(erin, **fields)) == band


def test_what_is_not_told_is_not_known_and_never_zero(erin):
    page = _picture(erin, pattern="2 g, snorted, how often not known")
    assert "On how many days in" in text_of(page)
    exposure = page[page.index('id="part-exposure"') : page.index('id="part-band"')]
    shown = dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)<", exposure))
    assert shown["Sessions a year"] == shown["A year"] == shown["So far, in all"] == "not known"


# What is never said.

CALM_SIGNS = ("cramps", "sick", "nose", "dull", "memory", "low", "stopping")
SIGNS = ("wake", "chest", "yellow", "dark", "cramps-bad", "confused", "hurt", "water", *CALM_SIGNS)
FULL = {
    "pattern": f"{WEEKEND}\n56 mg twice a week for 4 weeks, esketamine spray in a clinic",
    "drugs": ["alcohol", "GHB", "opioids", "benzodiazepines", "gabapentinoids", "cocaine", "amphetamine", "MDMA"],
    "medicines": "sertraline, quibblefex",
    "daily": ["alcohol", "opioids"],
    "fits": ["alone", "near_water", "drives", "shares_equipment", "hard_experience"],
    "matters": ["stop", "fewer", "lower", "body", "mood", "treatment", "someone"],
    "age": "17",
    "pregnant": "pregnant",
    "break": "on",
    "country": "GB",
    **{f"bladder-check.{number}": "1" for number in range(1, 8)},
    **{f"warning-signs.{item}": "1" for item in SIGNS},
    **{f"phq-9.{number}": "3" for number in range(1, 10)},
    **{f"gad-7.{number}": "3" for number in range(1, 8)},
    **{f"dsm-5-ketamine.{name}": "1" for name in ("amount", "cut-down", "craving", "harm", "tolerance")},
}
PICTURES = [{"pattern": pattern} for pattern, _ in EDGES] + [
    FULL,
    {"matters": ["someone"]},
    {"drugs": ["alcohol"]},
    {"phq-9.9": "1"},
    {"warning-signs.cramps": "1"},
    {"pattern": WEEKEND, "medicines": "co-codamol, Lemsip", **{f"warning-signs.{item}": "1" for item in CALM_SIGNS}},
    {"pattern": "35 mg every 2 weeks, by infusion in a clinic", **{f"warning-signs.{item}": "1" for item in SIGNS}},
]
STEPS = ("use", "medicines", "bladder", "dependence", "mood", "you")


def _pages(erin):
    """Every public page of the check and of the pages to read, by name."""
    for step in STEPS:
        yield f"step {step}", erin.post("/check/", {"pattern": WEEKEND, "go": step}).content.decode()
    for number, fields in enumerate(PICTURES):
        yield f"picture {number}", _picture(erin, **fields)
    addresses = [
        "/check/",
        "/check/kiosk/",
        "/check/embed/",
        "/learn/",
        "/learn/side-by-side/",
        "/learn/after-stopping/",
    ]
    addresses += ["/learn/mind/", "/learn/leaflets/", "/learn/monograph/esketamine/", "/learn/monograph/ketamine/"]
    addresses += [f"/learn/about/{topic}/" for topic in ("question", "treatment", "help", "leaflet", "page")]
    addresses += [f"/learn/mind/{name}/" for name in ("phq-9", "gad-7", "pcl-5", "audit-c", "asq")]
    addresses += [
        f"/learn/read/{text.id}/" for text in knowledge.load().texts["en"].values() if text.topic != "comparison"
    ]
    for address in addresses:
        answer = erin.get(address)
        assert answer.status_code == 200, address
        yield address, answer.content.decode()


@pytest.mark.slow
def test_no_page_makes_any_of_the_ten_claims(erin):
    """Statements of others that a page judges stand in quotation marks beside their verdict; they are left out."""
    rules = knowledge.load().wording["must-not-claim"]
    broken = {one for _name, html in _pages(erin) for one in offences(text_of(html, without=("q", "cite")), rules)}
    assert broken == set()


# A hostile reader's list: nothing that helps to obtain, to choose an amount, a route or a time for an effect; no blame.
HOSTILE = (
    r"\b(?:start|begin) (?:low|with (?:a )?(?:small|less))\b",
    r"\b(?:redose|re-dose|top up|comedown|k-hole|the high\b|get high|trip\b)",
    r"\bwait (?:\d+|a few|an?) (?:minutes?|hours?) before\b",
    r"\b(?:a|the) (?:safe|safer) (?:dose|amount|level|limit|way)\b",
    r"\byou(?:'re| are) safe\b|\bis safe\b|\bsafely\b",
    r"\b(?:addicts?|abusers?|junkies?|druggies?|clean|dirty|your fault|should have known|misusers?)\b",
    r"\b(?:best|better|stronger|faster|cheaper) (?:effect|route|way to take|when snorted|when injected)\b",
    r"\b(?:dealer|supplier|where to (?:buy|get)|order online)\b",
)
DENIED = re.compile(r"\b(?:no|not|never|nobody|without|isn.t|cannot)\b[^.]*$", re.IGNORECASE)


def _hostile_hits(text):
    for line in text.splitlines():
        for sentence in re.split(r"(?<=[.!?]) ", line):
            for pattern in () if sentence.endswith("?") else HOSTILE:
                hit = re.search(pattern, sentence, re.IGNORECASE)
                if hit and not DENIED.search(sentence[: hit.start()]):
                    yield pattern, sentence


@pytest.mark.slow
def test_a_hostile_reader_finds_no_help_to_use_no_safe_and_no_blame(erin):
    """Citations keep their titles, however they are worded, so the folded sources are left out."""
    found = set()
    for _name, html in _pages(erin):
        own = re.sub(
            r'<div class="cite-body">.*?</div>|<details class="source">.*?</details>', " ", html, flags=re.DOTALL
        )
        found |= set(_hostile_hits(text_of(own, without=("q", "cite"))))
    assert found == set()


@pytest.mark.slow
def test_every_page_ends_with_people_who_help(erin):
    for name, html in some(_pages(erin)):
        assert 'href="tel:999"' in html, name


def test_a_monograph_is_found_from_the_pages_to_read_and_keeps_amounts_for_professionals(erin):
    assert 'href="/learn/monograph/esketamine/"' in erin.get("/learn/").content.decode()
    people = erin.get("/learn/monograph/esketamine/").content.decode()
    assert "29 of 100 (68 of 231)" in text_of(people)  # adverse-effects.csv line 48
    assert "twice weekly" not in text_of(people, without=("cite",))
    assert 'href="/learn/monograph/esketamine/professionals/"' in people
    professionals = erin.get("/learn/monograph/esketamine/professionals/").content.decode()
    assert "56 or 84 mg twice weekly" in text_of(professionals)
    assert erin.get("/learn/monograph/aspirin/").status_code == 404


def test_an_amount_or_a_price_that_nobody_could_trace_is_not_even_quoted(erin):
    assert "100-200 mg" not in erin.get("/learn/read/question-non-medical-use/").content.decode()
    assert "280,000" not in erin.get("/learn/read/help-programmes/").content.decode()
    # a statement that the evidence contradicts is quoted, to be corrected
    assert "Contradicted" in erin.get("/learn/read/question-rare/").content.decode()


def test_the_public_page_never_shows_what_is_addressed_to_a_clinic(erin):
    text = text_of(_picture(erin, **FULL))
    assert "Clinic:" not in text
    assert "A prescriber decides before any dose" not in text
