"""A one-time code as RFC 6238 computes it, apart from the library that checks it."""

import base64
import hmac
import time


def code(secret: str, at: float | None = None) -> str:
    """Six digits for a base32 secret at a time (seconds since 1970), in steps of 30 seconds.

    >>> code(base64.b32encode(b"12345678901234567890").decode(), 59)  # RFC 6238, appendix B: 94287082, its last six
    '287082'
    """
    counter = int((time.time() if at is None else at) // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, "sha1").digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
