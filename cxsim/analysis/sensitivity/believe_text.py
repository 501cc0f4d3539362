"""What one must believe, in words for the terminal and a folder of results."""

import textwrap

from cxsim.analysis.phrases import between, bracketed, estimated, percent, short_signed, signed
from cxsim.analysis.sensitivity.answer import counted
from cxsim.analysis.sensitivity.believe import ON_A_MAP, Belief, Beliefs, Together

WIDTH = 100
MOST_ROWS = 12  # the nearest turning points; the table in a folder has them all
STEADY_NAMED = 3  # of those that do not turn it


def believe_text(found: Beliefs) -> str:
    """The whole in plain words."""
    careful = [_wrapped(f"Careful: {each.sentence}") for each in found.doubts]
    if not any(each.acts for each in found.beliefs):
        nothing = f'"{found.plan}" has exactly as much {found.figure} as the base, whatever is assumed: there is nothing to believe.'
        return "\n\n".join([*careful, _wrapped(nothing)]) + "\n"
    turning = [each for each in found.beliefs if each.turns]
    parts = [*careful, _head(found), *_unsure(found), _turning(found, turning), *_others(found)]
    if found.together is not None:
        parts.append(_map(found.together))
    parts.append(
        _wrapped(
            "Plausible ranges are judgements, and no end of one is likely; `cxsim explain KEY` says where it comes from. Each "
            "assumption is moved alone: several that are a little off at once may turn the verdict too."
        )
    )
    return "\n\n".join(parts) + "\n"


def _head(found: Beliefs) -> str:
    pays = found.present.mean > 0.0
    sure = "" if found.present.decided else ", which is not certain"
    return _wrapped(
        f'What one must believe of "{found.plan}": as things are assumed it is {"better" if pays else "worse"}: '
        f"{estimated(found.present, signed)} {found.unit} ({found.figure}){sure}. {found.replications} pairs at every value, the same "
        "customers with the same luck; 95% intervals."
    )


def _unsure(found: Beliefs) -> list[str]:
    """Where luck decides already, whatever is moved."""
    if found.present.decided:
        return []
    more = "more pairs (-n) tell luck from assumptions"
    return [_wrapped(f"Since it is not certain which side it is on, almost anything turns it, luck too: {more}.")]


def _turning(found: Beliefs, turning: list[Belief]) -> str:
    """A table of turning points, least to be believed first."""
    if not turning:
        return _wrapped("No assumption turns that by itself, wherever it lies within what is plausible.")
    ends = "stops being better" if found.present.mean > 0.0 else "becomes better"
    lines = [
        _wrapped(
            f"It {ends} if, by itself (the least to be believed first; % of the way to the end of what is plausible)"
        )
    ]
    shown = turning[:MOST_ROWS]
    wide = max(len(each.assumption.label) for each in shown)
    for each in shown:
        assumed = f"now {each.assumption.number(0.0)}"
        lines.append(f"  {percent(abs(each.turn)):>4}  {each.assumption.label:<{wide}}  {assumed:<12} {each.said}")
    if len(turning) > len(shown):
        lines.append(f"  and on {len(turning) - len(shown)} more; the table has them")
    return "\n".join(lines)


def _others(found: Beliefs) -> list[str]:
    """What does not turn it, what plays no part, what could not be moved."""
    steady = [each for each in found.beliefs if each.acts and not each.turns]
    idle = sum(not each.acts for each in found.beliefs)
    said = []
    if steady:
        widest = "; ".join(
            bracketed(each.assumption.label, between(each.at_low.mean, each.at_high.mean, short_signed))
            for each in steady[:STEADY_NAMED]
        )
        said.append(
            _wrapped(
                f"{counted(len(steady), 'assumption')} cannot turn it alone. The widest, with the advantage at both ends: {widest}."
            )
        )
    if idle:
        said.append(
            _wrapped(
                f"{counted(idle, 'assumption')} play{'s' if idle == 1 else ''} no part in this plan's advantage here."
            )
        )
    said += [_wrapped(f"Not moved: {label}, since {why}") for label, why in found.refused.items()]
    return said


def _map(together: Together) -> str:
    """The two nearest at once: + better, - worse, . not certain."""
    first, second = together.first, together.second
    lines = [
        _wrapped(
            f"The two nearest at once: across {first.label}, down {second.label} (+ better, - worse, . not certain)"
        )
    ]
    lines.append(" " * 14 + "".join(f"{first.number(place):>9}" for place in ON_A_MAP))
    for place, row in zip(ON_A_MAP, together.cells, strict=True):
        marks = ["." if not cell.decided else "+" if cell.mean > 0.0 else "-" for cell in row]
        lines.append(f"{second.number(place):>14}" + "".join(f"{mark:>9}" for mark in marks))
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
