"""The same customers with the same luck through a base and its plans: pairs, intervals, stopping, the verdict."""
