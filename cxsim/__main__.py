"""`python -m cxsim` is `cxsim`."""

from cxsim.interface.cli import main

main()
