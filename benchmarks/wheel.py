"""What a wheel that brings machine code is worth: installed beside one that does not, each in an environment of its own.

    python benchmarks/wheel.py

Both wheels are built, installed with what they need, and asked for the first run and the first verdict of their lives, with nothing compiled before.
Printed: seconds and CPU, how many rules were compiled, and in how many of the ledgers that are kept the lives are the same to the bit. Needs `hatchling`
and packages from an index; takes some five minutes.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from _common import heading, table

ROOT = Path(__file__).parents[1]
WHEELS = {"with machine code": {"CXSIM_MACHINE_CODE": "1"}, "without": {}}
DEMO = ["online-retailer", "plans/online-retailer-checkout", "plans/online-retailer-delivery", "--replications", "20"]
COMMANDS = {
    "first run": ["run", "restaurant", "-n", "1"],
    "second run": ["run", "restaurant", "-n", "1"],
    "first verdict": ["compare", *DEMO],
    "first run of another market, with a programme": ["run", "hotel", "-n", "1"],
}
LEDGERS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from engines.make_ledgers import FILE, hashes
kept, lived = json.loads(FILE.read_text()), hashes()
print(sum(lived[name] == kept[name] for name in kept), "of", len(kept))
"""


def installed(folder: Path, settings: Mapping[str, str]) -> Path:
    """The `bin` of a new environment that holds a wheel built so."""
    python, pip = folder / "env" / "bin" / "python", ["-m", "pip", "-q", "--disable-pip-version-check"]
    build = [sys.executable, *pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder / "dist", ROOT]
    subprocess.run(build, env={**os.environ, **settings}, check=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
    subprocess.run([python, *pip, "install", "-c", ROOT / "constraints.txt", wheel], check=True)
    return python.parent


def main() -> None:
    heading("A wheel with machine code beside one without")
    rows = []
    for name, settings in WHEELS.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            programs = installed(folder, settings)
            known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            empty = {**known, "NUMBA_CACHE_DIR": str(folder / "cache")}
            for what, command in COMMANDS.items():
                begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
                said = [programs / "cxsim", *command, "-o", folder / f"results-{what}"]
                subprocess.run(said, cwd=folder, env=empty, check=True, capture_output=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                rows.append((f"{what}, {name}", f"{time.monotonic() - begun:.1f} s", f"{cpu:.1f} s"))
            rows.append((f"rules compiled, {name}", len(list((folder / "cache").rglob("*.nbc"))), ""))
            lived = subprocess.run(
                [programs / "python", "-c", LEDGERS, ROOT / "tests"],
                env=empty,
                check=True,
                capture_output=True,
                text=True,
            )
            rows.append((f"ledgers the same, {name}", lived.stdout.strip(), ""))
    table(("what", "it took", "CPU"), rows)


if __name__ == "__main__":
    main()
