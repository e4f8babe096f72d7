"""Nobody who reads Spanish meets English: every public page, a whole check, its papers, every text on what to fix.

A text is English when the page says so, when it has a word that Spanish has not, or when the English page has it too
and it is not a name. Names, titles of works, and words that both languages write alike are not English.
"""

import json
import re
from functools import cache

import pytest
from django.test import Client
from django.utils import timezone, translation

from support import django_ready
from support.text_nodes import text_nodes

# isort: split

import msgspec
from babel.messages.pofile import read_po

from keel.assessment.picture import picture_of
from keel.knowledge import load
from keel.knowledge.catalogues import LOCALE
from keel.knowledge.evidence_search import KINDS
from keel.web.check.forms import CheckForm
from keel.web.check.handover import handover_of
from keel.web.check.picture import CheckPicture
from keel.web.language import texts
from keel.web.leaflets import leaflet_of
from keel.web.learn.views import FREE, TOPICS
from support.loops import some

pytestmark = pytest.mark.slow
FACTS = load()
TYPED = {"GHB", "MDMA", "benzos", "kodein", "grumbleflux"}
"""Shown as it was typed or ticked."""
ENGLISH = re.compile(
    r"\b(the|and|with|you|your|what|which|of|is|are|not|for|from|was|were|this|that|than|by|who|when|or|but|it)\b", re.I
)
"""Words that no Spanish sentence has."""
PATTERNS = {
    "es": "400 mg cada sábado durante 3 años, esnifada\n35 mg cada 2 semanas, por infusión en una clínica",
    "en": "400 mg every Saturday for 3 years, snorted\n35 mg every 2 weeks, by infusion in a clinic",
}
MEDICINES = {
    "es": "oxicodona, ketoconazol, sertralina, valproato, paracetamol, benzos, hierba de san juan, kodein, grumbleflux",
    "en": "oxycodone, ketoconazole, sertraline, valproate, paracetamol, benzos, st john's wort, kodein, grumbleflux",
}
"""An interaction, nothing on file, a group, a word that was nearly a name, and one that nobody knows."""
TICKED = {
    "drugs": ["alcohol", "GHB", "opioids", "cocaine", "MDMA", "cannabis"],
    "daily": ["alcohol", "benzodiazepines", "ghb", "opioids"],
    "fits": ["alone", "near_water", "drives", "shares_equipment", "hard_experience"],
    "matters": ["stop", "fewer", "lower", "body", "mood", "treatment", "someone"],
    "grip": "7",
    "age": "17",
    "pregnant": "pregnant",
    "break": "on",
    "country": "ES",
}
RECORD = json.dumps(
    {
        "person": {"sex": "female", "weight": "60 kg", "age": 34},
        "doses": [
            {"start": "2026-11-14T10:00:00+00:00", "over": "40 min", "amount": "35 mg", "route": "iv",
             "substance": "racemic", "setting": "clinic"},
            {"start": "2026-11-01", "amount": "500 mg", "route": "insufflated", "substance": "racemic"},
        ],
        "medicines": ["diazepam"],
    }
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _collected_static_files():
    django_ready.collect_static()


@pytest.fixture
def erin():
    """Somebody without an account who reads Spanish."""
    return Client(headers={"accept-language": "es-ES"})


@cache
def _names():
    """Texts that are alike in both languages: names, titles of works, and what the translators left as it is."""
    works = {text for one in FACTS.sources.values() for text in (one.citation, one.short_name, one.id, *one.aliases)}
    works |= {one.id for table in (FACTS.claims, FACTS.conflicts, FACTS.figures) for one in table.values()}
    services = {one.name for one in FACTS.directory.values()}
    medicines = {row.name for row in FACTS.interactions.values()}
    models = {model.name for model in FACTS.models.values()}
    with (LOCALE / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="es")
    alike = {one.id for one in catalogue if isinstance(one.id, str) and one.string in ("", one.id)}
    questionnaires = {one.name for one in FACTS.instruments.values()}
    return works | services | medicines | models | alike | questionnaires | TYPED | {"Keel", "Español", "English"}


def _is_name(words):
    """Whether a text is a name: with what the page puts around one, or several with something between them."""
    bare = re.sub(r" \(se abre en otra pestaña\)$|( · [^·]+)? · Keel$| \+\d+$|^Llamar |^“|”$|[.:]$", "", words).strip()
    parts = [part.strip("() ") for part in re.split(r"[/·+×,]| y | o ", bare) if re.search(r"[A-Za-z]{3}", part)]
    if re.fullmatch(r"[\d.,\s]+ (min|mmHg|L/min)", words):
        return True
    return words in _names() or bare in _names() or all({part, part.lower()} & _names() for part in parts)


def _behind_a_work(words):
    """What a text says behind the name of a study and a colon."""
    work, _, rest = words.partition(": ")
    return rest if rest and work in _names() else words


def english_in(spanish, english=""):
    """The texts of a Spanish page that are English; the same page in English helps to know them."""
    there = {one.words for one in text_nodes(english)}
    left = []
    for one in text_nodes(spanish):
        if not re.search(r"[A-Za-z]{3}", one.words) or _is_name(one.words) or one.within == "cite":
            continue
        has_english = ENGLISH.search(_behind_a_work(one.words).replace("CC BY", ""))
        if one.lang == "en" or has_english or one.words in there:
            left.append(one)
    return left


def _addresses():
    yield from ("/", "/about/", "/check/", "/check/?example=spray", "/check/embed/", "/check/kiosk/", "/offline/")
    yield from ("/help/", "/help/everywhere/", "/tools/", "/learn/", "/learn/side-by-side/", "/learn/after-stopping/")
    yield from ("/learn/mind/", "/learn/leaflets/", "/evidence/?q=vejiga", "/nothing/", "/models/")
    yield "/models/?substance=racemic&route=iv&dose_mg=35&over_min=0&weight_kg=20&age_years=8&scale=log&outside=on"
    yield "/models/?substance=racemic&route=sc&dose_mg=35&over_min=0&weight_kg=70&age_years=40&outside=on"
    yield "/models/?substance=esketamine&route=oral&dose_mg=-1&over_min=0&weight_kg=70&age_years=40"
    yield from (f"/help/?country={country}" for country in FACTS.countries)
    yield from (f"/tools/{tool}/" for tool in FACTS.tools)
    yield from (f"/learn/mind/{name}/" for name in FREE if FACTS.instruments[name].has_wording)
    yield from (f"/learn/monograph/{name}/{end}" for name in FACTS.monographs for end in ("", "professionals/"))
    yield from (f"/learn/about/{topic}/" for topic in TOPICS)
    yield from (f"/learn/read/{name}/" for name in FACTS.texts["en"])
    yield from (f"/evidence/?kind={kind}" for kind in KINDS)
    yield from (f"/models/{name}/" for name in FACTS.models)


@pytest.mark.parametrize("address", list(_addresses()))
def test_a_public_page_has_no_english(erin, address):
    spanish, english = (erin.get(f"{prefix}{address}", follow=True) for prefix in ("/es", ""))
    assert spanish.status_code == english.status_code
    assert english_in(spanish.content.decode(), english.content.decode()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_of_the_evidence_has_english(erin, kind):
    for name in some(getattr(FACTS, kind)):
        page = erin.get(f"/es/evidence/{kind}/{name}/", follow=True)
        assert page.status_code == 200
        assert english_in(page.content.decode()) == [], name


def _answers(pick):
    """Answers to every question of the check; `pick` chooses among the choices of one."""
    given = {}
    for name in ("bladder-check", "warning-signs", "dsm-5-ketamine", "phq-9", "gad-7"):
        instrument = FACTS.instruments[name]
        for item in instrument.items:
            values = sorted(choice.value for choice in instrument.choices(item))
            given[f"{name}.{item.id}"] = f"{pick(values):g}" if values else "3"
    return given


def _asked(lang, **fields):
    return {"pattern": PATTERNS[lang], "medicines": MEDICINES[lang], **TICKED, **fields}


def _half(fields):
    """Every other answer left out."""
    return {name: value for at, (name, value) in enumerate(fields.items()) if at % 2}


SITTINGS = {
    "the worst of everything": _answers(max),
    "the least of everything": _answers(min),
    "half of it left open": _half(_answers(max)),
    "nothing answered": {},
}


@pytest.mark.parametrize("sitting", SITTINGS)
def test_a_whole_check_has_no_english(erin, sitting):
    for go in ("picture", "use", "medicines", "bladder", "dependence", "mood", "you"):
        found = [
            erin.post(f"{prefix}/check/", {**_asked(lang), **SITTINGS[sitting], "go": go}).content.decode()
            for prefix, lang in (("/es", "es"), ("", "en"))
        ]
        assert english_in(*found) == [], go


@pytest.mark.parametrize(
    "pattern",
    [
        "1-2 g casi todos los días desde 2022",
        "8 x 56 mg en 4 semanas y luego cada semana, espray de esketamina",
        "35 mg cada 2 semanas, por infusión en una clínica",
        "2 g a la semana, dejado hace 8 meses",
        "cada fin de semana",
    ],
)
def test_a_picture_of_one_pattern_has_no_english(erin, pattern):
    page = erin.post("/es/check/", {"pattern": pattern, "country": "AR"})
    assert page.status_code == 200
    assert english_in(page.content.decode()) == []


def test_a_picture_from_a_record_has_no_english(erin):
    page = erin.post("/es/check/", {"record": RECORD})
    assert page.status_code == 200
    assert english_in(page.content.decode()) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"pattern": "algo de vez en cuando tal vez"},
        {"pattern": "400 cada sábado"},
        {"pattern": "1.000 mg cada sábado"},
        {"pattern": "1 g 9 días a la semana"},
        {"record": "{"},
        {"record": "nada"},
        {"record": '{"doses": [{"amount": "5 zz"}]}'},
        {"age": "500"},
        {"days": "9", "days_per": "week", "amount_low": "1"},
        {},
    ],
    ids=str,
)
def test_a_message_to_mend_is_in_spanish_or_says_that_it_is_not(erin, fields):
    """What a file has wrong is said in the words of its format; the page says in Spanish that the rest is English."""
    page = erin.post("/es/check/", fields)
    assert page.status_code == 422
    unmarked = [one for one in english_in(page.content.decode()) if one.lang != "en"]
    assert unmarked == []
    if "record" not in fields:
        assert english_in(page.content.decode()) == []


@pytest.mark.parametrize("name", [name for name in FREE if FACTS.instruments[name].has_wording])
@pytest.mark.parametrize("pick", [max, min], ids=["most", "least"])
def test_a_score_has_no_english(erin, name, pick):
    instrument = FACTS.instruments[name]
    given = {}
    for item in instrument.items:
        values = [choice.value for choice in instrument.choices(item)]
        given[f"{name}.{item.id}"] = f"{pick(values):g}"
    for fields in (given, _half(given), {**given, "sex": "female"}):
        spanish, english = (erin.post(f"{prefix}/learn/mind/{name}/", fields) for prefix in ("/es", ""))
        assert english_in(spanish.content.decode(), english.content.decode()) == []


def test_the_column_of_ones_own_has_no_english(erin):
    page = erin.post("/es/learn/side-by-side/", {"pattern": PATTERNS["es"], "medicines": "alcohol, diazepam"})
    assert english_in(page.content.decode()) == []


def _strings(document):
    """Every text of a document but its list of works."""
    tree = msgspec.to_builtins(msgspec.structs.replace(document, sources=()))

    def walk(value):
        if isinstance(value, str):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
            yield from walk(inner)

    return set(walk(tree))


@pytest.mark.parametrize("sitting", SITTINGS)
def test_the_page_to_hand_over_has_no_english(sitting):
    at, made = timezone.now(), {}
    for lang in ("es", "en"):
        with translation.override(lang):
            form = CheckForm({**_asked(lang), **SITTINGS[sitting]}, at=at, knowledge=FACTS, country="ES")
            assert form.is_valid()
            picture = picture_of(form.records[0], at=at, knowledge=FACTS)
            shown = CheckPicture(
                picture, FACTS, record=form.records[0], self_report=form.self_report, matters=TICKED["matters"]
            )
            made[lang] = _strings(handover_of(shown, form.cleaned_data, knowledge=FACTS))
    left = {text for text in made["es"] if ENGLISH.search(text) or text in made["en"]}
    assert {text for text in left if re.search(r"[A-Za-z]{3}", text) and not _is_name(text)} == set()


@pytest.mark.parametrize("name", [name for name in FACTS.texts["es"] if name.startswith("leaflet-")])
def test_a_leaflet_has_no_english(name):
    made = {}
    for lang in ("es", "en"):
        with translation.override(lang):
            made[lang] = _strings(leaflet_of(texts.here()[name], country="ES", at=timezone.now().date()))
    left = {text for text in made["es"] if ENGLISH.search(text) or text in made["en"]}
    assert {
        text for text in left if re.search(r"[A-Za-z]{3}", text) and not _is_name(text) and "." not in text
    } == set()
