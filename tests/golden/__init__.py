"""One golden life: the rules of docs/model.md once more, plain and slow, to hold the engine against.

Written from the description of the model and not from the rules: it calls nothing of `cxsim.engine.journey`, knows one
copy of every fact instead of news and dates, and copies the market at the start of each week for others to see. It
shares with the engine the keyed luck, the names of stages, causes and measures, and the interpolated quantiles (which
a test holds against the exact ones). Read the files in the order of the story: people, terms, beginning, others, need,
expectation, research, purchase, use, support, listening, telling, loyalty, life; then ledger.
"""
