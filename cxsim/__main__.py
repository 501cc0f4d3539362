"""`python -m cxsim` is `cxsim`."""

from cxsim.cli import main

main()
