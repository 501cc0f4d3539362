"""Numbers move only on purpose: the ledgers of every ready scenario are, bit for bit, those whose hashes are kept.

They are the same on every Python and Mesa that is supported, since this runs on each.
"""

import json

from engines.make_ledgers import FILE, hashes


def test_the_ledgers_are_those_that_were_kept():
    assert hashes() == json.loads(FILE.read_text(encoding="utf-8")), "run make_ledgers only after a change of the model"
