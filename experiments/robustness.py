"""What nobody should have to write: mutated scenarios and awkward tables, read one after the other, and how each was answered.

Prints the figures of docs/robustness.md; `--write` puts them there, `--many 1000` tries more.

Every input is made from its number by a key, so the same numbers are the same inputs on every machine. An input is *refused clearly*
when the message names file and line and holds no word of a programmer's; *accepted* when it can be read; anything else is *wrong*.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cxsim.data import DataError, read, read_scores
from cxsim.scenario import ScenarioError, load, scenario_names
from cxsim.scenario.files import library_folder
from experiments.choices import Choice
from experiments.mutated_requests import mutated_request, server
from experiments.pages import table, write_figures

PAGE = Path(__file__).parent.parent / "docs" / "robustness.md"
FEW = 300  # inputs of a kind
JARGON = re.compile(
    r"dictionar|instance of|\bcodec|pydantic|validation|Traceback|NoneType|recursion|regex|pattern|\btuple|\bdict\b|\bstr\b|"
    r"\bint\b|\bfloat\b|parsing|namespace|immutable|\[Errno|unable to|Error\b|None\b",
    re.IGNORECASE,
)
LONGEST = 20_000  # characters that anybody would read

CLEAR, ACCEPTED = "refused clearly", "accepted"


BAD = (
    "true", '"5"', '"5%"', "-1", "nan", "inf", "-inf", "1e400", "9" * 400, "[]", "[1, 2]", "{}", "{ a = 1 }", '""', "2024-01-01", "1_0", ".5",
    "1,5", "0x10", '"""\nquality = 3\n"""', "'''", '"', "[", "{", "\u00e9", '"\\u0000"', "0.5 # half", "None", "1e-320", "50_000_000_000", "3.7", '"yes"',
)  # fmt: skip
LINES = (
    "[brand]", "[[brand]]", "[intervention]", "[[intervention]]", "[brand.focal.use]", "[segment.young]", "share = 0.5", "extends = 'moon'",
    "extends = 3", "brand = 3", "market.people = 3", "[market.links]\nkind = 'file'", "[reference]\nweekly_repeat_purchases = 'no.csv'",
    'effect = [{ parameter = "price", add = 1 }]', 'name = "a, b"', 'story = """\n[market]\npeople = 0\n"""', "a." * 30 + "a = 1", "mechanisms = ['no.py']",
    "use.quality = 7", "[evidence]\n'use.memry' = { evidence = 'sure', source = 'x' }", "\x00", "= 3", "people", "loyalty = { exit = { a = 1 } }",
)  # fmt: skip


def _another_value(lines: list[str], choice: Choice) -> list[str]:
    with_value = [place for place, line in enumerate(lines) if "=" in line]
    place = with_value[choice.below(len(with_value))]
    return [*lines[:place], f"{lines[place].split('=', 1)[0]}= {choice.of(BAD)}", *lines[place + 1 :]]


def _another_key(lines: list[str], choice: Choice) -> list[str]:
    with_value = [place for place, line in enumerate(lines) if re.match(r"\s*[\w.]+\s*=", line)]
    place = with_value[choice.below(len(with_value))]
    at = choice.below(max(1, lines[place].index("=") - 1))
    slip = choice.of(("", "x", "-", ".", " ", '"', "aa"))
    return [*lines[:place], lines[place][:at] + slip + lines[place][at + 1 :], *lines[place + 1 :]]


def _a_line_more(lines: list[str], choice: Choice) -> list[str]:
    place = choice.below(len(lines) + 1)
    return [*lines[:place], choice.of(LINES), *lines[place:]]


def _a_line_twice(lines: list[str], choice: Choice) -> list[str]:
    place = choice.below(len(lines))
    return [*lines[: place + 1], *lines[place:]]


def _a_line_less(lines: list[str], choice: Choice) -> list[str]:
    place = choice.below(len(lines))
    return [*lines[:place], *lines[place + 1 :]]


def _another_letter(lines: list[str], choice: Choice) -> list[str]:
    text = "\n".join(lines)
    at = choice.below(max(1, len(text)))
    return (
        text[:at] + choice.of(("", "x", "]", "[", "=", '"', "#", "\n", ".", ",", "0", "-", "\x1b")) + text[at + 1 :]
    ).split("\n")


def _cut(lines: list[str], choice: Choice) -> list[str]:
    text = "\n".join(lines)
    return text[: choice.below(max(1, len(text)))].split("\n")


MUTATIONS: tuple[Callable[[list[str], Choice], list[str]], ...] = (
    _another_value, _another_value, _another_value, _another_key, _a_line_more, _a_line_more, _a_line_twice, _a_line_less, _another_letter, _cut,
)  # fmt: skip


def mutated_scenario(number: int) -> bytes:
    """A ready market or plan after one to three mutations, in one of several encodings."""
    choice = Choice("scenario", number)
    text = (library_folder() / f"{choice.of(scenario_names())}.toml").read_text(encoding="utf-8")
    lines = text.split("\n")
    for _ in range(1 + choice.below(3)):
        lines = MUTATIONS[choice.below(len(MUTATIONS))](lines, choice)
    encoding = choice.of(("utf-8",) * 18 + ("utf-16", "latin-1"))
    return "\n".join(lines).encode(encoding, errors="replace")


PURCHASES = "\n".join(
    ["customer_id,date,amount", *(f"{i % 60},2024-{1 + i % 12:02}-{1 + i % 27:02},{5 + i % 40}.50" for i in range(200))]
)
CUSTOMERS = "\n".join(
    ["customer_id,frequency,recency,T", *(f"{i},{i % 4},{(i % 4) * 2.5},{30.5 + i / 7:.3f}" for i in range(60))]
)
COHORTS = "month,Jan,Feb\n0,400,380\n1,300,290\n2,260,240\n3,240,\n"
SCORES = "score,count\n" + "".join(f"{score},{9 + score}\n" for score in range(11))
CELLS = (
    "", "n/a", "True", "1_0", "nan", "inf", "-5", "5-", "(5)", "1,5", "1.5", "1.234", "1.234,50", "5%", "$5", "12.0", "00012", "1e3", "1.2E+11", "Total", "soon",
    "31/12/2024", "12/31/2024", "1970-01-01", "2099-01-01", '"', "'", "\x00", "\u00e9", "x" * 300, "9" * 400, "-0", "2024-02-30",
)  # fmt: skip


def awkward_table(number: int) -> bytes:
    """A table of one of four kinds with one to four awkward cells, another delimiter, heading, end or encoding."""
    choice = Choice("table", number)
    rows = [line.split(",") for line in choice.of((PURCHASES, CUSTOMERS, COHORTS, SCORES)).strip().split("\n")]
    for _ in range(1 + choice.below(4)):
        row = choice.below(len(rows)) if choice.below(4) else 0
        rows[row][choice.below(len(rows[row]))] = choice.of(CELLS)
        if choice.below(8) == 0:
            rows[row].append(choice.of(CELLS))
        if choice.below(8) == 0:
            rows.insert(choice.below(len(rows)), [""])
    mark = choice.of((",", ",", ";", "\t", "|"))
    text = choice.of(("", "", "", "sep=;\n", "\n")) + "\n".join(mark.join(row) for row in rows)
    encoding = choice.of(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    data = text.encode(encoding, errors="replace")
    return data[: choice.below(len(data))] if choice.below(12) == 0 else data


def answer_to(file: Path, reading: Callable[[Path], object]) -> tuple[str, str]:
    """How a file was answered, and the message if it was refused."""
    try:
        reading(file)
    except (ScenarioError, DataError) as error:
        return fault_of(str(error), file.name), str(error)
    except Exception as error:  # whatever it is, nobody should see it
        return f"wrong: {type(error).__name__}", str(error)
    return ACCEPTED, ""


def tried_requests(count: int) -> list[tuple[int, str, str]]:
    """(number, answer, message) of so many requests: refused are those that say 4xx and why, in words."""
    answers = []
    with server() as answer:
        for number in range(count):
            status, said = answer(*mutated_request(number))
            kind = ACCEPTED if status == 200 else fault_of(said) if 400 <= status < 500 else f"wrong: status {status}"
            answers.append((number, kind, said))
    return answers


def fault_of(message: str, file: str = "") -> str:
    """What is wrong with a message; `CLEAR` when nothing is."""
    said = re.sub(r"given '.*'|'[^'\n]*'|\"[^\"\n]*\"", "", message)  # the author's own words
    if found := JARGON.search(said):
        return f"wrong: says {found[0]!r}"
    if len(message) > LONGEST:
        return "wrong: too long to be read"
    return CLEAR if file in message else "wrong: names no file"


def names_a_line(message: str) -> bool:
    """Whether a message names a line."""
    return re.search(r", line \d+", message) is not None


KINDS: dict[str, tuple[str, Callable[[int], bytes], Callable[[Path], object]]] = {
    "scenarios": (".toml", mutated_scenario, load),
    "tables": (
        ".csv",
        awkward_table,
        lambda file: read_scores(file) if b"score" in file.read_bytes()[:40] else read(file),
    ),
}


def tried(kind: str, count: int) -> list[tuple[int, str, str]]:
    """(number, answer, message) of so many inputs of a kind."""
    suffix, make, reading = KINDS[kind]
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"mutated{suffix}"
        for number in range(count):
            file.write_bytes(make(number))
            answers.append((number, *answer_to(file, reading)))
    return answers


def figures(many: int) -> str:
    """The table of the page."""
    rows = []
    for kind in (*KINDS, "requests"):
        answers = tried(kind, many) if kind in KINDS else tried_requests(many)
        counts = Counter(answer.partition(":")[0] for _, answer, _ in answers)
        clear = [message for _, answer, message in answers if answer == CLEAR]
        lines = f"{sum(map(names_a_line, clear)):,}" if kind in KINDS else ""
        seen = [f"{count:,}" for count in (many, counts[CLEAR], counts[ACCEPTED], counts["wrong"])]
        rows.append([kind, *seen[:2], lines, *seen[2:]])
        for number, answer, message in answers:
            if answer.startswith("wrong"):
                print(f"{kind} {number}: {answer}: {message[:300]}")
    return table(["input", "tried", "refused clearly", "of these with a line", "accepted", "wrong"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="update the page")
    parser.add_argument("--many", type=int, default=FEW, help="inputs of a kind")
    asked = parser.parse_args()
    found = figures(asked.many)
    print(found)
    if asked.write:
        write_figures(PAGE, found)
