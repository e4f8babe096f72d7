"""T8: the disk answers a write or a sync with an error, at 200 points: writing ends there, and nothing is lost or torn.

A few lines of C between the program and the C library let one call fail on the files of the database; each point is a
child of one program, so that Django starts once.
"""

import json
import subprocess
import sys
from pathlib import Path

from soak.figures import Figure
from soak.store import MAKE, OPEN, run

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int left = -1;
void keel_fail_after(int calls) { left = calls; }
static int fails(int handle) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (left < 0 || size < 0) return 0;
  path[size] = 0;
  if (!strstr(path, "keel.sqlite3") || strstr(path, "-shm")) return 0;
  if (left-- > 0) return 0;
  errno = EIO;
  return 1;
}
ssize_t pwrite64(int handle, const void *from, size_t size, off64_t at) {
  ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
  return fails(handle) ? -1 : real(handle, from, size, at);
}
int fdatasync(int handle) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
  return fails(handle) ? -1 : real(handle);
}
int fsync(int handle) {
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  return fails(handle) ? -1 : real(handle);
}
"""
WRITE = (
    OPEN
    + """
import ctypes, json, logging, shutil
sys.path.insert(0, sys.argv[4])
from soak.store import entries
shim, home, found = ctypes.CDLL(os.environ["LD_PRELOAD"]), Path(sys.argv[1]), []
connection.close()
clean = home.with_name("clean")
shutil.copytree(home, clean)
for point in range(int(sys.argv[3])):
    shutil.rmtree(home)
    shutil.copytree(clean, home)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        acknowledged = refused = went_on = 0
        note(clinic, at=clock.now(), actor="x", action="x")
        acknowledged += 1
        shim.keel_fail_after(point)
        for number in range(25):
            try:
                note(clinic, at=clock.now(), actor="x", action="x")
                acknowledged += 1
                went_on += refused > 0
            except Exception:
                refused += 1
        os.write(writing, json.dumps([acknowledged, refused, went_on]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    acknowledged, refused, went_on = json.loads(os.read(reading, 100))
    os.close(reading)
    rows, whole = entries(home / "keel.sqlite3")
    found.append([acknowledged, refused, went_on, len(rows), whole])
print(json.dumps(found))
"""
)


def figures(folder: Path, *, points: int = 200) -> list[Figure]:
    """The figures of this run."""
    (folder / "shim.c").write_text(SHIM)
    library = str(folder / "shim.so")
    subprocess.run(  # noqa: S603
        ["gcc", "-shared", "-fPIC", "-o", library, str(folder / "shim.c"), "-ldl"],  # noqa: S607
        check=True,
    )
    run(MAKE, folder / "keel")
    tests = Path(__file__).parents[1]
    found = json.loads(run(WRITE, folder / "keel", "-", points, tests, LD_PRELOAD=library))
    return [
        Figure(
            f"points of {points} at which nothing failed", sum(refused == 0 for _a, refused, *_rest in found), "", 0
        ),
        Figure(
            "entries that were acknowledged and are lost", sum(max(0, a - rows) for a, _, _, rows, _w in found), "", 0
        ),
        Figure("entries written after the disk had failed", sum(went_on for _a, _r, went_on, *_rest in found), "", 0),
        Figure("files that are not whole", sum(not whole for *_rest, whole in found), "", 0),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), points=int(sys.argv[2])):
        print(figure)
