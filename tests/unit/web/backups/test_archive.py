"""T25, HZ-BKP-01: a backup that is damaged, cut short, empty, foreign or locked is refused by name."""

import io
import json
import random
import tarfile

import pytest

from keel.web.backups import archive
from keel.web.backups.errors import BackupBroken, BackupError
from support.loops import some


@pytest.fixture
def members(tmp_path):
    place = tmp_path / "taken"
    place.mkdir()
    (place / "keel.sqlite3").write_bytes(random.Random(1).randbytes(200_000))  # noqa: S311 - a test's dice
    (place / "tables.json").write_text("[]")
    return [place / "keel.sqlite3", place / "tables.json"]


@pytest.fixture
def read(tmp_path):
    """A function that unpacks an archive into a new folder."""

    def unpack(file, *identities):
        place = tmp_path / f"read-{len(list(tmp_path.iterdir()))}"
        place.mkdir()
        return place, archive.read(file, place, identities)

    return unpack


def _key(tmp_path):
    identity, public = archive.key_pair()
    file = tmp_path / "key.txt"
    file.write_text(f"# created: 2026-12-01\n# public key: {public}\n{identity}\n")
    return file, public


def test_what_was_written_is_read(tmp_path, members, read):
    archive.write(tmp_path / "b.tar.gz", members, {"clinics": [{"clinic": "harbour"}]}, [])
    place, manifest = read(tmp_path / "b.tar.gz")
    assert manifest["clinics"] == [{"clinic": "harbour"}]
    assert (place / "keel.sqlite3").read_bytes() == members[0].read_bytes()


def test_it_opens_with_ordinary_tools(tmp_path, members):
    """In ten years somebody has tar and gzip, and perhaps no Keel."""
    archive.write(tmp_path / "b.tar.gz", members, {}, [])
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        assert tar.getnames() == ["keel.sqlite3", "tables.json", "manifest.json"]


def test_an_encrypted_backup_needs_its_key(tmp_path, members, read):
    key, public = _key(tmp_path)
    archive.write(tmp_path / "b.age", members, {}, [public])
    assert b"keel.sqlite3" not in (tmp_path / "b.age").read_bytes()
    with pytest.raises(BackupBroken, match="--identity"):
        read(tmp_path / "b.age")
    with pytest.raises(BackupBroken, match="wrong key"):
        read(tmp_path / "b.age", archive.key_pair()[0])
    assert read(tmp_path / "b.age", *archive.read_identities(key))[1]["members"]


@pytest.mark.parametrize("encrypted", [False, True])
def test_one_turned_bit_anywhere_is_noticed(tmp_path, members, read, encrypted):
    key, public = _key(tmp_path)
    file = tmp_path / "b"
    archive.write(file, members, {"clinics": [{"clinic": "harbour"}]}, [public] if encrypted else [])
    whole, dice = file.read_bytes(), random.Random(7)  # noqa: S311 - a test's dice
    identities = archive.read_identities(key)
    first = read(file, *identities)[1]
    for place in some([*range(0, 40), *(dice.randrange(len(whole)) for _ in range(120)), len(whole) - 1]):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << dice.randrange(8)
        file.write_bytes(damaged)
        try:
            _, manifest = read(file, *identities)
        except BackupBroken:
            continue
        # A bit of gzip's own header (time, system, name) says nothing of the content.
        assert (place < 16, manifest) == (True, first)


@pytest.mark.parametrize("kept", [0, 1, 100, 50_000, -1])
def test_a_file_that_was_cut_short_is_noticed(tmp_path, members, read, kept):
    file = tmp_path / "b"
    archive.write(file, members, {}, [])
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(BackupBroken, match="empty" if kept == 0 else "damaged"):
        read(file)


def _tar(file, entries):
    with tarfile.open(file, "w:gz") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    "entries",
    [
        [("a.txt", b"x")],
        [("manifest.json", b"{}")],
        [("manifest.json", b"[]")],
        [("../outside", b"x")],
        [("manifest.json", json.dumps({"kind": archive.KIND, "members": []}).encode()), ("more", b"x")],
        [("manifest.json", json.dumps({"kind": archive.KIND, "members": [{"name": "a"}]}).encode())],
    ],
)
def test_another_archive_is_no_backup(tmp_path, read, entries):
    """A path that leads out of the folder, a member that nobody named, a manifest of something else."""
    _tar(tmp_path / "b", entries)
    with pytest.raises(BackupBroken, match="damaged or is no backup"):
        read(tmp_path / "b")
    assert not (tmp_path / "outside").exists()


def test_a_file_that_is_not_there_is_said(tmp_path, read):
    with pytest.raises(BackupError, match="no file"):
        read(tmp_path / "none")


@pytest.mark.parametrize("key", ["age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1XX", ""])
def test_a_key_that_is_none_is_refused_before_anything_is_written(tmp_path, members, key):
    with pytest.raises(BackupError, match="public key of age"):
        archive.write(tmp_path / "b", members, {}, [key])
    assert not (tmp_path / "b").exists()


def test_a_file_without_a_secret_key_is_refused(tmp_path):
    (tmp_path / "key.txt").write_text("age1abc\n")
    with pytest.raises(BackupError, match="no secret key"):
        archive.read_identities(tmp_path / "key.txt")
    assert archive.read_identities(None) == []
