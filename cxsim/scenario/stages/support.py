"""Support: after a failure some speak and most stay silent; a busy desk makes people wait."""

from cxsim.scenario.parameter import Section, parameter

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
    raised_again: float = parameter(
        0.0, "Chance that a problem which a contact left unresolved, or the caller by giving up, is raised again at once; 0: it is over.", "probability", 0, 0.95, "assumed",
        "Nobody tries again. Callers who come back until they are helped: de Véricourt & Zhou (2005), Operations Research 53(6), 968-981; 62% of customers told of having to contact a firm repeatedly about an issue: Dixon, Freeman & Toman (2010), HBR 88(7/8), 116-122; no chance is taken from either.", plausible=(0.2, 0.8),
    )  # fmt: skip
    recovery_weight: float = parameter(
        1.0, "How much of the published repurchase differences between outcomes acts on staying; 0 switches it off.", "share", 0, 2, "derived",
        f"Set with purchase.grudge_weight so that in the ready markets the share who *buy again* differs by outcome by half to three quarters of what is published (docs/face-validity.md): stated intentions overstate behaviour. {_TARP}.", plausible=(0.4, 1.5),
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
    agents: float = parameter(
        0.0, "People at the desk; with any, they decide how many contacts it can handle, instead of `capacity`, and cost `money.agent_wage` each.", "people", 0, 1e7, "assumed",
        "None: the desk is as large as `capacity` says, at no wages.",
    )  # fmt: skip
    agent_contacts: float = parameter(
        100.0, "Contacts one of them can handle in a week.", "contacts per week", 0.01, 1e5, "assumed",
        "Twenty a day.",
    )  # fmt: skip
    patience_weeks: float = parameter(
        4.0, "Mean time that callers wait before they give up, unresolved; inf: nobody does.", "weeks", 0.001, float("inf"), "assumed",
        "A month, a choice; at a desk without a queue nobody gives up. The queue is the fluid limit of Erlang-A: Garnett, Mandelbaum & Reiman (2002), Manufacturing & Service Operations Management 4(3), 208-227.",
    )  # fmt: skip
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
