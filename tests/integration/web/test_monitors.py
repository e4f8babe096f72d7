"""What monitors send: by MLLP and by FHIR, into the session of their room, once, beside what people enter."""

import asyncio
import contextlib
import datetime as dt
import json
import socket

import pytest

from keel.interop.hl7_evening import framed, messages
from keel.web.live.models import MonitorMessage, Room
from keel.web.live.monitors import add_monitor, place, take_message
from keel.web.live.sessions import event_facts, state_of
from support.clock import START, clock_at
from support.live import a_session

EUI = "0123456789ABCDEF"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def room(people, dana):
    return Room.objects.create(clinic=dana.clinic, name="Room 3")


@pytest.fixture
def live(people, dana, room):
    return a_session(dana, people["bob"], room=room)


@pytest.fixture
def monitor(people, room):
    monitor, monitor.secret = add_monitor(
        by=people["bob"], clinic=room.clinic, identifier=EUI, name="Monitor 3", zone="UTC", at=START
    )
    place(monitor, room, by=people["bob"], at=START)
    return monitor


def sent(minute=1, *, device=EUI, seed=1):
    """The message of a minute of the made-up evening, measured at that minute."""
    at = START + minute * MINUTE
    return list(messages(device, minute + 1, seed=seed, now=lambda: at))[minute], at


def filed(live):
    live.refresh_from_db()
    return [fact.payload for fact in event_facts(live) if fact.payload["event"]["type"] == "vitals_recorded"]


def test_a_reading_goes_to_the_session_of_the_room_marked_as_sent_and_once(live, monitor):
    text, at = sent(10)
    for _turn in range(2):
        assert "\rMSA|AA|" in take_message(text, at=at)
    (payload,) = filed(live)
    assert (payload["event"]["device"], payload["event"]["by"], payload["device"]) == ("Monitor 3", "Monitor 3", EUI)
    assert {"sbp", "dbp", "hr", "spo2", "rr"} <= payload["event"].keys()
    assert state_of(live, at=at).latest["hr"].value == payload["event"]["hr"]


def test_a_value_of_a_person_stays_beside_it(live, monitor, people):
    from keel.web.live.actions import record_events

    text, at = sent(10)
    own = {"id": "v1", "at": at.isoformat(), "type": "vitals_recorded", "sbp": 188, "device": "Monitor 3"}
    record_events(by=people["bob"], live=live, events=[own], at=at)
    take_message(text, at=at)
    assert [one["event"].get("device", "") for one in filed(live)] == ["", "Monitor 3"]  # a person is no device


def test_continuous_signs_are_thinned_and_a_cuff_never(live, monitor):
    for second in (0, 10, 20, 40):
        at = START + MINUTE + dt.timedelta(seconds=second)
        text = next(messages(EUI, 20, seed=second, now=lambda at=at: at))  # the first minute has a cuff
        take_message(text, at=at)
    kept = filed(live)
    assert ["spo2" in one["event"] for one in kept] == [True, False, False, True]
    assert all("sbp" in one["event"] for one in kept)


def test_a_monitor_that_nobody_knows_is_kept_and_filed_nowhere(live, monitor):
    text, at = sent(10, device="FFFFFFFFFFFFFFFF")
    assert "\rMSA|AA|" in take_message(text, at=at)
    assert filed(live) == []
    kept = MonitorMessage.objects.get(sender="FFFFFFFFFFFFFFFF")
    assert kept.text == text
    assert "nobody knows" in kept.why


def test_a_monitor_that_nobody_knows_is_named_where_there_is_one_clinic(live, hill, at_desk):
    """Where there are several it may be another's."""
    text, at = sent(10, device="FFFFFFFFFFFFFFFF")
    take_message(text, at=at)
    page = at_desk("bob").get("/clinic/harbour/monitors/").content.decode()
    assert ("FFFFFFFFFFFFFFFF" in page, "several clinics" in page) == (False, True)
    hill.memberships.all().delete()
    hill.delete()
    page = at_desk("bob").get("/clinic/harbour/monitors/").content.decode()
    assert ("FFFFFFFFFFFFFFFF" in page, "several clinics" in page) == (True, False)


def test_another_patient_on_the_monitor_holds(live, monitor, dana):
    """HZ-ID-01: the id on the monitor only cross-checks; where it names somebody else here, nothing is filed."""
    from keel.web.clinic.models import Patient

    Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    text, at = sent(10)
    take_message(text.replace("\rOBR|1", "\rPID|1||H-2^^^KEEL^PI\rOBR|1"), at=at)
    assert filed(live) == []
    assert "another patient" in MonitorMessage.objects.get().why


def test_the_room_is_that_of_the_time_of_the_reading(live, monitor, people):
    other = Room.objects.create(clinic=monitor.clinic, name="Room 4")
    place(monitor, other, by=people["bob"], at=START + 5 * MINUTE)
    for minute, count in ((10, 0), (3, 1)):
        text, _at = sent(minute)
        take_message(text, at=START + 20 * MINUTE)
        assert len(filed(live)) == count


@pytest.mark.parametrize("text", ["", "hello", "MSH|^~\\&|A|B|C|D|1||ADT^A01|77|P|2.6\r"])
def test_what_is_no_message_is_answered_and_stored_nowhere(db, text):
    assert "MSA|AR|" in take_message(text, at=START)
    assert MonitorMessage.objects.count() == 0


def observation(code="8480-6", value=148, unit="mm[Hg]"):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": (START + MINUTE).isoformat(),
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


def test_fhir_observations_come_in_by_the_secret_of_the_monitor(live, monitor, erin):
    address = f"/clinic/monitors/{EUI}/Observation"
    body = json.dumps(observation())
    told = {"data": body, "content_type": "application/fhir+json"}
    assert erin.post(address, **told).status_code == 401
    assert erin.post(address, **told, headers={"authorization": "Bearer wrong"}).status_code == 401
    known = {"authorization": f"Bearer {monitor.secret}"}
    with clock_at(START + 2 * MINUTE):
        for _turn in range(2):
            assert erin.post(address, **told, headers=known).status_code == 201
    assert [one["event"]["sbp"] for one in filed(live)] == [148]
    assert erin.post(address, "{}", content_type="application/json", headers=known).status_code == 422


def fhir(*values, at=START + MINUTE, **changes):
    """Pressures of one time as a Bundle, each with a number of its own."""
    told = [
        observation(value=value) | {"id": f"o{number}", "effectiveDateTime": at.isoformat()} | changes
        for number, value in enumerate(values)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in told]})


def test_two_values_of_one_time_are_both_filed_and_what_was_not_is_said(live, monitor, erin):
    """HZ-ALM-01: the second value replaces no first one; what cannot be is told back to the program that sent it."""
    address, known = f"/clinic/monitors/{EUI}/Observation", {"authorization": f"Bearer {monitor.secret}"}

    def posted(body):
        return erin.post(address, data=body, content_type="application/fhir+json", headers=known)

    with clock_at(START + 2 * MINUTE):
        done = posted(fhir(190, 120, 5000)).json()
        assert (done["filed"], "cannot be 5000" in done["not_filed"]) == (2, True)
        assert sorted(one["event"]["sbp"] for one in filed(live)) == [120, 190]
        assert "cannot be 5000" in MonitorMessage.objects.get().why
        before = posted(fhir(130, at=START - 60 * MINUTE)).json()
        assert (before["filed"], "no session ran" in before["not_filed"]) == (0, True)
        lines = "\n".join(json.dumps(observation(value=value) | {"id": f"n{value}"}) for value in (141, 142))
        assert posted(lines).json()["filed"] == 2
        for body in (fhir(150, id="\ud800"), fhir(150, status="\ud800"), "[1]", '{"doses": []}'):
            answer = posted(body)
            assert (answer.status_code in (201, 422), "\ud800" in answer.content.decode()) == (True, False)


def test_single_values_of_fhir_are_thinned_each_sign_by_itself_and_never_where_one_goes_out_of_range(live, monitor):
    """HZ-ALM-01, HZ-ALM-03: one value a request; SpO2 of 84 % is below each limit (data/protocols/iv-racemic.toml)."""
    from keel.web.live.monitors import take_observations

    sent_at = START + MINUTE
    codes = {"hr": ("8867-4", "/min"), "spo2": ("59408-5", "%")}
    for second in range(60):
        at = sent_at + dt.timedelta(seconds=second)
        for sign, (code, unit) in codes.items():
            value = {"hr": 70, "spo2": 84 if 40 <= second < 52 else 97}[sign]
            body = observation(code, value, unit) | {"effectiveDateTime": at.isoformat()}
            monitor.refresh_from_db()
            take_observations(monitor, json.dumps(body).encode(), at=at)
    kept = {sign: [one["event"][sign] for one in filed(live) if sign in one["event"]] for sign in codes}
    assert kept == {"hr": [70, 70], "spo2": [97, 97, 84, 84]}


@pytest.mark.parametrize(("minutes", "says"), [(60, "is 60 min old by its clock"), (-60, "lies 60 min ahead")])
def test_a_monitor_whose_clock_is_off_is_said_so_beside_its_room(live, monitor, at_desk, minutes, says):
    """HZ-CLK-03, HZ-ALM-01: of an hour that is behind nothing is filed, and the nurse is told to read it by hand."""
    at, off = START + 10 * MINUTE, minutes * MINUTE
    take_message(pressure("1", at - off, 120), at=at)
    with clock_at(at + MINUTE):
        bob = at_desk("bob")
        for page in (f"/clinic/harbour/sessions/{live.id}/during/", "/clinic/harbour/monitors/"):
            said = bob.get(page).content.decode()
            assert says in said
            assert ("Nothing of it was filed" in said) == (minutes > 0)
    assert len(filed(live)) == (minutes < 0)
    take_message(pressure("2", at + MINUTE, 121), at=at + MINUTE)
    with clock_at(at + MINUTE):
        assert "by its clock" not in at_desk("bob").get("/clinic/harbour/monitors/").content.decode()


def test_fhir_that_names_another_patient_is_filed_nowhere(live, monitor, dana):
    """HZ-ID-01: the same check as for HL7."""
    from keel.interop import ReadError
    from keel.web.clinic.models import Patient
    from keel.web.live.monitors import take_observations

    Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    body = json.dumps(observation() | {"subject": {"reference": "Patient/H-2"}}).encode()
    with pytest.raises(ReadError, match="another patient"):
        take_observations(monitor, body, at=START + 2 * MINUTE)
    assert filed(live) == []


def test_the_listener_answers_each_message_and_lets_no_stranger_in(monkeypatch):
    """Bad bytes and a message that cannot be read leave the line open; what answers is `take_message`, above."""
    from keel.web.live import listener

    taken = []
    monkeypatch.setattr(listener, "take_message", lambda text, *, at: taken.append(text) or f"MSA|AA|{len(taken)}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def talk(allowed, *blocks):
        server = asyncio.create_task(listener.listen("127.0.0.1", port, allowed))
        await asyncio.sleep(0.2)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        for block in blocks:
            writer.write(block)
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                answers.append(await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 10))
        writer.close()
        server.cancel()
        return answers

    text, _at = sent(2)
    no_start, too_long = b"hello\x1c\r", framed("x" * (listener.LARGEST + 1))
    assert asyncio.run(talk(["127.0.0.1"], no_start + framed(text))) == [b"\x0bMSA|AA|1\x1c\r"]
    assert asyncio.run(talk(["127.0.0.0/8"], too_long + framed(text), framed(text))) != []
    assert taken[0] == text
    assert asyncio.run(talk(["192.0.2.0/24"], framed(text))) == []


def pressure(name, at, value, *, device=EUI, when="", more=""):
    """A message of one systolic pressure."""
    time = when or at.strftime("%Y%m%d%H%M%S+0000")
    mdc = f"150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|{value}|266016^MDC_DIM_MMHG^MDC"
    row = f"OBX|1|NM|{mdc}|||||R|||{time}||||{device}^^{device}^EUI-64\r"
    return f"MSH|^~\\&|GW|C|KEEL|C|{time}||ORU^R01^ORU_R01|{name}|P|2.6\rOBR|1||||||{time}\r{row}{more}"


def values(live):
    return [payload["event"]["sbp"] for payload in filed(live)]


@pytest.mark.parametrize("name", ["", "1"])
def test_a_number_that_comes_again_loses_no_reading(live, monitor, name):
    """HZ-ALM-01: monitors count from one when they are switched on, and some give their messages no number."""
    for minute, value in ((1, 120), (2, 190), (2, 190), (2, 188)):
        at = START + minute * MINUTE
        assert "MSA|AA" in take_message(pressure(name, at, value), at=at)
    assert values(live) == [120, 190, 188]  # another value of the same moment stands beside it


@pytest.mark.parametrize("when", ["20261121100100+9999", "99991231235959-1200", "00010101000000+1400"])
def test_a_time_that_cannot_be_stops_no_monitor(live, monitor, when):
    """HZ-ALM-01: a message that ends the connection is sent again for ever, and nothing after it arrives."""
    assert "MSA|AA" in take_message(pressure("1", START, 120, when=when), at=START + MINUTE)


def test_what_another_monitor_measured_is_not_filed_in_this_room(live, monitor, people):
    """HZ-ID-04: a gateway that puts two monitors into one message."""
    other = "FFFF456789ABCDEF"
    add_monitor(by=people["bob"], clinic=live.patient.clinic, identifier=other, name="M4", zone="UTC", at=START)
    more = pressure("1", START, 230, device=other).rpartition("OBX")
    take_message(pressure("1", START, 120, more="OBX" + more[2]), at=START)
    assert values(live) == [120]
    assert "another monitor" in MonitorMessage.objects.get().why


def test_many_readings_in_one_message_are_read_together(live, monitor, monkeypatch):
    """T12: nobody of the clinic waits for a monitor that was away."""
    from keel.web.live import actions

    reads, read_one = [], actions.sessions.read
    monkeypatch.setattr(actions.sessions, "read", lambda *told: reads.append(1) or read_one(*told))
    seconds = [START + dt.timedelta(seconds=number) for number in range(60)]
    rows = [pressure("1", at, 120 + at.second).rpartition("OBX")[2] for at in seconds[1:]]
    take_message(pressure("1", START, 120, more="".join(f"OBX{row}" for row in rows)), at=START + MINUTE)
    assert (len(values(live)), len(reads) < 6) == (60, True)
