"""Answers that come from a person alone: a link as it is sent, an alert as it is stored, a message out."""

import re
import uuid

from support.clock import START

HIGH = ("1", "2", "3", "4", "5", "6", "7", "8", "9")


def a_message(patient, to="dana@example.org"):
    """A message to a patient, queued; its number is 1 in an empty database."""
    from keel.web.outbox.actions import queue_message
    from keel.web.outbox.models import OutMessage

    slots = {"site": "Harbour", "link": "https://keel.example/form/x", "until": "3 May", "local": "999"}
    told = {"channel": "email", "to": to, "template": "form-ready", "lang": "en", "slots": slots, "about": "form:0"}
    queue_message(clinic=patient.clinic, patient=patient, key="message", at=START, **told)
    return OutMessage.objects.get(clinic=patient.clinic, key="message")


def a_link(patient, by, *, instruments=("phq-9",), way="email", lang="en", at=START, key=None):
    """The token of a link that was sent to a patient."""
    from keel.web.measures.actions import make_link
    from keel.web.measures.models import Way

    return make_link(
        by=by,
        patient=patient,
        instruments=list(instruments),
        lang=lang,
        way=Way(way),
        to="dana@example.org",
        shown_as="D.",
        key=key or str(uuid.uuid4()),
        at=at,
        address="https://keel.example{}".format,
    )


def an_alert(patient, by, name="a1-phq-9", at=START):
    """An alert that stands open, without a link of its own."""
    from django.db import transaction

    from keel.assessment.measures import AlertStep
    from keel.web.clinic.models import Clinic
    from keel.web.measures.actions import _append_step

    step = AlertStep(
        alert=name, step="opened", instrument="phq-9", rules=("phq-9/item-9",), answers={"9": 2}, shown="keel"
    )
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
        _append_step(patient, step, f"alert-{name}", by, clinic, at)
    return name


def answer(browser, token, instrument="phq-9", **items):
    """Opens a link as its person does and sends one questionnaire; gives the answer to what was sent."""
    address = f"/form/{token}/"
    if 'value="yes"' in browser.get(address).content.decode():
        browser.post(address, {"is_me": "yes"})
    sent = {f"{instrument}.{name.lstrip('q')}": value for name, value in items.items()}
    return browser.post(address, {"instrument": instrument, "is_seen": "1", **sent})


def token_in(text):
    """The token of the link in a message."""
    return re.search(r"/form/([\w-]+)/", text)[1]
