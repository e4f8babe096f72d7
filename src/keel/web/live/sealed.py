"""Entries that a device kept while it could not send them: sealed under a key of the sign-in, opened here alone.

The key of a sign-in is derived, never stored: HKDF (RFC 5869) of the secret key and the sign-in. A sign-in is a signed
name that says whose it was, so an entry that is sent by the next person, or after the sign-in has ended, is still that
of who sealed it. The page can neither read out the key nor open the entries of others.
"""

import base64
import json
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from keel.messages import Message
from keel.web.live.errors import SessionRefused

SALT = "keel.live.sealed"
LONGEST = 40_000
"""Characters of a sealed entry: a form with 2,000 characters of text takes about 10,000."""


class Opened(NamedTuple):
    """Who sealed an entry, and what it says."""

    by: AbstractUser
    says: dict[str, Any]


def sign_in_of(request: HttpRequest) -> str:
    """The name of the sign-in of a request: the same from sign-in to sign-out, and of no use to get in."""
    own = salted_hmac(SALT, request.session.session_key, algorithm="sha256").hexdigest()[:24]
    return str(Signer(salt=SALT).sign(f"{request.user.pk}.{own}"))


def key_of(sign_in: str, secret: str = "") -> str:
    """The key of a sign-in, 256 bits in base64."""
    return base64.b64encode(_derived(sign_in, secret or settings.SECRET_KEY)).decode()


def opened(entry: dict[str, Any]) -> Opened:
    """An entry, opened; SessionRefused where it was not sealed here or was changed since."""
    refused = SessionRefused(Message("This entry cannot be opened: it was not sealed by a sign-in of this server."))
    try:
        name, sign_in, iv, data = (str(entry[part]) for part in ("id", "sign_in", "iv", "data"))
        if len(data) > LONGEST:
            raise SessionRefused(Message("This entry is too long."))
        person = int(Signer(salt=SALT).unsign(sign_in).split(".")[0])
        nonce, sealed = base64.b64decode(iv, validate=True), base64.b64decode(data, validate=True)
        plain = _plain(sign_in, nonce, sealed, f"{sign_in} {name}".encode())
        says, by = json.loads(plain), get_user_model().objects.get(pk=person)
    except (BadSignature, InvalidTag, KeyError, TypeError, ValueError, get_user_model().DoesNotExist):
        raise refused from None
    return Opened(by, says)


def _plain(sign_in: str, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    """The text under the first of the secret keys that opens it."""
    keys: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    *before, last = keys
    for secret in before:
        try:
            return AESGCM(_derived(sign_in, secret)).decrypt(nonce, sealed, about)
        except InvalidTag:
            continue
    return AESGCM(_derived(sign_in, last)).decrypt(nonce, sealed, about)


def _derived(sign_in: str, secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=SALT.encode(), info=sign_in.encode()).derive(secret.encode())
