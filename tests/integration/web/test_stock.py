"""The book of controlled drugs on its pages: lots, what is taken out, a witness, two who count, a difference."""

import datetime as dt
import io

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction

from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow
from keel.web.live.actions import record_events
from keel.web.rems.models import Setting, StockMove
from keel.web.rems.stock import book_of, lines_of, session_doses
from support.clock import START, clock_at
from support.live import PERSON, a_session, evening
from support.stock import RECEIPT, line, short_of_one

STOCK = "/clinic/harbour/stock/"
END = START + dt.timedelta(hours=3)
DIFFERENCE = f"{STOCK}discrepancies/count-3/"


def send(browser, address, name, **told):
    """Sends a form of the book, with its key and its time."""
    page = browser.get(address)
    form = page.context["forms"][name] if "forms" in page.context else page.context["form"]
    fixed = {form[one].html_name: form[one].value() for one in ("key", "at")}
    fixed = {
        key: value.strftime("%Y-%m-%dT%H:%M") if hasattr(value, "strftime") else value for key, value in fixed.items()
    }
    return browser.post(address, fixed | {"act": name} | {f"{name}-{one}": value for one, value in told.items()})


def test_a_vial_from_the_delivery_to_the_waste(people, harbour, at_desk):
    """By hand: 20 in, 10 out, 0.7 given, 9.3 wasted and seen: 10 in the cupboard, nothing open."""
    with clock_at(START):
        bob, alice = at_desk("bob"), at_desk("alice")
        told = {name: value for name, value in RECEIPT.items() if name != "kind"}
        assert send(bob, f"{STOCK}write/receive/", "receive", **told).status_code == 302
        assert send(bob, f"{STOCK}write/issue/", "issue", lot="1", amount="10", to="Room 1").status_code == 302
        given = {"amount": "0,7", "patient": "H-1", "of": "2", "authority": "Alice"}
        assert send(bob, f"{STOCK}write/give/", "give", **given).status_code == 302
        refused = send(bob, f"{STOCK}write/waste/", "waste", amount="9.3", of="2", witness="bob", reason="rest")
        assert refused.status_code == 422  # oneself is not offered as a witness
        waste = {"amount": "9.3", "of": "2", "witness": "alice", "reason": "rest"}
        assert send(bob, f"{STOCK}write/waste/", "waste", **waste).status_code == 302
        assert "I saw line 4" not in bob.get(STOCK).content.decode()
        assert bob.post(f"{STOCK}confirm/4/").status_code == 422
        assert "I saw line 4" in alice.get(STOCK).content.decode()
        assert alice.post(f"{STOCK}confirm/4/").status_code == 302
        found = book_of(harbour, at=START + dt.timedelta(days=2))
    assert (str(found.lots[1].balance), found.discrepancies, found.unconfirmed) == ("10", {}, {})
    assert AuditRow.objects.filter(action="stock").count() == 5


def test_two_count_without_the_book_and_a_difference_cannot_be_closed_silently(people, harbour, at_desk):
    with clock_at(START):
        line(people, harbour, "alice", RECEIPT)
        alice, bob, mia = at_desk("alice"), at_desk("bob"), at_desk("mia")
        page = bob.get(f"{STOCK}count/1/").content.decode()
        assert "20" not in page.partition("<main")[2].partition("expires")[0]  # what the book says is not there
        assert send(bob, f"{STOCK}count/1/", "count", amount="19").status_code == 302
        assert send(bob, f"{STOCK}count/1/", "count", amount="19").status_code == 422
        assert "is being counted" in bob.get(STOCK).content.decode()
        assert send(alice, f"{STOCK}count/1/", "count", amount="19").status_code == 302
        assert "−1" in bob.get(STOCK).content.decode()
        assert send(alice, DIFFERENCE, "close", reason="nothing").status_code == 422  # she counted
        assert send(mia, DIFFERENCE, "close", reason="nothing").status_code == 422  # nobody has said what was found
        assert send(bob, DIFFERENCE, "explain", is_explained="no", text="not found").status_code == 302
        assert send(mia, DIFFERENCE, "close", reason="nothing").status_code == 422  # not explained, not reported
        assert send(bob, DIFFERENCE, "report_loss", to="the authority", number="L1").status_code == 422  # his role
        assert send(mia, DIFFERENCE, "report_loss", to="the authority", number="L1").status_code == 302
        fix = {"amount": "-1", "witness": "alice", "reason": "not found"}
        assert send(bob, DIFFERENCE, "correct", **fix).status_code == 302
        assert send(mia, DIFFERENCE, "close", reason="reported").status_code == 302
        page = bob.get(DIFFERENCE).content.decode()
    assert "Closed by Mia" in page
    assert "L1" in page
    assert str(book_of(harbour, at=START).lots[1].balance) == "19"


def test_the_book_is_held_against_the_dose_of_the_session(people, harbour, dana):
    """The specification's infusion gives 35 mg: 0.7 mL of 50 mg/mL (protocol reference, A4)."""
    from keel.web.clinic.actions import record_fact
    from keel.web.clinic.models import Kind

    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    live = a_session(dana, people["bob"])
    assert record_events(by=people["bob"], live=live, events=evening(), at=END).refused == ()
    line(people, harbour, "alice", RECEIPT)
    (dose,) = session_doses(harbour, lines_of(harbour), at=END)
    assert (round(dose.given_mg, 1), dose.booked_mg, dose.is_alike) == (35.0, None, False)
    give = {"kind": "give", "lot": 1, "patient": "H-1", "session": "a1"}
    line(people, harbour, "bob", give | {"amount": "0.7"}, at=END)
    (dose,) = session_doses(harbour, lines_of(harbour), at=END)
    assert (str(dose.booked_mg), dose.is_alike) == ("35.0", True)


def test_sent_twice_is_written_once(people, harbour):
    line(people, harbour, "alice", RECEIPT, key="k")
    line(people, harbour, "alice", RECEIPT, key="k")
    assert StockMove.objects.count() == 1
    with pytest.raises(FactRefused, match="before with other content"):
        line(people, harbour, "alice", RECEIPT | {"amount": "30"}, key="k")


def test_who_may_write_and_what_cannot_stand(people, harbour):
    for by in ("tom", "fay", "mia", "charlie"):
        with pytest.raises(NotAllowed):
            line(people, harbour, by, RECEIPT)
    with pytest.raises(FactRefused, match="not in its form"):
        line(people, harbour, "alice", RECEIPT | {"amount": "2e3"})
    with pytest.raises(FactRefused, match="not known"):
        line(people, harbour, "alice", RECEIPT | {"product": "morphine"})
    line(people, harbour, "alice", RECEIPT)
    with pytest.raises(FactRefused, match="witness works here"):
        line(people, harbour, "bob", {"kind": "waste", "lot": 1, "amount": "1", "witness": "charlie", "reason": "x"})


@pytest.mark.parametrize("table", ["rems_stockmove", "rems_setting"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET at = recorded_at", "DELETE FROM {table}"])
def test_the_database_takes_new_rows_only(people, harbour, table, statement):
    line(people, harbour, "alice", RECEIPT)
    told = {"care": "outpatient", "name": "Harbour", "address": "1 Quay", "representative": "Mia"}
    Setting.objects.create(clinic=harbour, by=people["mia"], at=START, **told)
    text = statement.format(table=table).replace("recorded_at", "at" if table == "rems_setting" else "recorded_at")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)


def test_the_book_goes_out_as_a_table_and_as_a_paper(people, harbour, at_desk):
    short_of_one(people, harbour)
    line(people, harbour, "bob", {"kind": "give", "lot": 1, "amount": "0.7", "patient": "H-1"})
    with clock_at(END):
        bob = at_desk("bob")
        rows = bob.get(f"{STOCK}book.csv").content.decode().splitlines()
        paper = pikepdf.open(io.BytesIO(bob.get(f"{STOCK}book.pdf").content))
    assert len(rows) == 5
    assert "19.3" in rows[4]  # 20 less 0.7: what was counted changes no balance
    assert str(paper.open_metadata()["pdfuaid:part"]) == "1"
    assert AuditRow.objects.filter(detail__patients__has_key="H-1").count() == 2
