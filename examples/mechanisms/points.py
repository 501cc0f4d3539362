"""Points for what is spent, a reward when there are enough, and a gold tier for who has spent much."""

from cxsim.mechanism import WEEK, Measure, Mechanism, Section, Stage, parameter, pay, row_for

CHOICE = "A judgement; try others."


class Points(Mechanism):
    """A brand's points: nearer to the reward its customers are drawn to it; gold customers stay more readily."""

    class Offer(Section):
        each: float = parameter(0.0, "Points for each unit of currency spent.", "points", 0, 100, "assumed", CHOICE)
        needed: float = parameter(200.0, "Points that a reward takes.", "points", 1, 1e6, "assumed", CHOICE)
        reward: float = parameter(5.0, "What a reward costs the brand.", "currency", 0, 1e6, "assumed", CHOICE)
        gold_from: float = parameter(300.0, "Money spent that makes gold.", "currency", 0, 1e9, "assumed", CHOICE)

    class Traits(Section):
        # That nearness pulls: Kivetz, Urminsky & Zheng (2006), JMR 43(1), 39-58.
        pull: float = parameter(0.5, "Utility one point before a reward.", "utility", 0, 10, "assumed", CHOICE)
        pride: float = parameter(0.3, "Logit of staying that gold adds.", "logit", 0, 10, "assumed", CHOICE)

    class Bond:
        balance: float
        spent: float
        gold: bool

    counts = {"points_given": "points given", "rewards_claimed": "rewards claimed", "gold": "customers who became gold"}
    good = {"gold": 1}
    causes = {"choosing": "points elsewhere"}
    present_terms_only = True

    @staticmethod
    def after_purchase(state, person):
        me, week = state.people[person], state.clock[WEEK]
        if me.stage != Stage.USE:  # nothing was bought
            return
        offer, card = state.offers[row_for(state, me), me.target], state.bonds[person, me.target].points
        paid = offer.purchase.price * float(me.basket)
        card.balance += offer.points.each * paid
        card.spent += paid
        state.counted[week, me.target].points_given += int(offer.points.each * paid)
        if card.balance >= offer.points.needed:
            card.balance -= offer.points.needed
            state.counted[week, me.target].rewards_claimed += 1
            pay(state, person, me.target, Measure.rewards_money, offer.points.reward)
        if offer.points.each > 0.0 and card.spent >= offer.points.gold_from and not card.gold:
            card.gold = True
            state.counted[week, me.target].gold += 1

    @staticmethod
    def choosing(state, person, brand):
        """Goal gradient: the share of the way to the reward that is gone."""
        row = row_for(state, state.people[person])
        needed = state.offers[row, brand].points.needed
        return state.traits[row, brand].points.pull * state.bonds[person, brand].points.balance / needed

    @staticmethod
    def staying(state, person, brand):
        gold = state.bonds[person, brand].points.gold
        return gold * state.traits[row_for(state, state.people[person]), brand].points.pride
