"""The best plan for a budget: what to do, how much of it and from when, how sure that is, and what may be regretted."""
