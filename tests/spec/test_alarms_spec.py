"""HZ-CHK-04, HZ-CHK-05: a typed emergency is answered first, in every language, in whatever words stand around it.

The signs are those of the harms reference, section 11. Each phrase is tried in frames, about 200 texts a language.
"""

import csv
import datetime as dt
from pathlib import Path

import pytest

from keel.assessment.alarms import alarm_finding, alarms_in, without_alarms
from keel.exposure import parse_pattern
from keel.findings import Severity
from keel.knowledge import Certainty, load
from support.loops import some

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
TABLE = Path(__file__).parent / "alarms" / "phrases.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
FRAMES = {
    "en": (
        *("{}", "{}!", "help, {}", "{}, what do I do", "1 g every Saturday, {}", "my friend took ket. {}"),
        "{} since this morning",
    ),
    "es": (
        *("{}", "¡{}!", "ayuda, {}", "{}, qué hago", "1 g cada sábado, {}", "mi amigo tomó keta. {}"),
        "{} desde esta mañana",
    ),
}
FIELD = Path(__file__).parent / "exposure"


@pytest.mark.parametrize("row", PHRASES, ids=lambda row: row["text"])
def test_an_alarm_is_heard_in_any_frame(row):
    for frame in FRAMES[row["language"]]:
        text = frame.format(row["text"])
        heard = alarms_in([text], load())
        assert [alarm.kind for alarm in heard] == [row["kind"]], text
        assert not heard[0].asks, text
        finding = alarm_finding(heard[0])
        assert finding.severity is (Severity.WARN if row["kind"] == "body" else Severity.BLOCK)
        assert finding.next_step


@pytest.mark.parametrize("word", ["blue", "fitting", "overdose", "Blue?", "azul", "ataque", "sobredosis", "fit"])
def test_a_lone_word_with_two_meanings_asks_one_question(word):
    (alarm,) = alarms_in([word], load())
    assert alarm.asks
    assert "right now?" in alarm_finding(alarm).summary


@pytest.mark.parametrize(
    "text",
    [
        "no blood in my urine",
        "no tengo sangre en la orina",
        "it doesn't hurt to pee",
        "I am not suicidal",
        "he is breathing and awake",
        "no tiene convulsiones",
        "no chest pain",
    ],
)
def test_a_denial_is_no_alarm(text):
    assert alarms_in([text], load()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "had a fit last year",
        "overdose in 2019",
        "wanted to kill himself years ago",
        "used to black out",
        "tuvo una convulsión el año pasado",
        "sobredosis hace 3 años",
        "convulsiones de niño",
    ],
)
def test_what_is_told_of_the_past_is_asked_about_and_no_emergency_of_now(text):
    (alarm,) = alarms_in([text], load())
    assert alarm.asks
    assert alarm_finding(alarm).severity is Severity.WARN


@pytest.mark.parametrize(
    "text",
    [
        "had a fit last year and is having one now, seizure",
        "overdose in 2019, and now he will not wake up",
        "had a seizure 10 minutes ago",
        "tuvo una convulsión",
        "la semana pasada quería matarse",
    ],
)
def test_what_may_be_now_is_answered_as_now(text):
    assert not all(alarm.asks for alarm in some(alarms_in([text], load())))


def test_no_ordinary_pattern_is_an_alarm():
    tables = [(FIELD / "field.csv", "text"), (FIELD / "history.csv", "pattern"), (FIELD / "patterns_es.csv", "pattern")]
    for path, column in some(tables):
        for row in some(csv.DictReader(path.read_text(encoding="utf-8").splitlines())):
            assert alarms_in([row[column]], load()) == (), row[column]


def test_what_stands_beside_an_alarm_is_still_read():
    rest = without_alarms("1 g every Saturday for 3 years, blood when I pee", load())
    (phase,) = parse_pattern(rest, at=AT, knowledge=load())
    assert (phase.mg_per_session.mid, phase.sessions_per_year.mid, phase.months.mid) == (1000, 52, 36)


def test_an_alarm_is_marked_as_a_default_of_keel_and_not_as_seen_in_a_source():
    """The words are Keel's own: no source is named, so none may be said to have been seen."""
    (alarm,) = alarms_in(["my friend won't wake up"], load())
    found = alarm_finding(alarm)
    assert (found.sources, found.confidence) == ((), Certainty.DEFAULT)
