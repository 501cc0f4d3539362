"""Protects survey figures: answers are put on the scale they were given on, or refused when that cannot be told.

Nothing here is statistical.
"""

from pathlib import Path

import numpy as np
import pytest
from data_files import written

from cxsim.data import DataError, read_scores

NPS = "score,count\n" + "".join(f"{score},{10 + score}\n" for score in range(11))
CSAT = "score,count\n1,5\n2,10\n3,15\n4,40\n5,30\n"


def raw(scores: list[object], heading: str = "") -> str:
    return "\n".join([*([heading] if heading else []), *map(str, scores)]) + "\n"


# name: content, survey, answers at the lowest step and in all, rows without an answer
READ = {
    "recommendation": (NPS, "nps", 10, 165, 0),
    "satisfaction": (CSAT, "csat", 5, 100, 0),
    "satisfaction, in another order": ("Answers;Score\n" + "\n".join(f"7;{score}" for score in (3, 5, 1, 2, 4)), "csat", 7, 35, 0),
    "single answers without heading": (raw([0, 7, 10]), "nps", 1, 3, 0),
    "single answers, zero first": (raw(["0", "", 8, "NA"]), "nps", 1, 2, 1),
    "single answers with heading": (raw([1, 2, 3, 4, 5, 5], "score"), "csat", 1, 6, 0),
    "counts in German": ("score,Anzahl\n0,20\n9,50\n10,40\n", "nps", 20, 110, 0),
    "answers beside who gave them": ("respondent,score\n1,0\n2,9\n3,9\n", "nps", 1, 3, 0),
    "named nps": (raw([1, 2, 3], "NPS"), "nps", 0, 3, 0),
    "named csat": (raw([1, 3], "csat"), "csat", 1, 2, 0),
}  # fmt: skip

REFUSED = {
    "low scores only": (raw([1, 2, 3, 4]), ["scores 1, 2, 3, 4 could be on more than one scale", "nps", "csat"]),
    "one to ten": (raw([*range(1, 11)]), ["more than one scale"]),
    "nought to five": (raw([*range(6)]), ["more than one scale"]),
    "one to seven": ("score,count\n" + "".join(f"{score},9\n" for score in range(1, 8)), ["more than one scale"]),
    "eleven": (raw([0, 7, 11]), ["line 3", "score 11 is outside 0 to 10"]),
    "six on five": (raw([4, 6], "csat"), ["line 3", "score 6 is outside 1 to 5, as the heading 'csat' says"]),
    "half a score": (raw([0, 7.5, 9]), ["line 2", "score is '7.5'", "whole numbers"]),
    "a word": (raw([0, "good"], "nps"), ["line 3", "score 'good' is not a number"]),
    "below nought": (raw([0, -1, 8]), ["line 2", "score is '-1'"]),
    "a score twice": (NPS + "3,4\n", ["line 13", "score '3' is there twice"]),
    "a count missing": (CSAT + "6,\n", ["line 7", "count is ''"]),
    "part of an answer": (CSAT.replace("15", "1.5"), ["line 4", "count is '1.5'"]),
    "no answers": ("score,count\n1,0\n2,0\n3,0\n4,0\n5,0\n", ["nobody answered"]),
    "no rows": ("nps\n", ["heading but no rows"]),
    "weights": ("respondent,score,weight\n1,0,.5\n2,9,1.5\n3,9,2\n", ["line 1", "'weight' may count or weigh the answers", "call it count"]),
    "weights of scores": ("score,Gewicht\n0,16.4\n9,70\n10,30\n", ["line 1", "'Gewicht' may count or weigh"]),
    "counts by another name": ("score,how many\n0,20\n9,50\n10,40\n", ["line 1", "'how many' may count or weigh", "call it count"]),
    "no scores": ("date,amount\n1,2\n", ["line 1", "no column score", "nps, csat"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_answers_are_counted_on_their_scale(name: str, tmp_path: Path) -> None:
    content, survey, lowest, answers, unanswered = READ[name]
    scores = read_scores(written(tmp_path, content))
    assert (scores.survey, scores.counts[0], scores.answers, scores.unanswered) == (survey, lowest, answers, unanswered)
    assert scores.scale == ((0, 10) if survey == "nps" else (1, 5))
    assert len(scores.counts) == scores.scale[1] - scores.scale[0] + 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_scale_that_cannot_be_told_is_refused(name: str, tmp_path: Path) -> None:
    content, parts = REFUSED[name]
    with pytest.raises(DataError) as refusal:
        read_scores(written(tmp_path, content))
    for part in parts:
        assert part in str(refusal.value)


def test_the_figure_and_its_error_are_those_of_the_single_answers(tmp_path: Path) -> None:
    for content, value_of in (
        (NPS, lambda score: 100 * ((score >= 9) - (score <= 6))),
        (CSAT, lambda score: score >= 4),
    ):
        scores = read_scores(written(tmp_path, content))
        each = [value_of(step + scores.scale[0]) for step in range(len(scores.counts))]
        values = np.repeat(np.asarray(each, dtype=float), scores.counts)
        assert scores.figure == pytest.approx(values.mean())
        assert scores.standard_error == pytest.approx(values.std() / np.sqrt(len(values)))
