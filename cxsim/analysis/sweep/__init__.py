"""Studies: many points x worlds x plans x replications, lived by whoever is there, kept whatever happens."""

from cxsim.analysis.sweep.reading import read_people, read_runs, read_weeks
from cxsim.analysis.sweep.study import Study, StudyError, read_study

__all__ = ["Study", "StudyError", "read_people", "read_runs", "read_study", "read_weeks"]
