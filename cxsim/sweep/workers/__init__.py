"""Who lives the runs: threads, processes or a cluster, and the driver that hands out the work."""
