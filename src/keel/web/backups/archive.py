"""The file of a backup: members in a compressed tar, the manifest with the hash of each at its end, age around it.

Reading checks everything: the hash and size of each member, that none is missing and none is there that the manifest
does not name. A file that was cut short, or in which one bit turned, is refused by name.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyrage
from pyrage import x25519

from keel.messages import Message
from keel.web.backups.errors import BackupBroken, BackupError

MANIFEST = "manifest.json"
KIND = "keel backup 1"
_AGE = b"age-encryption.org/"
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 4_000_000
_SPEED = 1  # of gzip: level 1 keeps a gigabyte under ten seconds
_DAMAGED = (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, OSError, ValueError, msgspec.MsgspecError)


class _Member(msgspec.Struct):
    name: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct):
    """What stands in a backup: when and of which engine, the clinics, the state of the tables, each member's hash."""

    kind: str
    members: list[_Member]
    made_at: str = ""
    engine: str = ""
    clinics: list[dict[str, Any]] = []
    migrations: list[list[str]] = []


def write(file: Path, members: Sequence[Path], about: dict[str, Any], keys: Sequence[str]) -> None:
    """Writes an archive of these files, encrypted to the public age keys; BackupError where a key cannot be read."""
    recipients = [_recipient(key) for key in keys]
    named = [{"name": one.name, "size": one.stat().st_size, "sha256": hash_of(one)} for one in members]
    manifest = json.dumps({"kind": KIND, **about, "members": named}, indent=1).encode()
    plain = file.with_suffix(".plain") if recipients else file
    try:
        with tarfile.open(plain, "w:gz", compresslevel=_SPEED) as tar:
            for one in members:
                tar.add(one, one.name)
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(manifest)
            tar.addfile(entry, io.BytesIO(manifest))
        if recipients:
            pyrage.encrypt_file(str(plain), str(file), recipients)
    finally:
        if recipients:
            plain.unlink(missing_ok=True)


def read(file: Path, into: Path, identities: Sequence[Any] = ()) -> dict[str, Any]:
    """Unpacks an archive into an empty folder and gives its manifest; BackupBroken where anything differs."""
    if not file.is_file():
        raise BackupError(Message("There is no file {file}.", file=str(file)))
    if file.stat().st_size == 0:
        raise BackupBroken(Message("{file} is empty. Take an older backup.", file=file.name))
    with file.open("rb") as head:
        is_encrypted = head.read(len(_AGE)) == _AGE
    if is_encrypted and not identities:
        raise BackupBroken(
            Message("{file} is encrypted. Give the file with its secret key: --identity FILE.", file=file.name)
        )
    plain = into / "archive.tar.gz" if is_encrypted else file
    try:
        if is_encrypted:
            pyrage.decrypt_file(str(file), str(plain), list(identities))
        return _unpack(plain, into)
    except BackupBroken:
        raise
    except pyrage.DecryptError as error:
        raise BackupBroken(
            Message(
                "{file} cannot be decrypted: wrong key, or the file is damaged ({reason}).",
                file=file.name,
                reason=str(error),
            )
        ) from None
    except _DAMAGED as error:
        raise BackupBroken(
            Message(
                "{file} is damaged or is no backup of Keel ({reason}). Take an older backup.",
                file=file.name,
                reason=str(error),
            )
        ) from None
    finally:
        if is_encrypted:
            plain.unlink(missing_ok=True)


def _unpack(plain: Path, into: Path) -> dict[str, Any]:
    found: dict[str, tuple[int, str]] = {}
    manifest: _Manifest | None = None
    with gzip.open(plain) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            source = tar.extractfile(entry)
            if source is None or Path(entry.name).name != entry.name or entry.name in found:
                raise ValueError(f"an entry that is no file of a backup: {entry.name}")
            if entry.name == MANIFEST:
                manifest = msgspec.json.decode(source.read(_LARGEST_MANIFEST), type=_Manifest)
                continue
            found[entry.name] = _copy(source, into / entry.name)
        while stream.read(_CHUNK):
            pass  # to the end, where gzip's own sum stands
    if manifest is None or manifest.kind != KIND:
        raise ValueError("it has no manifest")
    named = {one.name: (one.size, one.sha256) for one in manifest.members}
    if named != found:
        wrong = sorted(name for name in named.keys() | found.keys() if named.get(name) != found.get(name))
        raise ValueError(f"not what was written: {', '.join(wrong)}")
    told: dict[str, Any] = msgspec.to_builtins(manifest)
    return told


def _copy(source: Any, target: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while part := source.read(_CHUNK):
            digest.update(part)
            size += len(part)
            file.write(part)
    return size, digest.hexdigest()


def hash_of(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _recipient(key: str) -> Any:
    try:
        return x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise BackupError(
            Message(
                "“{key}” is no public key of age. Write the one that begins with age1, as age-keygen prints it.",
                key=key[:80],
            )
        ) from None


def read_identities(file: Path | None) -> list[Any]:
    """The secret keys in a file of age, one a line beside comments; BackupError where there is none."""
    if file is None:
        return []
    if not file.is_file():
        raise BackupError(Message("There is no file {file} with a secret key.", file=str(file)))
    lines = [line.strip() for line in file.read_text(errors="replace").splitlines()]
    try:
        keys = [x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise BackupError(
            Message("{file} has no secret key of age: a line that begins with AGE-SECRET-KEY-.", file=str(file))
        )
    return keys


def key_pair() -> tuple[Any, str]:
    """A pair that lives as long as this process: with it, what was encrypted to others can be read back once."""
    identity = x25519.Identity.generate()
    return identity, str(identity.to_public())
