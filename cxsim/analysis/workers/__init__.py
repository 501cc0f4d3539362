"""Who lives many runs: threads, processes, a cluster; and the bytes a run leaves."""
