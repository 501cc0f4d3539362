"""Which code makes the numbers: what manifests say of it, and what is compared before two versions are mixed."""

import hashlib
from functools import cache

from cxsim.engine.rules_text import ENGINE, fingerprint


@cache
def rules() -> str:
    """Sixteen hex digits that change with any file of the rooms engine and scenario, compiled or not, and with Numba."""
    digest = hashlib.sha256(fingerprint().encode())
    for room in (ENGINE, ENGINE.parent / "scenario"):
        for source in sorted(room.rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
