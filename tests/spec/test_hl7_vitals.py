"""Messages of monitors. The sample is that of reference/live-session.md, section 5, and its table of fields."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from keel import knowledge
from keel.interop import ReadError
from keel.interop.hl7_vitals import acknowledgement, read_vitals

AT = dt.datetime(2026, 12, 1, 14, 5, 12, tzinfo=dt.UTC)
SAMPLE = r"""MSH|^~\&|VITALGW^0123456789ABCDEF^EUI-64|CLINIC|KEEL|CLINIC|20261201140512+0000||ORU^R01^ORU_R01|R3-000417|P|2.6|||AL|NE||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO
PID|1||K-1042^^^KEEL^PI||DEMO^ROOM3
PV1|1|O|KET^^ROOM3
OBR|1|417^VITALGW|417^VITALGW|182777000^monitoring of patient^SCT|||20261201140500+0000
OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||0123456789ABCDEF^^0123456789ABCDEF^EUI-64
OBX|2|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|148|266016^MDC_DIM_MMHG^MDC|90-160||||R|||20261201140455+0000
OBX|3|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.1||262688^MDC_DIM_PERCENT^MDC||NAV|||X|||20261201140500+0000
"""  # noqa: E501 - a message as it is sent


def read(text, zone="UTC"):
    return read_vitals(text, zone=ZoneInfo(zone), at=AT, knowledge=knowledge.load())


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_the_sample_says_a_pressure_and_that_there_is_no_oxygen(end):
    """HZ-VIT-02: a sign that is missing while others flow is missing, not old."""
    message = read(SAMPLE.replace("\n", end))
    assert (message.control_id, message.patient, message.sender) == ("R3-000417", "K-1042", "0123456789ABCDEF")
    pressure, oxygen = message.readings
    assert (pressure.sign, pressure.value, pressure.device) == ("sbp", 148, "0123456789ABCDEF")
    assert pressure.at == dt.datetime(2026, 12, 1, 14, 4, 55, tzinfo=dt.UTC)
    assert (oxygen.sign, oxygen.value, str(oxygen.why)) == ("spo2", None, "the device has no value")
    assert message.unread == ()


def changed(old, new):
    assert old in SAMPLE
    return read(SAMPLE.replace(old, new)).readings[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("90-160||||R", "90-160|TEST|||R"),
        ("90-160||||R", "90-160|INV|||X"),
        ("90-160||||R", "90-160|OFF|||R"),
        ("|148|", "|?|"),
        ("|148|", "|>300|"),
        ("|148|", "|14800|"),
        ("|148|", "|1.4.8|"),
        ("|148|266016^MDC_DIM_MMHG^MDC", "|19.7|kPa"),
        ("|148|", "|700|"),
    ],
)
def test_what_is_no_value_is_none_and_says_why(old, new):
    reading = changed(old, new)
    assert reading.value is None
    assert reading.why


@pytest.mark.parametrize("unit", ["266016^MDC_DIM_MMHG^MDC", "mm[Hg]^mm[Hg]^UCUM"])
@pytest.mark.parametrize("code", ["150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "8480-6^Systolic^LN"])
def test_a_measure_by_another_code_and_unit_is_the_same(code, unit):
    text = SAMPLE.replace("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", code).replace("266016^MDC_DIM_MMHG^MDC", unit)
    assert (read(text).readings[0].sign, read(text).readings[0].value) == ("sbp", 148)


def test_a_time_without_an_offset_is_that_of_the_device_and_marked():
    """va.gov-team issue 131813: vitals five hours off."""
    reading = read(SAMPLE.replace("20261201140455+0000", "20261201090455"), zone="America/New_York").readings[0]
    assert reading.at == dt.datetime(2026, 12, 1, 14, 4, 55, tzinfo=dt.UTC)
    assert reading.zone_assumed


@pytest.mark.parametrize(
    "text", ["", "hello", "MSH|^~\\&|A|B\r", SAMPLE.replace("ORU^R01", "ADT^A01"), SAMPLE.split("OBX")[0], "MSH|" * 50]
)
def test_what_is_no_message_of_readings_is_refused_in_one_line(text):
    with pytest.raises(ReadError) as refused:
        read(text)
    assert "\n" not in str(refused.value)


def test_an_answer_names_the_message_that_it_answers():
    """Mirth 2027, 2071: an acknowledgement of another message was taken."""
    answer = acknowledgement(SAMPLE.replace("\n", "\r"), "AA", at=AT, control_id="K1")
    assert "\rMSA|AA|R3-000417|" in answer
    assert answer.startswith("MSH|^~\\&|KEEL|KEEL|VITALGW^0123456789ABCDEF^EUI-64|CLINIC|")
