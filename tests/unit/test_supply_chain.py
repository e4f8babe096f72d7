"""T32: what is installed is what the lock names, by its hash; licences and the list for programs are told."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from support.loops import some

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import bootstrap  # noqa: E402 - the path above makes it importable
import build_notice  # noqa: E402


def _locked():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {one["name"]: one for one in packages if one["name"] != "keel-care"}


def test_every_file_of_every_package_has_its_hash_in_the_lock():
    for name, package in some(_locked().items()):
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        assert files, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), name


def test_the_resolver_is_installed_by_its_hashes_too():
    """An index that hands out another uv under the same version is refused by pip."""
    requirement, package = bootstrap.locked("uv"), _locked()["uv"]
    assert requirement.startswith(f"uv=={package['version']} --hash=sha256:")
    assert requirement.count("--hash=sha256:") == len(package["wheels"]) + 1
    assert "--require-hashes" in Path(bootstrap.__file__).read_text()


def test_notice_names_what_an_installation_brings_along():
    lines = (ROOT / "NOTICE").read_text(encoding="utf-8").partition("\n\n")[2].splitlines()
    told = dict(line.split(": ", 1) for line in lines if re.match(r"[a-z0-9._-]+: ", line))
    assert sorted(told) == build_notice.names(), "run: make sbom"
    assert [name for name, licence in told.items() if not licence.partition(" (")[0].strip()] == []


def test_no_package_is_under_a_licence_that_binds_keel():
    """LGPL and MPL bind the package itself; the GPL and AGPL would bind all of Keel."""
    told = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert re.findall(r"(?<![L])A?GPL", told) == []


@pytest.mark.slow
def test_the_list_for_programs_is_the_same_for_the_same_lock(tmp_path):
    for name in ("one", "two"):
        build_notice.write_sbom(tmp_path / name)
    first, second = ((tmp_path / name).read_text() for name in ("one", "two"))
    assert first == second
    document = json.loads(first)
    assert document["bomFormat"] == "CycloneDX"
    locked = _locked()
    listed = {one["name"]: one["version"] for one in document["components"]}
    assert listed == {name: locked[name]["version"] for name in build_notice.names()}
    # Versions differ by system (colorama is for Windows), but each has hashes.
    assert all(one["externalReferences"][0]["hashes"] for one in document["components"])
