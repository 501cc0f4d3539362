"""A class that plays with one market: teams, budgets, rounds, the board with its luck band, the debrief."""
