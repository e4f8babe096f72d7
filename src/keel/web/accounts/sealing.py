"""The keys of authenticator apps and recovery codes as they are stored: in age, under a key outside the database.

A database that was read by somebody else gives them no second factor. The key lies beside the secret key, and in the
backups, because nobody may be locked out by a restore.
"""

import base64

import pyrage
from django.conf import settings
from pyrage import x25519

_SEALED = "age:"


def seal(text: str) -> str:
    """A text as it is stored."""
    key = x25519.Identity.from_str(settings.FACTOR_KEY).to_public()
    return _SEALED + base64.b64encode(pyrage.encrypt(text.encode(), [key])).decode()


def unseal(stored: str) -> str:
    """The text again; one from before there was a key is stored as it is."""
    if not stored.startswith(_SEALED):
        return stored
    key = x25519.Identity.from_str(settings.FACTOR_KEY)
    return bytes(pyrage.decrypt(base64.b64decode(stored.removeprefix(_SEALED)), [key])).decode()
