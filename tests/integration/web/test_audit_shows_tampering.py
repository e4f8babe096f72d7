"""T24, HZ-SEC-02: whoever changes the file past Keel is found, on both databases, without triggers.

The one who tampers here owns the database: the triggers are gone, and the hashes may be reckoned anew as Keel does it.
What they do not own is the heads that were kept elsewhere.
"""

import datetime as dt
import json

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from keel.web.clinic import heads
from keel.web.clinic.actions import note, record_fact
from keel.web.clinic.append_only import append_only
from keel.web.clinic.audit import digest, fact_digest
from keel.web.clinic.heads import Head, read_heads
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.clinic.proof import verify
from support.clock import START

MEDICINES = ("sertraline", "lithium", "phenelzine", "lorazepam", "bupropion")


@pytest.fixture
def clinic(people, dana):
    """Harbour Clinic with five facts about Dana and a log-in between them."""
    for number, name in enumerate(MEDICINES):
        _record(people["alice"], dana, name, f"key-{number}")
        note(dana.clinic, at=START, actor="alice", action="log_in", subject="alice")
    return dana.clinic


def _record(by, patient, name, key):
    return record_fact(by=by, patient=patient, kind=Kind.MEDICINE, payload={"text": name}, key=key, at=START)


def _kept(clinic):
    """The heads as they stand in a file elsewhere, one for each row so far."""
    rows = AuditRow.objects.filter(clinic=clinic)
    lines = [Head(row.at, clinic.slug, row.sequence, row.digest).line() for row in rows]
    return read_heads(lines)[clinic.slug]


class _Tampering:
    """Changes rows past Keel: triggers dropped, foreign keys and unique numbers in nobody's way."""

    connection = connection

    def __init__(self):
        for table in ("clinic_fact", "clinic_auditrow"):
            append_only(table).reverse_code(apps, self)

    def execute(self, statement, values=()):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    def edit_fact(self, sequence, name):
        self.execute("UPDATE clinic_fact SET payload = %s WHERE sequence = %s", [json.dumps({"text": name}), sequence])

    def delete(self, table, condition):
        self.execute(f"DELETE FROM {table} WHERE {condition}")  # noqa: S608 - a test's own words

    def renew_hashes(self, clinic):
        """Everything reckoned anew, so that the chain is whole in itself."""
        previous = ""
        for number, row in enumerate(AuditRow.objects.filter(clinic=clinic).order_by("sequence"), 1):
            for name in row.detail.get("facts", {}):
                fact = Fact.objects.filter(sequence=name.split("/")[1]).first()
                row.detail["facts"] = {name: _digest_of(fact)} if fact else {}
            row.sequence, row.previous = number, previous
            row.digest = previous = digest(row)
            row.save()


def _digest_of(fact):
    from keel.web.clinic.audit import FACT_FIELDS

    return fact_digest(Fact.objects.filter(pk=fact.pk).values_list(*FACT_FIELDS).get())


def test_what_keel_wrote_itself_holds(clinic):
    proof = verify(clinic, _kept(clinic))
    assert proof.holds
    assert (proof.rows, proof.facts, proof.heads) == (10, 5, 10)


def test_an_edited_fact_is_named(clinic):
    _Tampering().edit_fact(3, "paracetamol")
    proof = verify(clinic)
    assert (proof.changed, proof.first_broken, proof.holds) == (("H-1/3",), None, False)


@pytest.mark.parametrize(
    "change",
    [
        "recorded_by_id = (SELECT id FROM accounts_user WHERE username = 'bob')",
        "reason = 'x'",
        "kind = 'condition'",
        "recorded_at = '2026-11-20 10:00:00+00:00'",
        "effective_at = '2026-11-20 10:00:00+00:00'",
        "key = 'another'",
    ],
)
def test_any_edited_part_of_a_fact_is_found(clinic, change):
    _Tampering().execute(f"UPDATE clinic_fact SET {change} WHERE sequence = 2")  # noqa: S608
    assert verify(clinic).changed == ("H-1/2",)


def test_facts_that_changed_their_patient_are_found(clinic):
    """Two numbers exchanged: each fact is now about somebody else."""
    clinic.patients.update(number="H-9")
    proof = verify(clinic)
    assert len(proof.missing) == len(proof.unknown) == 5


@pytest.mark.parametrize("change", ["actor = 'bob'", "detail = '{}'", "subject = 'H-2/3'", "action = 'see_patient'"])
def test_an_edited_row_of_the_audit_is_named(clinic, change):
    _Tampering().execute(f"UPDATE clinic_auditrow SET {change} WHERE sequence = 5")  # noqa: S608
    assert verify(clinic).first_broken == 5


def test_an_edited_fact_with_its_own_row_made_to_fit_is_named(clinic):
    """The chain breaks at the row after: its hash holds the hash before."""
    tampering = _Tampering()
    tampering.edit_fact(3, "paracetamol")
    row = AuditRow.objects.get(subject="H-1/3")
    row.detail["facts"] = {"H-1/3": _digest_of(Fact.objects.get(sequence=3))}
    row.digest = digest(row)
    row.save()
    assert verify(clinic).first_broken == row.sequence + 1


def test_the_newest_fact_deleted_is_named(clinic):
    _Tampering().delete("clinic_fact", "sequence = 5")
    assert verify(clinic).missing == ("H-1/5",)


def test_a_deleted_row_of_the_audit_is_named(clinic):
    _Tampering().delete("clinic_auditrow", "sequence = 4")
    assert verify(clinic).first_broken == 4


def test_an_inserted_fact_is_named(clinic, people, dana):
    """No trigger refuses a new row; one that Keel did not write stands in no row of the audit."""
    Fact.objects.create(
        patient=dana, sequence=6, kind=Kind.MEDICINE, recorded_at=START, recorded_by=people["bob"], key="x"
    )
    assert verify(clinic).unknown == ("H-1/6",)


def test_a_row_inserted_in_the_middle_is_named(clinic):
    tampering = _Tampering()
    for number in range(10, 5, -1):
        tampering.execute("UPDATE clinic_auditrow SET sequence = %s WHERE sequence = %s", [number + 1, number])
    sixth = AuditRow.objects.get(sequence=5)
    row = AuditRow(
        clinic=clinic, sequence=6, at=START, actor="bob", action="log_in", subject="bob", previous=sixth.digest
    )
    row.digest = digest(row)
    row.save()
    assert verify(clinic).first_broken == 7


def test_two_rows_that_changed_places_are_named(clinic):
    tampering = _Tampering()
    for old, new in ((3, 99), (4, 3), (99, 4)):
        tampering.execute("UPDATE clinic_auditrow SET sequence = %s WHERE sequence = %s", [new, old])
    assert verify(clinic).first_broken == 3


def test_a_second_word_about_a_fact_does_not_count(clinic):
    """An edited fact cannot be made good by a further row, written in order, that has its new hash."""
    _Tampering().edit_fact(3, "paracetamol")
    note(clinic, at=START, actor="x", action="x", detail={"facts": {"H-1/3": _digest_of(Fact.objects.get(sequence=3))}})
    proof = verify(clinic)
    assert (proof.changed, proof.first_broken) == (("H-1/3",), None)


def _cut_tail(tampering):
    """The last fact with the rows that tell of it: what is left is whole in itself."""
    tampering.delete("clinic_auditrow", "sequence >= 9")
    tampering.delete("clinic_fact", "sequence = 5")


def test_a_cut_tail_is_found_with_the_kept_head_and_only_with_it(clinic):
    kept = _kept(clinic)
    _cut_tail(_Tampering())
    assert verify(clinic).holds  # said openly: this is why a head is kept
    assert verify(clinic, kept).first_head_missing == 9


def test_everything_hashed_anew_is_found_with_the_kept_head(clinic):
    kept = _kept(clinic)
    tampering = _Tampering()
    tampering.edit_fact(3, "paracetamol")
    tampering.renew_hashes(clinic)
    assert verify(clinic).holds
    assert verify(clinic, kept).first_head_missing == AuditRow.objects.get(subject="H-1/3").sequence


def test_an_older_copy_that_goes_on_is_found_with_the_kept_head(clinic, people, dana):
    kept = _kept(clinic)
    _cut_tail(_Tampering())
    _record(people["alice"], dana, "quetiapine", "key-new")
    note(clinic, at=START, actor="alice", action="log_out", subject="alice")
    assert verify(clinic).holds
    assert verify(clinic, kept).first_head_missing == 9


def test_a_restore_that_was_told_elsewhere_gives_the_heads_beyond_it_up(clinic, people, dana):
    lines = [head.line() for head in _kept(clinic).heads.values()]
    _cut_tail(_Tampering())
    last = AuditRow.objects.get(sequence=8)
    lines.append(Head(START, clinic.slug, 8, last.digest, is_restore=True).line())
    _record(people["alice"], dana, "quetiapine", "key-new")
    proof = verify(clinic, read_heads(lines)[clinic.slug])
    assert (proof.holds, proof.given_up) == (True, 2)


def test_a_head_is_read_wherever_a_log_server_put_it():
    head = Head(START, "harbour", 12, "ab" * 32)
    found = read_heads([f"<14>Dec  1 09:00:00 box keel: {head.line()}\x00 trailing", "another program's line", ""])
    assert found["harbour"].heads == {12: head}


@pytest.mark.parametrize("line", ["keel-audit-head x harbour 1 " + "a" * 64, "keel-audit-head", "9" * 100_000])
def test_lines_that_are_no_head_are_passed_over(line):
    assert read_heads([line]) == {}


def test_heads_go_out_after_the_commit_the_newest_of_each_clinic(clinic, settings, tmp_path, monkeypatch):
    from keel.web.environment import HeadPlace

    place = HeadPlace("file", str(tmp_path / "heads.log"))
    settings.AUDIT_HEAD = (place,)
    monkeypatch.setattr(heads.threading.Thread, "start", lambda thread: None)
    for number in (1, 3, 2):
        heads.announce(Head(START, "harbour", number, f"{number}" * 64))
    assert heads.send()
    assert set(heads.read_file(tmp_path / "heads.log")["harbour"].heads) == {3}


def test_a_server_that_comes_up_sends_what_the_one_before_did_not(clinic, settings, tmp_path, monkeypatch):
    from keel.web.clinic.audit import announce_all
    from keel.web.environment import HeadPlace

    settings.AUDIT_HEAD = (HeadPlace("file", str(tmp_path / "heads.log")),)
    monkeypatch.setattr(heads.threading.Thread, "start", lambda thread: None)
    announce_all()
    assert heads.send()
    kept = heads.read_file(tmp_path / "heads.log")["harbour"]
    assert (list(kept.heads), verify(clinic, kept).holds) == ([10], True)


def test_a_log_server_is_sent_the_same_line(settings, monkeypatch):
    """UDP to a server of the test on this machine, as syslog:host:port names it."""
    import socket

    from keel.web.environment import HeadPlace

    head = Head(START, "harbour", 12, "ab" * 32)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        heads.keep(HeadPlace("syslog", f"127.0.0.1:{server.getsockname()[1]}"), [head])
        line = server.recv(2000).decode()
    assert read_heads([line])["harbour"].heads == {12: head}


def test_a_head_goes_out_by_mail_once_an_hour_and_counts_only_with_our_signature(
    clinic, settings, monkeypatch, mailoutbox
):
    """HZ-SEC-02. Of two within the hour the second waits; a line that somebody else wrote, or changed, is none."""
    from keel.web.environment import HeadPlace

    settings.AUDIT_HEAD = (HeadPlace("mail", "lee@elsewhere.example"),)
    monkeypatch.setattr(heads.threading.Thread, "start", lambda thread: None)
    monkeypatch.setattr(heads, "_mailed", {})
    first, second = (Head(START, "harbour", number, f"{number}" * 64) for number in (4, 5))
    heads.announce(first)
    assert heads.send()
    heads.announce(second)
    assert not heads.send()  # it waits
    (mail,) = mailoutbox
    assert mail.to == ["lee@elsewhere.example"]
    lines = mail.body.splitlines()
    assert read_heads(lines)["harbour"].heads == {4: first}
    assert read_heads([line.replace("4" * 64, "6" * 64) for line in lines]) == {}
    monkeypatch.setattr(heads, "MAIL_EVERY_S", 0)
    assert heads.send()
    assert read_heads(mailoutbox[1].body.splitlines())["harbour"].heads == {5: second}


def test_a_place_that_cannot_be_reached_is_logged_and_tried_again(settings, tmp_path, monkeypatch, caplog):
    from keel.web.environment import HeadPlace

    settings.AUDIT_HEAD = (HeadPlace("file", str(tmp_path / "share" / "heads.log")),)
    monkeypatch.setattr(heads.threading.Thread, "start", lambda thread: None)
    heads.announce(Head(START, "harbour", 4, "a" * 64))
    assert not heads.send()
    assert "could not be kept" in caplog.text
    (tmp_path / "share").mkdir()
    assert heads.send()
    assert 4 in heads.read_file(tmp_path / "share" / "heads.log")["harbour"].heads


@given(
    payload=st.recursive(
        st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, width=32), st.text(), st.booleans()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
        max_leaves=6,
    )
)
def test_a_number_written_another_way_has_the_same_hash(payload):
    """JSON that went through a store which keeps 1.0 as 1 (PostgreSQL does) says the same."""

    def stored(value):
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, dict):
            return {name: stored(part) for name, part in reversed(value.items())}
        return [stored(part) for part in value] if isinstance(value, list) else value

    at = dt.datetime(2026, 12, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert fact_digest(["H-1", payload, at]) == fact_digest(["H-1", stored(payload), at.astimezone(dt.UTC)])


@pytest.mark.parametrize("number", [1e16, 0.1, 1e-7, 35.0, 1e21, -0.0, 2.5e-12])
def test_a_fact_with_such_a_number_holds_after_it_was_stored(people, dana, number):
    from keel.web.clinic import audit
    from keel.web.clinic.models import Clinic

    fact = Fact(patient=dana, sequence=1, kind=Kind.PERSON, payload={"n": number, "é": "ü\u2028"}, key="k")
    fact.recorded_at, fact.recorded_by = START, people["alice"]
    fact.save(force_insert=True)
    clinic = Clinic.objects.get(pk=dana.clinic_id)
    audit.append(clinic, at=START, actor="alice", action="record_fact", subject="", detail={}, facts=[fact])
    assert verify(clinic).holds


def test_facts_from_before_are_sealed_by_the_upgrade(clinic):
    """Rows of the audit that named no hash stay; one further row holds those of all facts."""
    from importlib import import_module

    tampering = _Tampering()
    for row in AuditRow.objects.all():
        row.detail.pop("facts", None)
        row.save()
    tampering.renew_hashes(clinic)
    assert len(verify(clinic).unknown) == 5
    import_module("keel.web.clinic.migrations.0004_seal_facts").seal(apps, None)
    assert verify(clinic).holds
    assert AuditRow.objects.last().action == "seal_facts"
    tampering.edit_fact(2, "paracetamol")
    assert verify(clinic).changed == ("H-1/2",)
