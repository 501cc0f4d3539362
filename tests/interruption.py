"""Ctrl-C in the middle of a sweep."""

from cxsim.analysis.workers.threads import Silent


class StopAfter(Silent):
    """Ctrl-C when so many runs are finished."""

    def __init__(self, runs):
        self.left = runs

    def lived(self, runs):
        self.left -= runs
        if runs and self.left <= 0:
            raise KeyboardInterrupt
