"""Imported once by the fork server: workers are born with the compiled rules and all that answers need in their memory."""

import threading

from tqdm import tqdm

import cxsim.analysis.workers.preload
import cxsim.interface.explorer.answers
import cxsim.interface.explorer.files  # noqa: F401

# Its usual lock is shared between processes, and would be left behind by a worker that is killed.
tqdm.set_lock(threading.RLock())
