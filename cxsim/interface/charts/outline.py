"""Outlines of the flow's areas: closed chains of cubic Bezier curves, 3n + 1 points of which the last is the first."""

Point = tuple[float, float]
Outline = tuple[Point, ...]

FLAT = 0.55  # of the way from the last stage to the turn a loop goes straight on
TIGHT = 0.25  # of the turn is left free inside, however thick the loop
BULGE = 0.75  # how far a cubic curve goes out, as a share of its handles


def band(x0: float, x1: float, top0: float, top1: float, height: float) -> Outline:
    """A band of constant height that swings from one level to another."""
    middle = (x0 + x1) / 2
    return (
        (x0, top0), (middle, top0), (middle, top1), (x1, top1),
        *_straight((x1, top1), (x1, top1 + height)),
        (middle, top1 + height), (middle, top0 + height), (x0, top0 + height),
        *_straight((x0, top0 + height), (x0, top0)),
    )  # fmt: skip


def box(x: float, top: float, width: float, height: float) -> Outline:
    """A rectangle."""
    return band(x, x + width, top, top, height)


def loop(first: float, last: float, far: float, low: float, high: float, thick: float) -> Outline:
    """From the last stage to the right, round, back over the top, and round again into the first.

    Args:
        first: where it comes home; the turn before it reaches to 0.
        last: where it sets out.
        far: how far it reaches on the right.
        low: top of the band at both ends.
        high: top of the band on its way back.
        thick: of the band.
    """
    turn = last + FLAT * (far - last)
    out, tight_out = _handles(far - turn, thick)
    home, tight_home = _handles(first, thick)
    under, over = low + thick, high + thick
    return (
        (last, under),
        *_straight((last, under), (turn, under)),
        (turn + out, under), (turn + out, high), (turn, high),
        *_straight((turn, high), (first, high)),
        (first - home, high), (first - home, under), (first, under),
        *_straight((first, under), (first, low)),
        (first - tight_home, low), (first - tight_home, over), (first, over),
        *_straight((first, over), (turn, over)),
        (turn + tight_out, over), (turn + tight_out, low), (turn, low),
        *_straight((turn, low), (last, low)),
        *_straight((last, low), (last, under)),
    )  # fmt: skip


def arrow(x: float, y: float, size: float) -> Outline:
    """A triangle that points to the left, its tip at (x - size, y)."""
    tip, top, bottom = (x - size, y), (x, y - 0.6 * size), (x, y + 0.6 * size)
    return (tip, *_straight(tip, top), *_straight(top, bottom), *_straight(bottom, tip))


def _handles(reach: float, thick: float) -> tuple[float, float]:
    """Lengths of the handles of a turn's outer and inner edge."""
    return reach / BULGE, max(TIGHT * reach, reach - thick) / BULGE


def _straight(start: Point, end: Point) -> Outline:
    """A straight line as a curve, without its first point."""
    return start, end, end
