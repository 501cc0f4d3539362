"""Many lives: replications of one scenario, and the same customers with the same luck through several plans."""
