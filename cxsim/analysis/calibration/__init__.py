"""From a firm's own data to a scenario that says what the data told it, and what they could not.

1. `data` reads purchases, RFM summaries, retention tables and survey figures; whatever is dropped is counted.
2. `rhythm` fits the closed forms by maximum likelihood: when people buy again, and when they stop.
3. `score`, `moments` and `ensemble` fit what has no closed form, by simulation, so that the closed form finds
   nothing to correct.
4. `identify` says in words which parameters the data told; `holdout` forecasts what was held back.
"""
