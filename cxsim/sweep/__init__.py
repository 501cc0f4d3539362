"""Studies: many points x worlds x plans x replications, lived by whoever is there, kept whatever happens."""

from cxsim.sweep.design.study import Study, StudyError, read_study
from cxsim.sweep.store.reading import read_people, read_runs, read_weeks

__all__ = ["Study", "StudyError", "read_people", "read_runs", "read_study", "read_weeks"]
