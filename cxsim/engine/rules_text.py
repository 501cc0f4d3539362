"""The text of the rules, by which machine code is known to be theirs."""

import hashlib
from functools import cache
from pathlib import Path

import numba

ENGINE = Path(__file__).parent


@cache
def fingerprint() -> str:
    """Sixteen hex digits that change with any rule's source text or with Numba itself."""
    digest = hashlib.sha256(numba.__version__.encode())
    scenario = ENGINE.parent / "scenario"
    own = ("compiled", "hooks", "luck", "machine_code", "measures", "rules_text", "shipped_code", "state")
    here = [ENGINE / f"{name}.py" for name in own]
    here += [scenario / "history.py", scenario / "parameter.py"]
    folders = (ENGINE / "journey", ENGINE / "market", scenario / "stages")
    for source in here + [source for folder in folders for source in sorted(folder.glob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
