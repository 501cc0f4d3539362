"""Words that people bring, and the parameters that stand for them here."""

from cxsim.scenario.register import all_entries

EVERYDAY: dict[str, tuple[str, tuple[str, ...]]] = {
    "churn": ("who leaves, and how", ("loyalty.leave_a", "loyalty.leave_b", "loyalty.exit", "loyalty.departure")),
    "retention": ("who stays, and how", ("loyalty.satisfaction_weight", "loyalty.leave_a", "loyalty.leave_b", "loyalty.exit")),
    "nps": ("it comes out of the surveys; how they are answered", ("listening.leniency", "listening.noise_sd", "listening.survey_rate")),
    "csat": ("it comes out of the surveys; how they are answered", ("listening.leniency", "listening.noise_sd", "listening.survey_rate")),
    "discount": ("a lower price, or money that comes later", ("purchase.price", "market.discount_rate_annual")),
    "promotion": ("a lower price, or advertising", ("purchase.price", "money.advertising_weekly")),
    "referral": ("who brings a friend", ("telling.refer_base", "telling.refer_satisfaction", "telling.reward")),
    "review": ("who writes one", ("telling.review_base", "telling.review_extremity", "telling.review_valence")),
    "frequency": ("how often needs arise", ("need.rate_shape", "need.rate_scale_weeks")),
    "cost": ("what a purchase and a contact cost", ("money.unit_cost", "money.contact_cost", "money.agent_wage")),
    "waiting": ("how large the desk is", ("support.capacity", "support.agents", "support.patience_weeks")),
}  # fmt: skip


def meant_by(word: str) -> str:
    """A sentence on the parameters that a word may mean, where none is called so; nothing when none is near."""
    word = word.strip().lower()
    entries = all_entries()
    said, keys = EVERYDAY.get(word, EVERYDAY.get(word.removesuffix("s"), ("", ())))
    called = [key for key in entries if len(word) > 2 and word in key and key not in keys][:4]
    known = [*called, *(key for key in keys if key in entries)]
    if known:
        return f"There is {', '.join(known)}{f' ({said})' if said else ''}."
    spoken = [key for key, entry in entries.items() if len(word) > 3 and word in entry.meaning.lower()][:4]
    return f"It is spoken of in {', '.join(spoken)}." if spoken else ""
