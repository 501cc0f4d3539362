"""What is wrong with a scenario, said so that its author can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where it stands, what was given, what would be right."""

    where: str  # "markets/mine.toml, line 12", or "--set brand.focal.use.quality"
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.where}: {self.key}: {self.message}{hint}"


MOST_SHOWN = 20  # of the problems: who mends these knows what the others are


class ScenarioError(ValueError):
    """A scenario that cannot be run; holds the problems found, not only the first.

    Args:
        problems: what is wrong.
        more: how many others there are.
    """

    def __init__(self, problems: list[Problem], more: int = 0) -> None:
        self.problems, self.more = problems, more
        left = more + len(problems) - MOST_SHOWN if len(problems) > MOST_SHOWN else more
        said = [str(problem) for problem in problems[:MOST_SHOWN]]
        super().__init__("\n".join([*said, f"... and {left:,} more of the kind"] if left else said))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[list[Problem], int]]:
        """As it was made: workers send it to who asked."""
        return type(self), (self.problems, self.more)
