"""A number over time as small as a word: base and plan, without axes, beside the figures of a table."""

import numpy as np
from markupsafe import Markup, escape

from cxsim.analysis.compare.trade import Numbers

WIDTH, HEIGHT, EDGE = 72.0, 16.0, 1.5


def spark(base: Numbers | None, plan: Numbers | None, name: str) -> Markup:
    """Two curves on one scale, each of shape (quarters,); nothing where there are not two points to join.

    Args:
        base: values of the base; nan makes a gap.
        plan: values of the plan.
        name: what is seen, for those who cannot see it.
    """
    if base is None or plan is None or len(base) < 2:
        return Markup("")
    known = np.concatenate([base, plan])
    known = known[np.isfinite(known)]
    if len(known) < 2:
        return Markup("")
    low, high = float(known.min()), float(known.max())
    curves = "".join(
        f'<path class="{kind}" d="{_path(values, low, high)}"/>' for kind, values in (("base", base), ("plan", plan))
    )
    told = escape(f"{name} by quarter, base and plan: the lowest {low:,.3g}, the highest {high:,.3g}")
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{told}">{curves}</svg>'
    )


def _path(values: Numbers, low: float, high: float) -> str:
    """Points joined, with gaps where there is nothing."""
    along = np.linspace(EDGE, WIDTH - EDGE, len(values))
    up = HEIGHT / 2.0 if high == low else HEIGHT - EDGE - (values - low) / (high - low) * (HEIGHT - 2.0 * EDGE)
    up = np.broadcast_to(up, values.shape)
    drawn, pen = [], False
    for x, y, value in zip(along, up, values, strict=True):
        there = bool(np.isfinite(value))
        drawn += [f"{'L' if pen else 'M'}{x:.1f} {y:.1f}"] if there else []
        pen = there
    return "".join(drawn)
