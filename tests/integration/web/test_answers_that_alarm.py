"""An answer that alarms: help at once, an alert that cannot be lost, told by the clock, closed by name."""

import datetime as dt
import io
import re
import smtplib
import zipfile

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from keel.web.accounts.models import User
from keel.web.clinic.actions import void_fact
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.exports import Purpose, whole_record
from keel.web.clinic.models import AuditRow, Kind
from keel.web.clinic.proof import verify
from keel.web.measures import actions
from keel.web.measures.queries import alerts_for, open_alerts
from keel.web.measures.watch import look_at_alerts
from keel.web.outbox.actions import send_due
from support.answers import HIGH, a_link, an_alert, answer
from support.clock import START, clock_at

CALM = {f"q{item}": "0" for item in HIGH}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def reachable(people):
    """Everybody of the clinic has an address."""
    for user in people.values():
        user.email = f"{user.username}@harbour.example"
        user.save()


@pytest.fixture
def token(dana, people):
    with clock_at(START):
        return a_link(dana, people["bob"])


def alarm(erin, token, **items):
    with clock_at(START):
        return answer(erin, token, **{**CALM, "q9": "1", **items})


@pytest.mark.parametrize("value", ["1", "2", "3"])
def test_item_nine_shows_help_at_once_and_opens_an_alert(erin, token, dana, value):
    """HZ-SUI-03, HZ-SUI-06: whatever the total; the person sees whom to call and that nobody watches."""
    done = alarm(erin, token, q9=value)
    assert done["Location"].endswith("/help/")
    page = erin.get(done["Location"]).content.decode()
    assert "Please do not stay alone with this" in page
    assert 'href="tel:999"' in page
    assert "not watched round the clock" in page
    (state,) = alerts_for(dana, START + HOUR)
    assert state.opened.step.answers == {"9": int(value)}
    assert state.opened.step.came_by == "link"


def test_an_answer_that_alarms_does_not_wait_for_open_questions(erin, token, dana):
    """HZ-SUI-06: everything else is open, and nobody is sent back to fill it in first."""
    erin.post(f"/form/{token}/", {"is_me": "yes"})
    done = erin.post(f"/form/{token}/", {"instrument": "phq-9", "phq-9.9": "3"})
    assert done["Location"].endswith("/help/")


def test_calm_answers_alarm_nobody(erin, token, dana):
    with clock_at(START):
        answer(erin, token, **CALM | {"q1": "3", "q2": "3"})
    assert alerts_for(dana, START + HOUR) == ()


@pytest.mark.parametrize(
    ("instrument", "items", "says"),
    [
        ("bladder-check", {"q8": "1"}, "same-day medical care"),
        ("warning-signs", {"qchest": "1"}, "call the emergency number"),
    ],
)
def test_other_answers_of_danger_alarm_too_in_words_of_their_own(erin, dana, people, instrument, items, says):
    token = a_link(dana, people["bob"], instruments=[instrument])
    done = answer(erin, token, instrument, **items)
    page = erin.get(done["Location"]).content.decode()
    assert says in page
    assert "do not stay alone" not in page
    assert len(open_alerts(dana.clinic, START + 365 * 24 * HOUR)) == 1


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_clinic_says_its_own_crisis_words_by_language(erin, dana, people, at_desk, lang):
    words = {"en": "Ring our duty line: 020 7946 0000.", "es": "Llame a nuestra línea: 020 7946 0000."}
    sent = {"words_en": words["en"], "words_es": words["es"], "danger": "111"}
    assert at_desk("alice").post("/clinic/harbour/measures/", sent).status_code == 302
    token = a_link(dana, people["bob"], lang=lang)
    page = erin.get(answer(erin, token, **CALM | {"q9": "1"})["Location"]).content.decode()
    assert words[lang] in page
    (state,) = alerts_for(dana, START + 365 * 24 * HOUR)
    assert state.opened.step.shown == "clinic"


def test_answers_and_alert_are_stored_together_or_not_at_all(erin, token, dana, monkeypatch):
    """HZ-SUI-06: the fault lies between the answers and the alert."""

    def fail(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(actions, "_tell", fail)
    with pytest.raises(OSError, match="disk"):
        alarm(erin, token)
    assert not dana.facts.exists()
    monkeypatch.undo()
    assert alarm(erin, token)["Location"].endswith("/help/")
    assert dana.facts.filter(kind=Kind.ALERT, payload__step="opened").count() == 1


def test_an_alert_that_nobody_takes_is_told_to_more_people_until_it_is_closed(erin, token, dana, reachable, at_desk):
    """HZ-SUI-06: an hour for prescribers, then all who record, then everybody; then all of them again."""
    alarm(erin, token)
    told = []
    for hour in range(5):
        at = START + hour * HOUR + dt.timedelta(minutes=1)
        look_at_alerts(at)
        look_at_alerts(at)
        before = len(mail.outbox)
        send_due(at)
        told.append(sorted(one.to[0].partition("@")[0] for one in mail.outbox[before:] if "harbour" in one.to[0]))
    assert told[0] == ["alice"]
    assert told[1] == ["alice", "bob", "tom"]
    assert told[2] == told[3] == told[4] == ["alice", "bob", "fay", "mia", "tom"]
    assert all("Dana" not in one.body + one.subject for one in mail.outbox)
    with clock_at(START + 5 * HOUR):
        assert "1 answer that alarms waits" in at_desk("tom").get("/clinic/harbour/").content.decode()
        assert "Tell a clinician now" in at_desk("fay").get("/clinic/harbour/").content.decode()


def test_lost_mail_goes_on_to_others_before_its_time(erin, token, dana, reachable, monkeypatch):
    """HZ-SUI-06: lose the mail."""

    def refuse(self, **kwargs):
        raise smtplib.SMTPRecipientsRefused({self.to[0]: (550, b"no such user")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    alarm(erin, token)
    minute = START + dt.timedelta(minutes=1)
    send_due(minute)
    assert look_at_alerts(minute) == 1
    (state,) = alerts_for(dana, minute)
    assert [one.step.told for one in state.steps if one.step.step == "told"][-1] == ("Alice", "Bob", "Tom")


def test_nobody_with_an_address_is_said_and_the_alert_stands(erin, token, dana, at_desk):
    alarm(erin, token)
    assert not User.objects.exclude(email="").exists()
    with clock_at(START + HOUR / 2):
        (state,) = alerts_for(dana, START + HOUR / 2)
        page = at_desk("bob").get(f"/clinic/harbour/patients/H-1/measures/alerts/{state.id}/").content.decode()
    assert "nobody here has an e-mail address" in page


def test_one_alert_that_cannot_be_told_keeps_no_other_from_being_told(dana, people, monkeypatch):
    for name in ("one", "two"):
        an_alert(dana, people["bob"], name)
    real = actions._tell

    def tell(patient, alert, *rest):
        if alert == "one":
            raise OSError("no")
        real(patient, alert, *rest)

    monkeypatch.setattr(actions, "_tell", tell)
    assert look_at_alerts(START + 2 * HOUR) == 1


def test_from_alarm_to_closed_by_name(erin, token, dana, at_desk, people):
    """HZ-SUI-01, HZ-SUI-06: whom, when, what was agreed, who closed it; a later calm answer closes nothing."""
    alarm(erin, token)
    (state,) = alerts_for(dana, START + HOUR)
    address = f"/clinic/harbour/patients/H-1/measures/alerts/{state.id}/"

    def send(name, after, **told):
        with clock_at(START + after):
            browser = at_desk(name)
            page = browser.get(address).content.decode()
            form = next(
                one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'value="{told["step"]}"' in one
            )
            key = re.search(r'name="key" value="([^"]+)"', form)[1]
            return browser.post(address, {"key": key, **told})

    assert send("tom", HOUR / 2, step="taken").status_code == 302
    assert send("tom", HOUR, step="tried", who="Dana", how="telephone", reached="false").status_code == 302
    assert send("tom", 2 * HOUR, step="agreed", agreed="comes tomorrow at nine", plan="none").status_code == 302
    with clock_at(START + 3 * HOUR):
        again = a_link(dana, people["bob"])
        answer(erin, again, **CALM)
    assert open_alerts(dana.clinic, START + 24 * HOUR)
    assert send("bob", 3 * HOUR, step="tried", who="x", how="y", reached="true").status_code == 302
    with clock_at(START + 4 * HOUR):
        desk = at_desk("bob")
        assert "Close it as" not in desk.get(address).content.decode()
        assert desk.post(address, {"step": "closed", "key": "k", "reason": "seen"}).status_code == 403
    assert send("alice", 4 * HOUR, step="closed", reason="Seen with her sister, plan agreed").status_code == 302
    assert open_alerts(dana.clinic, START + 24 * HOUR) == []
    with clock_at(START + 5 * HOUR):
        page = at_desk("tom").get(address).content.decode()
        assert "Seen with her sister" in page
        assert "comes tomorrow at nine" in page
        assert "not asked" in page
        assert "Alice" in page
        late = at_desk("tom").post(address, {"step": "tried", "key": "late", "who": "a", "how": "b", "reached": "true"})
        assert "closed already" in late.content.decode()
        assert "answer that alarms waits" not in at_desk("tom").get("/clinic/harbour/").content.decode()
    done = AuditRow.objects.filter(clinic=dana.clinic, action__startswith="alert_").values_list("action", "actor")
    assert ("alert_closed", "alice") in done
    assert verify(dana.clinic).holds


def test_an_alert_is_neither_corrected_nor_taken_back(dana, people, at_desk):
    an_alert(dana, people["bob"])
    for what in ("correct", "take-back"):
        assert at_desk("alice").get(f"/clinic/harbour/patients/H-1/facts/1/{what}/").status_code == 404
    with pytest.raises(FactRefused):
        void_fact(by=people["alice"], fact=dana.facts.get(), reason="no", key="v", at=START)


def test_the_record_that_goes_out_holds_the_alert(dana, people):
    an_alert(dana, people["bob"])
    archive = zipfile.ZipFile(io.BytesIO(whole_record(dana, Purpose.PATIENT, at=START + HOUR).content))
    assert '"kind": "alert"' in archive.read("facts.json").decode()


def test_the_list_of_open_alerts_says_whom_it_showed(dana, people, at_desk):
    an_alert(dana, people["bob"])
    assert "Dana" in at_desk("tom").get("/clinic/harbour/alerts/").content.decode()
    row = AuditRow.objects.filter(clinic=dana.clinic).last()
    assert (row.action, row.detail["patients"]) == ("see_patients", {"H-1": "picture"})
