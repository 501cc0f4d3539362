"""The workshop page: pick a market, choose a plan, run, and see where lines bend into loops (`cxsim serve`)."""
