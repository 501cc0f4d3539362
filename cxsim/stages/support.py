"""Support: after a failure some speak and most stay silent; a busy desk makes people wait."""

from cxsim.parameter import Section, parameter

_TARP = "Repurchase shares of the TARP surveys, as quoted in Fast Company (2003) and, of those who complained, Barlow & Maul (2000), Emotional value, part four"


class SupportTraits(Section):
    """How people complain and what an outcome does to them."""

    contact_base: float = parameter(
        -3.48, "Logit of the chance to make contact after a trivial failure (k0).", "logit", -20, 20, "assumed",
        "logit(.03): a choice, three in a hundred complain about trivial problems where the firm is reached without effort.", plausible=(-4.0, 1.0),
    )  # fmt: skip
    contact_severity: float = parameter(
        4.32, "What a failure of the highest severity adds to that logit (k1).", "logit", 0, 40, "assumed",
        "logit(.7) - logit(.03): a choice, seven in ten complain about major problems where the firm is reached without effort.",
    )  # fmt: skip
    contact_effort: float = parameter(
        1.0,
        "What each try it takes to reach the firm subtracts (k2).",
        "logit per try",
        0,
        20,
        "assumed",
        "One hurdle lowers the odds to a third.",
    )
    wait_effort: float = parameter(
        1.0,
        "Effort of waiting, in tries per week of waiting.",
        "tries per week",
        0,
        50,
        "assumed",
        "A week on hold feels like one more try.",
    )
    recovery_weight: float = parameter(
        0.5, "How much of the published repurchase differences between outcomes acts on staying; 0 switches it off.", "share", 0, 2, "assumed",
        f"Half, a choice: stated intentions overstate behaviour. {_TARP}.", plausible=(0.0, 1.0),
    )  # fmt: skip
    recovery_satisfaction: float = parameter(
        0.5, "Share of the satisfaction that a failure cost which comes back when it is resolved; when it is resolved quickly, the same share of the rest comes back too.", "share", 0, 1, "assumed",
        "Half, a choice; that good complaint handling raises satisfaction: Gelbrich & Roschk (2011), J. Service Research 14(1), 24-43.", plausible=(0.0, 0.8),
    )  # fmt: skip
    paradox_bonus: float = parameter(
        0.05, "Satisfaction gained when a first, mild failure is resolved quickly; never on staying or telling.", "satisfaction", 0, 1, "assumed",
        "A recovery paradox on satisfaction, not on repurchase or word of mouth: de Matos, Henrique & Rossi (2007), J. Service Research 10(1), 60-77; not the second time: Maxham & Netemeyer (2002), J. Marketing 66(4), 57-71; the size is a choice.", plausible=(0.0, 0.15),
    )  # fmt: skip


class SupportOffer(Section):
    """What a brand's support desk can do."""

    capacity: float = parameter(
        float("inf"),
        "Contacts the desk can handle in a week; inf for any number.",
        "contacts per week",
        0.01,
        float("inf"),
        "assumed",
        "No queue unless a scenario has one.",
    )
    access_effort: float = parameter(
        0.5, "Tries it takes a customer to reach the desk.", "tries", 0, 20, "assumed", "A form and a menu."
    )
    handling_weeks: float = parameter(
        0.1, "Time to handle a contact once it is its turn.", "weeks", 0, 52, "assumed", "Less than a day."
    )
    resolve_rate: float = parameter(
        0.7,
        "Share of contacts that end resolved.",
        "probability",
        0,
        1,
        "assumed",
        "Seven in ten, a choice; put in your own.",
        plausible=(0.5, 0.9),
    )
    quick_rate: float = parameter(
        0.4,
        "Share of resolved contacts that are resolved quickly, when the wait is within the limit.",
        "probability",
        0,
        1,
        "assumed",
        "Fewer than half.",
        plausible=(0.1, 0.8),
    )
    quick_limit_weeks: float = parameter(
        0.5, "Longest wait that still counts as quick.", "weeks", 0, 52, "assumed", "A few days."
    )
