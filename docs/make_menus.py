"""Write the figures of the other markets for a class: `python -m docs.make_menus --write` from the repository's root.

In each of them it plays one round as `cxsim serve --class --market NAME` opens it, with plans that classes like to choose,
then every choice alone. Without `--write` it prints. It takes about three minutes.
"""

from cxsim.interface.classroom.board import board_of
from docs.make_workshop import (
    FOLDER,
    Played,
    alone_table,
    debrief_words,
    line_table,
    price_table,
    setting_words,
    team_table,
)
from experiments.pages import asked_to_write, write_figures

TEAMS: dict[str, dict[str, list[str]]] = {
    "online-retailer": {
        "Front door": ["Search that finds", "Short checkout"],
        "Stay": ["Search that finds", "Short checkout", "Do not go"],
        "Express": ["Express carrier", "Fewer wrong parcels"],
        "Helpers": ["Live chat", "Larger desk", "Desk that decides"],
        "Loud": ["Louder banners", "Points club"],
        "Thrift": ["Cheaper discs"],
    },
    "subscription": {
        "Campaign": ["Big campaign"],
        "Before and after": ["Offers in order", "Call us first", "Stay offer", "Bring a reader"],
        "Newsroom": ["Better newsroom", "Fewer outages"],
        "Helpers": ["Larger call centre", "Service that decides"],
        "Clubs": ["Reader card", "Five per cent off"],
        "Thrift": ["Agency copy"],
    },
    "b2b-software": {
        "Fair": ["Trade-fair show"],
        "Craft": ["Honest demo", "Contract on one page", "Fewer bugs"],
        "Newest": ["Go-live team", "New version"],
        "Helpers": ["Twice the support", "Assistant for engineers"],
        "Friends": ["Reference reward", "Answers online"],
        "Thrift": ["Cheaper cloud"],
    },
}


def main() -> None:
    """Print the figures of every page, or write them."""
    write = asked_to_write(__doc__)
    for market, teams in TEAMS.items():
        figures = played(market, teams)
        if write:
            write_figures(FOLDER / f"{market}.md", figures)
        else:
            print(f"==== {market}\n\n{figures}\n")


def played(market: str, teams: dict[str, list[str]]) -> str:
    """What came out of a round, as Markdown."""
    class_ = Played(market=market)
    board, debrief = class_.told(class_.entries(teams))
    alone = board_of(class_.entries({choice: [choice] for choice in class_.menu.choices}))
    return "\n\n".join(
        [
            setting_words(class_),
            price_table(class_),
            line_table(class_.briefing),
            f"What came out when {len(teams)} plans were played:",
            team_table(board),
            debrief_words(debrief),
            "Every choice alone:",
            alone_table(alone, class_),
        ]
    )


if __name__ == "__main__":
    main()
