"""Staff come by invitation, hold roles, and leave; all of it is audited; a clinic always has a manager."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from keel.web.accounts.models import User
from keel.web.clinic.actions import open_in_emergency
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow, EmergencyAccess, Membership
from keel.web.clinic.proof import verify
from keel.web.clinic.queries import permissions_in, places_of
from keel.web.staff import actions
from keel.web.staff.errors import StaffRefused
from keel.web.staff.models import Invitation
from support.clock import START, clock_at

PASSWORD = {"password1": "a long pass phrase", "password2": "a long pass phrase"}


@pytest.fixture
def invite(people, harbour):
    """A function that invites somebody as Mia, the manager, and gives the path of the link."""

    def write(email="nina@harbour.example", name="Nina", roles=("nurse",), by="mia", at=START):
        _, secret = actions.invite(by=people[by], clinic=harbour, email=email, name=name, roles=roles, at=at)
        return f"/invitation/{secret}/"

    return write


def audited(*names):
    return list(AuditRow.objects.filter(action__in=names).order_by("pk").values_list("action", "actor", "subject"))


def test_who_is_invited_joins_and_must_enrol_a_second_factor(invite, client, harbour):
    link = invite()
    assert "Harbour Clinic" in client.get(link).content.decode()
    assert client.post(link, PASSWORD)["Location"] == "/account/start/"
    nina = User.objects.get(email="nina@harbour.example")
    assert nina.check_password(PASSWORD["password1"])
    assert [role.id for role in places_of(nina)[0].roles] == ["nurse"]
    assert client.get("/clinic/harbour/")["Location"] == "/account/start/"
    assert audited("invite", "join") == [("invite", "mia", "nina@harbour.example"), ("join", "nina", "nina")]
    assert verify(harbour).holds


def test_a_link_works_once(invite, client):
    link = invite()
    client.post(link, PASSWORD)
    assert Client().get(link).status_code == 404
    assert Client().post(link, PASSWORD).status_code == 404
    assert User.objects.filter(email="nina@harbour.example").count() == 1


def test_a_link_dies_after_a_week_when_withdrawn_or_when_another_is_sent(invite, client, people):
    old = invite(at=START - dt.timedelta(days=7, seconds=1))
    withdrawn = invite(email="b@harbour.example")
    actions.withdraw(by=people["mia"], invitation=Invitation.objects.get(email="b@harbour.example"), at=START)
    first = invite(email="c@harbour.example")
    again = invite(email="c@harbour.example")
    for link in (old, withdrawn, first):
        assert client.get(link).status_code == 404
    assert client.get(again).status_code == 200


def test_the_database_does_not_have_the_link(invite):
    link = invite()
    row = str(Invitation.objects.values().get())
    assert link.split("/")[2] not in row


@pytest.mark.parametrize("by", ["alice", "bob", "tom", "fay", "rex", "charlie"])
def test_only_a_manager_invites(invite, by):
    with pytest.raises(NotAllowed):
        invite(by=by)
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nina"}, "email"),
        ({"name": "  "}, "name"),
        ({"roles": ()}, "roles"),
        ({"roles": ("owner",)}, "roles"),
    ],
)
def test_an_invitation_that_cannot_stand_is_refused_with_its_field(invite, changed, field):
    with pytest.raises(StaffRefused) as refused:
        invite(**changed)
    assert refused.value.field == field


def test_the_manager_gets_the_link_once_where_no_mail_goes_out(at_desk, people):
    people["mia"].set_password("a long pass phrase")
    people["mia"].save()
    desk = at_desk("mia")
    desk.post("/account/again/", {"password": "a long pass phrase"})
    form = {"name": "Nina", "email": "Nina@Harbour.example", "roles": ["nurse", "manager"]}
    page = desk.post("/clinic/harbour/staff/invite/", form).content.decode()
    link = re.search(r"http://testserver(/invitation/\S+/)<", page).group(1)
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["nina@harbour.example"]
    assert link not in desk.get("/clinic/harbour/staff/").content.decode()
    assert "Nina" in desk.get("/clinic/harbour/staff/").content.decode()


def test_somebody_of_another_clinic_joins_with_the_account_that_they_have(invite, at_desk, client, people):
    people["charlie"].email = "charlie@hill.example"
    people["charlie"].save()
    link = invite(email="Charlie@hill.example", roles=("therapist",))
    assert client.get(link)["Location"] == f"/log-in/?next={link}"
    assert at_desk("bob").post(link).status_code == 403  # somebody else's screen
    desk = at_desk("charlie")
    assert desk.get("/clinic/harbour/").status_code == 404
    assert desk.post(link)["Location"] == "/clinic/"
    assert [place.clinic.slug for place in places_of(people["charlie"])] == ["harbour", "hill"]
    assert desk.get("/clinic/harbour/").status_code == 200
    assert "Hill Street Practice" in desk.get("/clinic/").content.decode()


def test_roles_are_given_and_taken_at_once(people, harbour):
    change = {"by": people["mia"], "clinic": harbour, "member": people["bob"], "at": START}
    actions.set_roles(roles=["front_desk"], **change)
    assert "see_picture" not in permissions_in(people["bob"], harbour)
    actions.set_roles(roles=["nurse", "manager"], **change)
    assert {"see_picture", "manage_staff"} <= permissions_in(people["bob"], harbour)
    details = list(AuditRow.objects.filter(action="set_roles").order_by("pk").values_list("detail", flat=True))
    assert details == [
        {"before": ["nurse"], "roles": ["front_desk"]},
        {"before": ["front_desk"], "roles": ["nurse", "manager"]},
    ]


def test_who_leaves_sees_nothing_from_the_next_page_on(at_desk, people, harbour, dana):
    desk = at_desk("bob")
    assert desk.get("/clinic/harbour/patients/H-1/").status_code == 200
    actions.remove(by=people["mia"], clinic=harbour, member=people["bob"], at=START)
    assert desk.get("/clinic/harbour/patients/H-1/").status_code in (302, 404)
    assert audited("leave") == [("leave", "mia", "bob")]


@pytest.mark.parametrize("change", [actions.remove, lambda **to: actions.set_roles(roles=["nurse"], **to)])
def test_a_clinic_is_never_without_a_manager(people, harbour, change):
    with pytest.raises(StaffRefused, match="without a manager"):
        change(by=people["mia"], clinic=harbour, member=people["mia"], at=START)
    Membership.objects.create(clinic=harbour, user=people["alice"], role="manager")
    change(by=people["mia"], clinic=harbour, member=people["mia"], at=START)
    assert "manage_staff" not in permissions_in(people["mia"], harbour)


def test_a_manager_has_no_power_over_another_clinics_staff(people, harbour, hill):
    with pytest.raises(StaffRefused, match="does not work here"):
        actions.set_roles(by=people["mia"], clinic=harbour, member=people["charlie"], roles=["nurse"], at=START)
    with pytest.raises(NotAllowed):
        actions.set_roles(by=people["mia"], clinic=hill, member=people["charlie"], roles=["nurse"], at=START)
    Membership.objects.create(clinic=harbour, user=people["charlie"], role="nurse")
    with pytest.raises(StaffRefused, match="another clinic"):
        actions.reset_second_factor(by=people["mia"], clinic=harbour, member=people["charlie"], at=START)


def test_an_emergency_opens_one_patient_for_a_while_and_is_seen_afterwards(at_desk, people, dana):
    """HZ-PRV-04: the front desk, alone with somebody who collapses, sees the record, and it is seen that it did."""
    from keel.web.clinic.models import Patient

    Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    with clock_at(START):
        fay = at_desk("fay")
        refused = fay.get("/clinic/harbour/patients/H-1/")
        assert refused.status_code == 403
        assert "/clinic/harbour/patients/H-1/emergency/" in refused.content.decode()
        assert fay.post("/clinic/harbour/patients/H-1/emergency/", {"reason": "  "}).status_code == 422
        assert EmergencyAccess.objects.count() == 0
        opened = fay.post("/clinic/harbour/patients/H-1/emergency/", {"reason": "She does not wake up"})
        assert opened["Location"] == "/clinic/harbour/patients/H-1/"
        assert "She does not wake up" in fay.get("/clinic/harbour/patients/H-1/").content.decode()
        assert fay.get("/clinic/harbour/patients/H-2/").status_code == 403
        assert fay.get("/clinic/harbour/patients/H-1/dose/").status_code == 403  # to see, not to write
        assert "She does not wake up" in at_desk("mia").get("/clinic/harbour/staff/emergencies/").content.decode()
        assert "She does not wake up" in at_desk("alice").get("/clinic/harbour/patients/H-1/").content.decode()
        row = AuditRow.objects.get(action="open_in_emergency")
        assert (row.actor, row.subject, row.detail["reason"]) == ("fay", "H-1", "She does not wake up")
    with clock_at(START + dt.timedelta(minutes=61)):
        assert at_desk("fay").get("/clinic/harbour/patients/H-1/").status_code == 403


@pytest.mark.parametrize("by", ["rex", "charlie", "tom"])
def test_an_emergency_is_for_those_whose_role_has_it(people, dana, by):
    with pytest.raises(NotAllowed):
        open_in_emergency(by=people[by], patient=dana, reason="x", at=START)


def test_an_emergency_needs_a_reason(people, dana):
    with pytest.raises(FactRefused, match="Say why"):
        open_in_emergency(by=people["fay"], patient=dana, reason=" ", at=START)
    assert AuditRow.objects.count() == 0
