"""The ways out: mail by Django's backend, a text message by the program that KEEL_TEXTS names.

The program reads one JSON object from its standard input, `{"id": …, "to": …, "text": …}`, and ends with 0 when the
message was taken, with 75 when trying again helps (EX_TEMPFAIL), and with anything else when it does not.
"""

import json
import smtplib
import subprocess
from email.utils import formatdate

from django.conf import settings
from django.core.mail import EmailMessage

from keel.web.outbox.errors import DeliveryFailed

TRY_AGAIN = 75
PATIENCE_S = 20


def send_mail(number: str, to: str, subject: str, text: str) -> None:
    """Sends a mail; DeliveryFailed where the server did not take it."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    head = {"Message-ID": f"<{number}@{domain}>", "Date": formatdate(), "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, text, to=[to], headers=head).send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()), (0, b""))[0]
        raise DeliveryFailed(f"SMTP {code}", is_final=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"SMTP {error.smtp_code}", is_final=False) from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(type(error).__name__, is_final=False) from None


def send_text(number: str, to: str, text: str) -> None:
    """Hands a text message to the program; DeliveryFailed where it did not take it."""
    if not settings.TEXTS:
        raise DeliveryFailed("KEEL_TEXTS", is_final=False)
    told = json.dumps({"id": number, "to": to, "text": text}).encode()
    try:
        done = subprocess.run(  # noqa: S603 - the program that the server's owner named
            [settings.TEXTS], input=told, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeliveryFailed(type(error).__name__, is_final=False) from None
    if done.returncode:
        raise DeliveryFailed(f"exit {done.returncode}", is_final=done.returncode != TRY_AGAIN)
