"""The words charts write. Whoever shows a chart in another language hands over a mapping with the same keys."""

from typing import Final

STAGE_WORDS: Final = {
    "expectation": "Expectation",
    "research": "Research",
    "purchase": "Purchase",
    "use": "Use",
    "support": "Support",
    "loyalty": "Between purchases",
    "others": "Anywhere",
}
FLOW_WORDS: Final = {
    **STAGE_WORDS,
    "loyalty": "Between",
    "loops": "Loops",
    "new": "First cycle open",
    "new_short": "Still open",
    "lines": "Lines",
    "title": "Where lines end and loops begin",
    "considered": "considered the brand",
    "lines_research": "lines ended in research",
    "lines_purchase": "lines ended in purchase",
    "lines_use": "lines ended in use",
    "lines_support": "lines ended in support",
    "lines_loyalty": "lines ended between purchases",
    "to": "to",
}
