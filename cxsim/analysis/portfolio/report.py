"""A portfolio in plain words, and its folder."""

import textwrap
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.phrases import decimals, estimated, given, money, percent, signed, whole
from cxsim.analysis.portfolio.memory import question
from cxsim.analysis.portfolio.plan_file import plan_text
from cxsim.analysis.portfolio.plans import options_of
from cxsim.analysis.portfolio.portfolio import AIMS, Portfolio
from cxsim.analysis.portfolio.race import CONFIDENCE
from cxsim.analysis.results.folder import Draw, write_folder
from cxsim.analysis.results.writing import markdown_table

MOST_TOLD = 5  # plans told by name in a paragraph; tables have all


def verdict(portfolio: Portfolio) -> str:
    """What to do, what it brings, and how sure that is, in paragraphs to read aloud."""
    parts = [f"Careful: {doubt.sentence}" for doubt in portfolio.doubts]
    parts += [_what_to_do(portfolio), _what_it_brings(portfolio), _how_sure(portfolio), _not_told_apart(portfolio)]
    parts += [_worlds(portfolio), _effort(portfolio)]
    return "\n\n".join(part for part in parts if part)


def _what_to_do(portfolio: Portfolio) -> str:
    market = portfolio.market.market
    done = options_of(portfolio.menu, portfolio.chosen)
    said = f"With {_money(portfolio, portfolio.budget)} over {market.horizon_weeks} weeks, for the most {AIMS[portfolio.aim]}:"
    if not done:
        return f"{said} do nothing. No plan of the menu was found that does better."
    return "\n".join([said, *(f"- {option.words}" for option in done)])


def _what_it_brings(portfolio: Portfolio) -> str:
    if not any(portfolio.chosen):
        return ""
    aimed = portfolio.fresh(portfolio.chosen, portfolio.aim)
    figures = {name: estimated(portfolio.fresh(portfolio.chosen, name), signed) for name in ("loops", "margin")}
    rescued, broken, cost = (portfolio.fresh(portfolio.chosen, name) for name in ("rescued", "broken", "cost"))
    currency = portfolio.market.market.currency
    worlds, replications = len(portfolio.worlds), portfolio.check.shape[2]
    text = (
        f"Expected{f', as a mean over {worlds} worlds' if worlds > 1 else ''}: {figures['loops']} loops "
        f"({whole(rescued.mean)} lines rescued, {whole(broken.mean)} loops broken) and {money(currency, figures['margin'])} of discounted "
        f"margin after its cost. It costs {money(currency, estimated(cost))} of {given(portfolio.budget)}; in "
        f"{percent(portfolio.over_budget())} of the runs more than the budget. (95% intervals over {replications} replications "
        f"that had no part in the choice{'' if worlds > 1 else ', all of this one set of assumptions'}; costs and margin are discounted to the start.)"
    )
    if aimed.low <= 0.0:
        text += f" Whether it brings more {AIMS[portfolio.aim]} than doing nothing is undecided."
    return text


def _how_sure(portfolio: Portfolio) -> str:
    ranking, raced = portfolio.ranking, len(portfolio.raced)
    compared = (
        f"all {raced} plans that the budget can hold" if portfolio.all_raced else f"the {raced} plans compared last"
    )
    fits = ", its expected cost is within the budget, and" if any(portfolio.chosen) else ","
    best = "none is better" + (f" by more than {_amount(portfolio, ranking.behind)}" if ranking.behind else "")
    text = f"With a probability of at least {percent(CONFIDENCE)}{fits} of {compared} {best}."
    if ranking.behind > portfolio.tolerance:
        text += (
            f" The runs were used up before that was known to {_amount(portfolio, portfolio.tolerance)}, a difference that "
            "does not matter: more of them (--runs) say more."
        )
    if portfolio.climbed:
        text += (
            f" There are {_many(portfolio.menu.combinations)} combinations, too many to try: {len(portfolio.trials.found):,} plans "
            "were looked at by a heuristic (most benefit for its cost first, then step by step). It may have missed a "
            "better one."
        )
    elif not portfolio.all_raced:
        text += (
            f" Of {len(portfolio.trials.found):,} plans that the budget can hold, the others were dropped before, half after "
            "half, on few runs; a better one may have been among them by bad luck."
        )
    return text


def _not_told_apart(portfolio: Portfolio) -> str:
    others = [plan for plan in portfolio.not_told_apart if plan != portfolio.chosen]
    if not others:
        return ""
    unclear = [portfolio.raced[runner] for runner in portfolio.ranking.unclear]
    lines = [
        f"- {f'{portfolio.letter(plan)}: ' if portfolio.letter(plan) else ''}{portfolio.words(plan)}"
        f"{' (may cost more than the budget)' if plan in unclear else ''}"
        for plan in others[:MOST_TOLD]
    ]
    if len(others) > MOST_TOLD:
        lines.append(f"- and {len(others) - MOST_TOLD} more in portfolio.csv")
    plans = "this plan" if len(others) == 1 else f"these {len(others)} plans"
    return "\n".join(
        [f"Rather than a point: {plans} cannot be told from it, so choose among them for other reasons.", *lines]
    )


def _worlds(portfolio: Portfolio) -> str:
    table = portfolio.regret
    if table is None or len(portfolio.worlds) < 2:
        return ""
    own = portfolio.letter(portfolio.chosen)
    most, low, high = (float(table.plans[f"max_regret{end}"].to_dict()[own]) for end in ("", "_low", "_high"))
    regret = Estimate(most, low, high)
    text = (
        f"In the worst of {table.worlds} worlds it is {_amount(portfolio, regret)} behind the best of the "
        f"{len(portfolio.finalists)} plans lived there, doing nothing among them: its regret."
    )
    least = _amount(portfolio, float(table.plans["max_regret"].to_numpy(float).min()))
    text += " No other has less." if table.minimax == own else f" Least regret has {_called(table.minimax)}: {least}."
    if table.best_on_average != own:
        share = float(table.plans["best_on_average"].to_dict()[table.best_on_average])
        text += f" On average over worlds {_called(table.best_on_average)} came out highest there (in {percent(share)} of resamples)."
    return text


def _called(name: str) -> str:
    return "doing nothing" if name == "nothing" else f"plan {name}"


def _effort(portfolio: Portfolio) -> str:
    return f"The answer took {portfolio.trials.runs:,} runs; {len(portfolio.trials.found):,} plans were tried."


def report_text(portfolio: Portfolio) -> str:
    """The report in Markdown."""
    table = portfolio.front()
    shown = table[["letter", "cost", "loops", "rescued", "broken", "margin", "on_front"]]
    if portfolio.regret is not None:
        shown = shown.merge(portfolio.regret.plans["max_regret"], left_on="letter", right_index=True)
    parts = [
        f"# {_money(portfolio, portfolio.budget)}: what to do in {portfolio.market.name}",
        verdict(portfolio),
        "## The plans lived on fresh luck",
        "Expected values. `on_front`: no plan here has more loops for less. `max_regret`: how far behind the best plan of its "
        "worst world. Intervals are in finalists.csv.",
        markdown_table(shown),
        "\n".join(f"- {letter}: {plan}" for letter, plan in zip(table["letter"], table["plan"], strict=True)),
        "![Cost against loops](front.png)",
    ]
    left_out = [f"- {name}: {why}" for name, why in portfolio.menu.left_out.items()]
    if left_out:
        parts += ["## Not on the menu", "\n".join(left_out)]
    parts += ["## How to read this", _HOW_TO_READ]
    return "\n\n".join(parts) + "\n"


_HOW_TO_READ = textwrap.dedent("""\
    - A plan's cost is what it pays for interventions, advertising, rewards and calls back beyond the market without it,
      discounted to the start. Part of it depends on customers, so the budget is for the expected cost.
    - Effects come with a weak, a typical and a strong end. Which one is true nobody knows, so it differs between worlds and is
      never chosen.
    - The answer is about this model, this menu and these worlds. It is no forecast; test the plan in the field.
    - plan.toml holds the plan: `cxsim compare` tells whose lines it rescues. There, effects are typical.""")


def write_portfolio(portfolio: Portfolio, market: str, folder: Path, draw: Draw) -> None:
    """Write report.md, plan.toml, portfolio.csv, finalists.csv, regret.csv, worlds.csv, front.png and manifest.json.

    Into the folder of `remembered`, which asks before results of an earlier search in it are replaced.
    """
    tables = {
        "portfolio": portfolio.tried(),
        "finalists": portfolio.front(),
        "worlds": pd.DataFrame(portfolio.worlds).rename_axis("world").reset_index(),
    }
    if portfolio.regret is not None:
        tables["regret"] = portfolio.regret.regrets.reset_index()
    title = f"{portfolio.market.name}: the best found for {_money(portfolio, portfolio.budget)}"
    texts = {
        "report.md": report_text(portfolio),
        "plan.toml": plan_text(title, market, options_of(portfolio.menu, portfolio.chosen)),
    }
    manifest = {
        **question(portfolio.market, portfolio.menu, portfolio.budget, portfolio.aim, portfolio.worlds, portfolio.seed),
        "tolerance": portfolio.tolerance,
        "confidence": CONFIDENCE,
        "runs": portfolio.trials.runs,
        "doubts": [asdict(doubt) for doubt in portfolio.doubts],
    }
    write_folder(folder, "portfolio", manifest, tables, texts, draw, overwrite=True)


def _money(portfolio: Portfolio, value: float) -> str:
    """An amount that was given, as it was given."""
    return money(portfolio.market.market.currency, given(value))


def _many(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else f"{count:.0e}".replace("e+", " times ten to the ").replace(" 0", " ")


def _amount(portfolio: Portfolio, value: float | Estimate) -> str:
    """A difference in what is aimed at."""
    said = estimated(value) if isinstance(value, Estimate) else decimals(0 if value >= 10 else 1)(value)
    return (
        money(portfolio.market.market.currency, said) if portfolio.aim == "margin" else f"{said} {AIMS[portfolio.aim]}"
    )
