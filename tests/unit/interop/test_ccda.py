"""C-CDA documents: what was administered is a dose, a list entry a medicine, and XML that hides a bomb is refused."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from keel.interop import ReadError, read_folder, read_records
from keel.knowledge import load
from keel.quantities import Interval
from support.reading import AT, noted

FACTS = load()
RXNORM, ROUTES = "2.16.840.1.113883.6.88", "2.16.840.1.113883.3.26.1.1"


def entry(name, *, status="completed", times="", inside="", mood="EVN", code="", negated=""):
    coded = f'code="{code}" codeSystem="{RXNORM}"' if code else 'nullFlavor="OTH"'
    return f"""<entry><substanceAdministration classCode="SBADM" moodCode="{mood}" {negated}>
    <statusCode code="{status}"/>{times}{inside}
    <consumable><manufacturedProduct><manufacturedMaterial>
    <code {coded} displayName="{name}"><originalText>{name}</originalText></code>
    </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"""


def document(*entries, section="10160-0", before=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<recordTarget><patientRole><id root="1.2.3" extension="dana"/><patient>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19920517"/>
</patient></patientRole></recordTarget>
<component><structuredBody><component><section><code code="{section}" codeSystem="2.16.840.1.113883.6.1"/>
{"".join(entries)}</section></component></structuredBody></component></ClinicalDocument>""".encode()


def interval(low, high=""):
    end = f'<high value="{high}"/>' if high else '<high nullFlavor="UNK"/>'
    return f'<effectiveTime xsi:type="IVL_TS"><low value="{low}"/>{end}</effectiveTime>'


GIVEN = entry(
    "Ketamine",
    code="6130",
    times=interval("20261101090000+0000", "20261101094000+0000"),
    inside=f'<routeCode code="C38276" codeSystem="{ROUTES}"/><doseQuantity value="35" unit="mg"/>',
)


def read(data, zone=None):
    return read_records(data, at=AT, knowledge=FACTS, zone=zone)


def test_what_was_administered_is_a_dose():
    """HZ-IOP-01."""
    (record,) = read(document(GIVEN, section="29549-3")).records
    (dose,) = record.doses
    assert (dose.substance, dose.route, dose.amount_mg, dose.duration_min) == (
        "racemic",
        "iv",
        Interval.exactly(35),
        40,
    )
    assert (record.person.id, record.person.sex, record.person.birth_date) == ("dana", "female", dt.date(1992, 5, 17))


def test_a_list_of_medicines_is_checked_and_counts_no_dose():
    """HZ-IOP-02: “completed” without an end is written of what is taken still, and is checked."""
    (record,) = read(
        document(
            entry("Phenelzine", times=interval("20260901")),
            entry("Sertraline", times=interval("20250101", "20250301")),
            entry("Lithium", status="active", times=interval("20260101")),
            entry("Ketamine 100 mg tablet", mood="INT", status="active", times=interval("20261101")),
            entry("Aspirin", negated='negationInd="true"'),
        )
    ).records
    assert record.doses == ()
    standing = {medicine.text: medicine.status for medicine in record.medicines}
    assert standing == {
        "Phenelzine": "active",
        "Sertraline": "stopped",
        "Lithium": "active",
        "Ketamine 100 mg tablet": "active",
    }


def test_ketamine_that_is_taken_twice_a_day_is_a_pattern():
    every = '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>'
    lozenge = entry(
        "Ketamine lozenge",
        status="active",
        times=interval("20261001") + every,
        inside='<doseQuantity value="100" unit="mg"/>',
    )
    (record,) = read(document(lozenge)).records
    (pattern,) = record.patterns
    assert pattern.mg_per_session.mid == 200


def test_a_time_without_an_offset_keeps_its_day_or_takes_the_zone():
    """HZ-IOP-03."""
    local = document(GIVEN.replace("+0000", ""), section="29549-3")
    reading = read(local)
    assert reading.records[0].doses[0].precision == "day"
    assert noted(reading)["time of day"] == 2
    (dose,) = read(local, zone=ZoneInfo("Europe/Madrid")).records[0].doses
    assert (dose.start.astimezone(dt.UTC).hour, dose.duration_min) == (8, 40)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [BOMB, OUTSIDE, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'])
def test_a_document_that_declares_entities_is_refused(before):
    with pytest.raises(ReadError, match="document type or entities"):
        read(document(GIVEN, before=before))


@pytest.mark.parametrize("data", [document()[:-30], document().replace(b"<recordTarget>", b"<recordTarget")])
def test_broken_xml_is_refused_in_one_line(data):
    with pytest.raises(ReadError, match="The XML cannot be read"):
        read(data)


def test_a_nullified_entry_is_named():
    """HZ-IOP-02."""
    reading = read(document(entry("Ketamine", status="nullified"), GIVEN, section="29549-3"))
    assert noted(reading)["medicine of the document"] == 1
    assert len(reading.records[0].doses) == 1


def test_documents_of_a_folder_are_people_of_one_reading():
    other = document(GIVEN, section="29549-3").replace(b'extension="dana"', b'extension="erin"')
    files = {"dana.xml": document(GIVEN, section="29549-3"), "erin.xml": other, "notes.txt": b"x"}
    reading = read_folder(files, at=AT, knowledge=FACTS)
    assert [(record.person.id, len(record.doses)) for record in reading.records] == [("dana", 1), ("erin", 1)]
