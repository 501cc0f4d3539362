"""What a class remembers, in one SQLite file: written at once, so a server that stops in the middle loses nothing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from cxsim.interface.classroom.access import fingerprint, matches, team_in, team_key
from cxsim.interface.classroom.briefing import Briefing
from cxsim.interface.classroom.names import looks
from cxsim.interface.classroom.rounds import START, Phase, RoundMoment
from cxsim.interface.classroom.rules import Rules
from cxsim.interface.classroom.trial import Trial, TrialOutcome

FORMAT = 2  # of the file; another number is refused, never changed
APPLICATION = 0x6378_636C  # "cxcl": marks the file as a class of cxsim

_TABLES = """
CREATE TABLE class (
    id INTEGER PRIMARY KEY CHECK (id = 1), rules TEXT NOT NULL, briefing TEXT NOT NULL, teacher TEXT NOT NULL,
    round INTEGER NOT NULL, phase TEXT NOT NULL, step INTEGER NOT NULL
);
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, key TEXT NOT NULL);
CREATE TABLE plan (
    team INTEGER NOT NULL REFERENCES team ON DELETE CASCADE, round INTEGER NOT NULL, chosen TEXT NOT NULL,
    committed INTEGER NOT NULL, -- 0: the team committed none, so it does nothing
    PRIMARY KEY (team, round)
);
CREATE TABLE answer (
    team INTEGER NOT NULL REFERENCES team ON DELETE CASCADE, round INTEGER NOT NULL, phone TEXT NOT NULL,
    question TEXT NOT NULL, said TEXT NOT NULL,
    PRIMARY KEY (team, round, phone, question)
);
CREATE TABLE lives (trial TEXT PRIMARY KEY, lives TEXT NOT NULL);
"""

_names = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True)
class Team:
    """A team of the class."""

    id: int
    name: str


class ClassStore:
    """The file of a class. Safe to use from several threads; only fingerprints of keys are in it.

    Args:
        path: of the file; made if it is not there.

    Raises:
        ValueError: if the file is something else than a class of this version, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._turn = threading.RLock()
        try:
            self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise _no_class(path, str(error)) from None
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._file.close()
            raise _no_class(path, str(error)) from None
        except ValueError:
            self._file.close()
            raise

    def _prepare(self, path: Path) -> None:
        tables = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        mark = self._file.execute("PRAGMA application_id").fetchone()[0]
        version = self._file.execute("PRAGMA user_version").fetchone()[0]
        if tables and (mark, version) != (APPLICATION, FORMAT):
            raise _no_class(path, "it is something else, or of another version of cxsim")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA foreign_keys = ON")
        if not tables:
            with self._writing():
                for statement in _TABLES.split(";"):
                    self._file.execute(statement)
                self._file.execute(f"PRAGMA application_id = {APPLICATION}")
                self._file.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is written, or nothing."""
        with self._turn:
            if self._file.in_transaction:  # a part of something larger
                yield self._file
                return
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def _one(self, question: str, *values: str | int) -> tuple[str | int, ...] | None:
        with self._turn:
            row: tuple[str | int, ...] | None = self._file.execute(question, values).fetchone()
            return row

    def _all(self, question: str, *values: str | int) -> list[tuple[str | int, ...]]:
        with self._turn:
            return self._file.execute(question, values).fetchall()

    # ---- the class ----

    def begin(self, rules: Rules, briefing: Briefing) -> None:
        """Begin a class that has not begun. It needs a teacher's key, then (`set_teacher`)."""
        with self._writing() as file:
            file.execute(
                "INSERT INTO class VALUES (1, ?, ?, '', ?, ?, ?)",
                (rules.model_dump_json(), briefing.model_dump_json(), START.round, START.phase, START.step),
            )

    def has_begun(self) -> bool:
        """Whether there is a class in the file."""
        return self._one("SELECT 1 FROM class") is not None

    def rules(self) -> Rules:
        """The rules of the class."""
        return Rules.model_validate_json(str(self._field("rules")))

    def briefing(self) -> Briefing:
        """What its teams know before they choose."""
        return Briefing.model_validate_json(str(self._field("briefing")))

    def is_teacher(self, key: str) -> bool:
        """Whether a key is the teacher's."""
        return matches(key, str(self._field("teacher")))

    def moment(self) -> RoundMoment:
        """Where it stands."""
        row = self._one("SELECT round, phase, step FROM class")
        assert row is not None, "a class begins before it is asked for"
        return RoundMoment(int(row[0]), Phase(str(row[1])), int(row[2]))

    def _field(self, name: str) -> str | int:
        row = self._one(f"SELECT {name} FROM class")
        assert row is not None, "a class begins before it is asked for"
        return row[0]

    def set_rules(self, rules: Rules, briefing: Briefing) -> bool:
        """Other rules; False if the first round has started."""
        with self._writing() as file:
            done = file.execute(
                "UPDATE class SET rules = ?, briefing = ? WHERE round = ? AND phase = ?",
                (rules.model_dump_json(), briefing.model_dump_json(), START.round, START.phase),
            )
            return done.rowcount == 1

    def set_teacher(self, key: str) -> None:
        """Another key for the teacher; the old one opens nothing any more."""
        with self._writing() as file:
            file.execute("UPDATE class SET teacher = ?", (fingerprint(key),))

    def move(self, old: RoundMoment, new: RoundMoment) -> bool:
        """Go from one moment to another; False if the class has left the old one already.

        In a round that is locked, a team that committed no plan does nothing.
        """
        with self._writing() as file:
            moved = file.execute(
                "UPDATE class SET round = ?, phase = ?, step = ? WHERE round = ? AND phase = ? AND step = ?",
                (new.round, new.phase, new.step, old.round, old.phase, old.step),
            )
            if moved.rowcount == 1 and new.phase is Phase.locked:
                nothing = "INSERT INTO plan SELECT id, ?, '[]', 0 FROM team WHERE true ON CONFLICT DO NOTHING"
                file.execute(nothing, (new.round,))
            if moved.rowcount == 1 and (old.phase, new.phase) == (Phase.locked, Phase.open):
                file.execute("DELETE FROM plan WHERE round = ? AND NOT committed", (new.round,))
            return moved.rowcount == 1

    # ---- teams ----

    def teams(self) -> list[Team]:
        """All teams, in the order in which they joined."""
        return [Team(int(id_), str(name)) for id_, name in self._all("SELECT id, name FROM team ORDER BY id")]

    def add_team(self, name: str, secret: str, most: int) -> Team | None:
        """A new team; None if there is one whose name looks like that or there are `most` already."""
        with self._writing() as file:
            if self.is_full(most) or self.is_taken(name):
                return None
            row = file.execute(
                "INSERT INTO team (name, folded, key) VALUES (?, ?, '') RETURNING id", (name, name.casefold())
            ).fetchone()
            team = Team(row[0], name)
            self.set_key(team, secret)
            return team

    def is_full(self, most: int) -> bool:
        """Whether there are as many teams already."""
        row = self._one("SELECT count(*) FROM team")
        return row is not None and int(row[0]) >= most

    def is_taken(self, name: str) -> bool:
        """Whether there is a team whose name looks like that."""
        return any(looks(team.name) == looks(name) for team in self.teams())

    def team_with(self, key: str) -> Team | None:
        """The team that a key opens."""
        number = team_in(key)
        row = self._one("SELECT id, name, key FROM team WHERE id = ?", number) if number is not None else None
        return Team(int(row[0]), str(row[1])) if row and matches(key, str(row[2])) else None

    def team_named(self, name: str) -> Team | None:
        """The team of that name, capitals aside."""
        row = self._one("SELECT id, name FROM team WHERE folded = ?", name.casefold())
        return Team(int(row[0]), str(row[1])) if row else None

    def set_key(self, team: Team, secret: str) -> None:
        """Another key for a team; the old one opens nothing any more."""
        with self._writing() as file:
            stored = fingerprint(team_key(team.id, secret))
            file.execute("UPDATE team SET key = ? WHERE id = ?", (stored, team.id))

    def remove(self, team: Team) -> None:
        """Without this team and its plans."""
        with self._writing() as file:
            file.execute("DELETE FROM team WHERE id = ?", (team.id,))

    # ---- plans and what came of them ----

    def commit(self, team: Team, chosen: tuple[str, ...], when: RoundMoment) -> bool:
        """A team's plan, in place of an earlier one; False if that moment is over or the team is gone."""
        with self._writing() as file:
            done = file.execute(
                "INSERT INTO plan SELECT team.id, class.round, ?, 1 FROM class, team"
                " WHERE class.round = ? AND class.phase = ? AND team.id = ?"
                " ON CONFLICT (team, round) DO UPDATE SET chosen = excluded.chosen",
                (_names.dump_json(chosen).decode(), when.round, when.phase, team.id),
            )
            return done.rowcount == 1

    def plans(self, round_number: int) -> dict[str, tuple[str, ...]]:
        """The plans of a round, by the name of the team; once it is locked, every team of then has one."""
        question = "SELECT team.name, chosen FROM plan JOIN team ON team = team.id WHERE round = ? ORDER BY team.id"
        return {str(name): _names.validate_json(str(chosen)) for name, chosen in self._all(question, round_number)}

    def committed(self, round_number: int) -> set[str]:
        """The names of the teams that committed a plan themselves."""
        question = "SELECT team.name FROM plan JOIN team ON team = team.id WHERE round = ? AND committed"
        return {str(name) for (name,) in self._all(question, round_number)}

    # ---- what phones say about a round ----

    def answer(self, team: Team, phone: str, question: str, said: str, when: RoundMoment, most: int) -> bool:
        """What a phone of a team says to a question, in place of what it said before.

        Args:
            team: whose phone it is.
            phone: a word that is this phone's own; its fingerprint is stored.
            question: what it answers.
            said: the answer.
            when: the moment that it is for.
            most: phones of a team that may answer.

        Returns:
            False if that moment is over, the team is gone, or so many others of its phones have answered.
        """
        with self._writing() as file:
            done = file.execute(
                "INSERT INTO answer SELECT team.id, class.round, ?1, ?2, ?3 FROM class, team"
                " WHERE class.round = ?4 AND class.phase = ?5 AND class.step = ?6 AND team.id = ?7"
                " AND (SELECT count(*) FROM answer WHERE team = ?7 AND round = ?4 AND question = ?2 AND phone <> ?1) < ?8"
                " ON CONFLICT (team, round, phone, question) DO UPDATE SET said = excluded.said",
                (fingerprint(phone), question, said, when.round, when.phase, when.step, team.id, most),
            )
            return done.rowcount == 1

    def answers(self, round_number: int, question: str) -> list[tuple[str, str]]:
        """Team and answer of every phone, in the order of teams."""
        words = (
            "SELECT team.name, said FROM answer JOIN team ON team = team.id"
            " WHERE round = ? AND question = ? ORDER BY team.id, answer.rowid"
        )
        return [(str(name), str(said)) for name, said in self._all(words, round_number, question)]

    def answer_of(self, phone: str, round_number: int, question: str) -> str | None:
        """What one phone said."""
        words = "SELECT said FROM answer WHERE phone = ? AND round = ? AND question = ?"
        row = self._one(words, fingerprint(phone), round_number, question)
        return str(row[0]) if row else None

    def keep(self, trial: Trial, lives: TrialOutcome) -> None:
        """What came of a trial."""
        with self._writing() as file:
            file.execute(
                "INSERT OR REPLACE INTO lives VALUES (?, ?)", (trial.model_dump_json(), lives.model_dump_json())
            )

    def lives(self, trial: Trial) -> TrialOutcome | None:
        """What came of a trial; None if it has not been lived."""
        row = self._one("SELECT lives FROM lives WHERE trial = ?", trial.model_dump_json())
        return TrialOutcome.model_validate_json(str(row[0])) if row else None


def _no_class(path: Path, why: str) -> ValueError:
    return ValueError(f"{path} cannot hold a class: {why}. Name another file.")
