"""One life: luck, state, the rules of the journey, the market, and what came of it."""
