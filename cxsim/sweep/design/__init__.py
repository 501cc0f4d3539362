"""What to run: the study file, its points and worlds, the numbers of all runs."""
