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


class ScenarioError(ValueError):
    """A scenario that cannot be run; holds every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
