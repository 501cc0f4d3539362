"""What a terminal shows of runs and of a plan; `writing` has what their folders hold."""

from cxsim.analysis.compare.against_real import against_real
from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.members import members_text
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import fitting, interval, percent
from cxsim.analysis.reach import reach_told
from cxsim.analysis.results.trade_text import trade_of_plan, trade_of_runs


def runs_text(runs: Runs) -> str:
    """Every figure of one scenario with its interval, and how far it is from real purchases where there are some."""
    market = runs.scenario.market
    lines = [f"{runs.scenario.name}: {runs.replications} replications of {market.people:,} people, seed {runs.seed}\n"]
    lines += [trade_of_runs(runs), "\n  All figures, by the names under which commands and tables know them"]
    for name, mean, low, high, unit, meaning in runs.summary().itertuples(index=False):
        write = fitting(mean, low, high)
        value = (
            interval(mean, low, high, write, replications=runs.replications) if mean == mean else "nothing to measure"
        )
        lines.append(f"    {name:<18} {value:>38}  {meaning} ({unit.replace('currency', market.currency)})")
    if runs.scenario.reference.weekly_repeat_purchases:
        lines.append(f"\n{against_real(runs)}")
    return "\n".join(lines)


def plan_text(comparison: Comparison, name: str, files: str) -> str:
    """The verdict on a plan, the trade's words, where the same people stand, and whose life to follow.

    Args:
        comparison: with the plan.
        name: of the plan.
        files: base and plan as they were called, for a command that follows somebody.
    """
    plan = comparison.plans[name]
    parts = [f"{comparison.verdict(name)}\n"]
    parts += [f"  {sentence}\n" for sentence in reach_told(plan.runs)]
    parts.append(f"{trade_of_plan(comparison.base_runs, plan)}\n")
    parts.append(_people_moved(comparison, name))
    if plan.rescued_persons:
        same = f" --seed {comparison.seed}" if comparison.seed != 1 else ""
        parts.append(f"\n  The life of one of them: cxsim follow {plan.rescued_persons[0]} {files}{same}")
    members = members_text(plan.members, comparison.base.market.currency, plan.half_width_factor)
    if members:
        parts.append(f"\n{members}")
    saved = plan.difference("net_margin").variance_saved
    if saved == saved and plan.ignorance is None:  # else what differs between worlds is no luck
        parts.append(f"\n  Pairing by person saved {percent(saved)} of the variance of the difference in net margin.\n")
    return "\n".join(parts)


def _people_moved(comparison: Comparison, name: str) -> str:
    """The same people under base and plan, and where the rescued lines used to end."""
    plan = comparison.plans[name]
    rescued = plan.rescued.head(6).round(1).to_string(index=False) if len(plan.rescued) else "none"
    parts = [
        "  (never: did not consider the brand; new: first cycle still open; line: ended; loop: repeat buyer still there)",
        f"  The same people in base and plan (rows: {comparison.base_name}; columns: {name})",
        _indented(plan.matrix.round(0).astype(int).to_string()),
        "\n  Rescued lines: where and why they used to end",
        _indented(rescued),
    ]
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
