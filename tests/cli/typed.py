"""What tests of the command line type again and again."""

import subprocess
import sys

SMALL = ("--set", "market.people=200", "--set", "market.horizon_weeks=20")
BASE, PLAN = "online-retailer", "plans/online-retailer-delivery"


def shell(*arguments, code=None, **options):
    """Run Python in a process of its own."""
    begin = ["-c", code] if code else ["-m", "cxsim"]
    return subprocess.run([sys.executable, *begin, *map(str, arguments)], capture_output=True, text=True, **options)
