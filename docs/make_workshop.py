"""Write the figures of the workshop kit: `python -m docs.make_workshop --write` from the repository's root.

It plays one round of the class that `cxsim serve --class` opens when nothing else is said, with six plans that classes
like to choose; then every choice alone, and the six plans again with all effects at the weak and at the strong end.
Without `--write` it prints. It takes about three minutes.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.workers.threads import usable_cores
from cxsim.interface.classroom.board import Board, TeamEntry, board_of
from cxsim.interface.classroom.briefing import Briefing, MarketBriefing, briefing
from cxsim.interface.classroom.debrief import Debrief, debrief_of, plans_to_compare
from cxsim.interface.classroom.menu import LEVELS, ClassMenu, Level, load_menu
from cxsim.interface.classroom.ranks import WRONG, Rank, t_of
from cxsim.interface.classroom.rules import WORLDS, Rules, checked_choice, price_of, usual_budget
from cxsim.interface.classroom.startup import USUAL_MARKET, USUAL_ROUNDS
from cxsim.interface.classroom.trial import TrialOutcome, lived
from cxsim.interface.classroom.words import listed, say
from experiments.pages import asked_to_write, table, write_figures

FOLDER = Path(__file__).parent / "workshop"
Chosen = tuple[str, ...]

TEAMS: dict[str, list[str]] = {
    "Kitchen": ["Second cook"],
    "Front door": ["Honest menu", "Easy to find", "Table booking"],
    "Plate and door": ["Honest menu", "Table booking", "Better ingredients"],
    "Kind": ["Waiters may decide", "Fewer mistakes", "Bring a friend", "Answer reviews"],
    "Loud": ["Bolder advertising", "Stamp card"],
    "Thrift": ["Cheaper supplier"],
}
WORDS_OF_LEVEL = {"low": "weak end", "typical": "middle", "high": "strong end"}


class Played:
    """A class as `cxsim serve --class` opens it, played by itself."""

    def __init__(self, level: Level = "typical", market: str = USUAL_MARKET) -> None:
        self.menu: ClassMenu = load_menu(market)
        self.briefing: Briefing = briefing(MarketBriefing(market=market))
        budget = usual_budget(self.briefing.prices)
        self.rules = Rules(market=market, budget=budget, rounds=USUAL_ROUNDS, seed=1, level=level)

    def lives(self, plans: Iterable[Chosen]) -> dict[Chosen, TrialOutcome]:
        """What comes of each plan in the first round."""
        wanted = list(dict.fromkeys(plans))
        with ThreadPoolExecutor(usable_cores()) as pool:
            return dict(zip(wanted, pool.map(lambda plan: lived(self.rules.trial(1, plan)), wanted), strict=True))

    def entries(self, teams: dict[str, list[str]]) -> list[TeamEntry]:
        """The teams' plans, checked as the server checks them, and what came of them."""
        prices = self.briefing.prices
        plans = {team: checked_choice(plan, self.menu, prices, self.rules) for team, plan in teams.items()}
        known = self.lives(plans.values())
        return [TeamEntry(team, plan, price_of(plan, prices), known[plan]) for team, plan in plans.items()]

    def told(self, entries: list[TeamEntry]) -> tuple[Board, Debrief]:
        """Board and debrief."""
        board = board_of(entries)
        known = self.lives(plans_to_compare(board.lines[0].chosen, self.menu))
        return board, debrief_of(entries, board, known, self.menu, self.briefing.prices)


def main() -> None:
    """Print the figures of every page, or write them."""
    write = asked_to_write(__doc__)
    class_ = Played()
    entries = class_.entries(TEAMS)
    board, debrief = class_.told(entries)
    alone = board_of(class_.entries({choice: [choice] for choice in class_.menu.choices}))
    levels = {level: board if level == "typical" else board_of(Played(level).entries(TEAMS)) for level in LEVELS}
    pages = {
        "README.md": f"{setting_words(class_)}\n\n{price_table(class_)}\n\n{line_table(class_.briefing)}",
        "60-minutes.md": f"{setting_words(class_)}\n\n{team_table(board)}\n\n{debrief_words(debrief)}",
        "90-minutes.md": f"{setting_words(class_)}\n\n{_levels(levels)}",
        "quiz.md": f"{setting_words(class_)}\n\n{alone_table(alone, class_)}\n\n{_parts(debrief)}\n\n{_key(class_, board, debrief, alone)}",
        "decision-sheet.html": _sheet(class_),
    }
    for name, figures in pages.items():
        if write:
            write_figures(FOLDER / name, figures)
        else:
            print(f"==== {name}\n\n{figures}\n")


def setting_words(class_: Played) -> str:
    """In which market a class plays, by which rules."""
    market = class_.menu.base.market
    return (
        f"Market `{class_.rules.market}`, {market.people:,} people, {market.horizon_weeks} weeks; budget {market.currency} "
        f"{class_.rules.budget:,.0f}; seed {class_.rules.seed}; {WORLDS} worlds a round; 95% intervals."
    )


def price_table(class_: Played) -> str:
    """What may be chosen, and what it costs."""
    rows = [
        [name, say("stage", class_.menu.stage_of(name)), f"{class_.briefing.prices[name]:,.0f}", item.story.strip()]
        for name, item in class_.menu.choices.items()
    ]
    return table(["choice", "stage", f"list price ({class_.menu.base.market.currency})", "what it is"], rows)


def line_table(found: Briefing) -> str:
    """Where lines end in the market as it is."""
    rows = [
        [say("stage", each.stage), f"{each.mean:,.0f} ({each.low:,.0f} to {each.high:,.0f})", say("cause", each.cause)]
        for each in found.lines
    ]
    return table(["lines end in", f"people, mean of {found.worlds} worlds", "most often because of"], rows)


def team_table(board: Board) -> str:
    """What every team's plan brought, and who is ahead beyond luck."""
    rows = [
        [
            line.team,
            ", ".join(line.chosen),
            f"{line.price:,.0f}",
            *[_standing(line.figures[figure]) for figure in ("net_margin", "loops", "rescued")],
            _places(line.figures["net_margin"]),
        ]
        for line in board.lines
    ]
    heading = ["team", "plan", "list price", "money", "loops", "rescued lines", "place on money"]
    level = board.level("net_margin")
    told = (
        f"Cannot be told apart from the first: {listed(level[1:])}."
        if level[1:]
        else f"{level[0]} is ahead beyond luck."
    )
    return f"{table(heading, rows)}\n\n{told}"


def _standing(value: Rank | Estimate) -> str:
    return f"{value.mean:+z,.0f} ({value.low:+z,.0f} to {value.high:+z,.0f})"


def _places(value: Rank) -> str:
    return f"{value.best}" if value.best == value.worst else f"{value.best} to {value.worst}"


def debrief_words(debrief: Debrief) -> str:
    """The debrief, to read aloud."""
    return "\n".join(f"> {number}. {sentence}" for number, sentence in enumerate(debrief.sentences, start=1))


def alone_table(board: Board, class_: Played) -> str:
    """What every choice brings when it alone is taken."""
    rows = [
        [
            line.team,
            say("stage", class_.menu.stage_of(line.team)),
            f"{line.price:,.0f}",
            *[_standing(line.figures[figure]) for figure in ("net_margin", "loops", "rescued")],
        ]
        for line in board.lines
    ]
    return table(["choice, alone", "stage", "list price", "money", "loops", "rescued lines"], rows)


def _parts(debrief: Debrief) -> str:
    rows = [
        [part.name, f"{part.price:,.0f}", _standing(part.net_margin), _standing(part.rescued)] for part in debrief.parts
    ]
    return table([f"part of the plan of {debrief.leader}", "list price", "adds money", "adds rescued lines"], rows)


def _levels(levels: dict[Level, Board]) -> str:
    order = [line.team for line in levels["typical"].lines]
    rows = []
    for team in order:
        row = [team]
        for level in LEVELS:
            standing = next(line for line in levels[level].lines if line.team == team).figures["net_margin"]
            row += [_standing(standing), _places(standing)]
        rows.append(row)
    heading = ["team"]
    for level in LEVELS:
        heading += [f"money, {WORDS_OF_LEVEL[level]}", "place"]
    return table(heading, rows)


def _key(class_: Played, board: Board, debrief: Debrief, alone: Board) -> str:
    """What is right in the market as it is shipped; every figure from the runs above."""
    most = class_.briefing.lines[0]
    total = sum(each.mean for each in class_.briefing.lines)
    leader = board.lines[0]
    dearest = max(board.lines, key=lambda line: line.price)
    losers = [line for line in alone.lines if line.figures["net_margin"].high < 0.0]
    torn = [line for line in alone.lines if line.figures["net_margin"].high < 0.0 < line.figures["loops"].low]
    narrow = min(alone.lines, key=lambda line: _surety(line.figures["net_margin"]))
    close = narrow.figures["net_margin"]
    half = (close.high - close.low) / 2.0
    wide = half * t_of(WRONG / len(alone.lines), WORLDS) / t_of(WRONG, WORLDS)
    best = max(debrief.parts, key=lambda part: part.net_margin.mean)
    by_itself = next(line for line in alone.lines if line.team == best.name).figures["net_margin"]
    return "\n".join(
        [
            f"1. In {say('stage', most.stage)}: {most.mean:,.0f} ({most.low:,.0f} to {most.high:,.0f}) people, "
            f"{most.mean / total:.0%} of all lines.",
            f"2. {leader.team} with {_standing(leader.figures['net_margin'])} for {leader.price:,.0f}; {dearest.team} paid "
            f"{dearest.price:,.0f} and comes to {_standing(dearest.figures['net_margin'])}.",
            f"3. {listed([line.team for line in losers])} lose money, each taken alone.",
            f"4. {listed([line.team for line in torn]) or 'None'}: fewer euros, more loops.",
            f"5. {narrow.team}: {_standing(close)} by itself. Widened for {len(alone.lines)} choices at once: "
            f"{close.mean - wide:+z,.0f} to {close.mean + wide:+z,.0f}.",
            f"6. {best.name} adds {_standing(best.net_margin)} beside the rest of the plan, and {_standing(by_itself)} alone.",
        ]
    )


def _surety(value: Rank) -> float:
    """How many half-widths of its interval a mean is away from zero."""
    return abs(value.mean) / (value.high - value.low)


def _sheet(class_: Played) -> str:
    """The rows of the printed sheet: a box to tick for each choice."""
    currency = class_.menu.base.market.currency
    rows = []
    for name, item in class_.menu.choices.items():
        cells = [
            "<td class='box'></td>",
            f"<th scope='row'>{escape(name)}</th>",
            f"<td>{escape(say('stage', class_.menu.stage_of(name)))}</td>",
            f"<td class='number'>{class_.briefing.prices[name]:,.0f}</td>",
            f"<td>{escape(item.story.strip())}</td>",
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join(
        [
            f"<p>Budget: <strong>{currency} {class_.rules.budget:,.0f}</strong> in each round, by list price.</p>",
            "<table><thead><tr><th scope='col'>Take</th><th scope='col'>Choice</th><th scope='col'>Stage</th>"
            f"<th scope='col' class='number'>{currency}</th><th scope='col'>What it is</th></tr></thead><tbody>",
            *rows,
            "</tbody></table>",
        ]
    )


if __name__ == "__main__":
    main()
