"""How a customer lives: one file for each stage, one short rule for each moment.

Every rule takes the state and a person's number, does one event of that person at `state.due[person]`, and leaves the
person at their next stage. Both engines call these same functions. What rules know of others is what was so at the
start of the week, so the order in which people are taken changes nothing.
"""
