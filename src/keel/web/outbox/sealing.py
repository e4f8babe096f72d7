"""Address and text of a message as they are stored: sealed, for a link in it opens a form.

The key is derived from the secret key, which no database and no backup of one holds; after a change of it what still
waits is opened by the one before.
"""

import base64
import json

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(content: dict[str, str]) -> str:
    """The content as it is stored."""
    return _keys().encrypt(json.dumps(content).encode()).decode()


def unseal(stored: str) -> dict[str, str]:
    """The content again; cryptography.fernet.InvalidToken where no key of now opens it."""
    content: dict[str, str] = json.loads(_keys().decrypt(stored.encode()))
    return content


def _keys() -> MultiFernet:
    secrets: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(one))) for one in secrets])


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"keel.outbox", info=b"").derive(secret.encode())
