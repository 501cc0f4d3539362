"""What is counted, week by week and brand by brand, while people live; and what is noted about a watched person."""

from enum import IntEnum
from typing import Final

import numpy as np


class Measure(IntEnum):
    """Columns of the tally: whole numbers, so that sums never depend on the order of adding.

    Names that end in `_money` count 1/MONEY_UNIT of the currency, in `_time` 1/TIME_UNIT of a week.
    """

    considered = 0  # journeys in which the brand was in play
    newly_considered = 1  # ... for the first time of a person
    searches = 2  # researches about the brand
    found = 3
    chosen = 4
    purchases = 5
    first_purchases = 6
    loop_purchases = 7  # by habit, without research
    returns = 8  # repeat purchases after a search: coming back
    late = 9
    misfits = 10
    uses = 11
    failures = 12
    contacts = 13
    silent = 14
    unresolved = 15
    resolved = 16
    quick = 17
    stays = 18
    doubts = 19  # customers who will look around at their next need
    lines_research = 20
    lines_purchase = 21
    lines_use = 22
    lines_support = 23
    lines_loyalty = 24
    reopened = 25  # lines that began anew: a prospect considers again, a lost customer buys again
    messages_good = 26
    messages_bad = 27
    referrals = 28
    referred_purchases = 29
    reviews = 30
    stars = 31
    surveys = 32
    answers = 33
    promoters = 34
    detractors = 35
    csat_satisfied = 36
    effort_scores = 37  # sum of customer effort scores, 1 (very hard) to 7 (very easy)
    true_promoters = 38
    true_detractors = 39
    true_satisfied = 40
    callbacks = 41
    customers_gained = 42
    customers_lost = 43
    revenue_money = 44
    goods_money = 45
    contacts_money = 46
    rewards_money = 47
    callbacks_money = 48
    interventions_money = 49  # paid per use
    research_time = 50
    delivery_time = 51
    support_time = 52
    loop_time = 53  # between two purchases of the same brand
    repeat_purchases = 54
    satisfaction_sum = 55  # of episodes, in 1/TIME_UNIT
    backlog = 56  # contacts waiting at the end of the week
    episodes = 57  # brought to their end, support included: what satisfaction and the true scores are means over

    abandoned = 58  # contacts of callers who gave up waiting
    baskets_sum = 59  # sizes of the purchases, in 1/TIME_UNIT: revenue over it is the price of one unit
    raised_again = 60  # contacts about a problem that an earlier one left unresolved
    similar_purchases = 61  # of something similar by happy customers; none of the purchases above
    similar_money = 62  # the part of the revenue that they paid


class Note(IntEnum):
    """What can be told of a person's life, with up to four numbers behind it."""

    NEED = 0  # trigger, brand
    EXPECTS = 1  # expectation, promise, messages heard, rating
    NOT_FOUND = 2  # tries
    FOUND = 3  # tries, expectation before, after, truth
    CHOOSES = 4  # utility, luck, expectation, price
    BUYS_NOTHING = 5
    CHECKOUT_FAILS = 6  # tries
    BUYS = 7  # amount paid, purchases, by habit, fits
    USES = 8  # quality met, expectation, perceived, satisfaction
    FAILS = 9  # severity
    SUPPORT = 10  # outcome, wait, chance of contact, effort
    SURVEYED = 11  # score 0 to 10, called back
    TELLS = 12  # messages, satisfaction
    REVIEWS = 13  # stars
    REFERS = 14  # friend, chance
    STAYS = 15  # chance, luck, satisfaction
    DOUBTS = 16  # chance, luck, satisfaction, cause
    LEAVES = 17  # chance, luck, satisfaction, cause
    LINE_ENDS = 18  # stage, cause
    NO_PURCHASE = 19
    BUYS_SIMILAR = 20  # price
    FROM_BEFORE = 21  # purchases, cumulative satisfaction, weeks since the last purchase, still a customer


class Trigger(IntEnum):
    """What started a journey."""

    SPONTANEOUS = 0
    ADVERTISING = 1
    NEIGHBOURS = 2
    REFERRAL = 3
    NEXT_NEED = 4


NOTE: Final = np.dtype(
    [
        ("at", "f8"),
        ("person", "i4"),
        ("what", "i2"),
        ("brand", "i2"),
        ("a", "f8"),
        ("b", "f8"),
        ("c", "f8"),
        ("d", "f8"),
    ]
)
MEASURES: Final = len(Measure)
