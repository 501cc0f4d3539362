"""Keyed luck: every random number is a pure function of who, what for, and the how-manieth time.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11), the
counter-based generator of Random123. The key is the seed; the counter says whose luck it is:

    counter = (person, brand * 2**24 + ordinal, purpose, replication)

so two scenarios differ only by their causes: the third time a person uses a product it is the same luck in every
plan, whenever that happens, and one more person changes nobody else's.
"""

import linecache
import math
import sys
import zlib
from numbers import Integral
from types import FrameType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled

_MULTIPLIER_A: Final = np.uint64(0xD2511F53)
_MULTIPLIER_B: Final = np.uint64(0xCD9E8D57)
_WEYL_A: Final = np.uint64(0x9E3779B9)
_WEYL_B: Final = np.uint64(0xBB67AE85)
_WORD: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_ROUNDS: Final = 10
_BRAND_SHIFT: Final = 24

MOST_SEED: Final = 2**63 - 1
MOST_REPLICATION: Final = 2**32 - 1

_purposes: dict[int, str] = {}
_places: dict[int, tuple[str, str]] = {}  # where each purpose was registered


def purpose(name: str) -> int:
    """Register what luck is drawn for and return its word of the counter (a CRC-32 of the name, so order is nothing).

    The same line of the same module may be run again (a notebook's cell, a module reloaded): it is the same purpose.

    Raises:
        ValueError: if the name, or another name with the same word, is registered elsewhere: two purposes sharing a
            word would share their luck.
    """
    word, place = zlib.crc32(name.encode()), _place(sys._getframe(1))
    if _purposes.setdefault(word, name) != name or _places.setdefault(word, place) != place:
        raise ValueError(f"luck purpose {name!r} is already registered (as {_purposes[word]!r}); choose another name")
    return word


def _place(frame: FrameType) -> tuple[str, str]:
    """The module and the line as written: its number, and a cell's file, change when something else is edited."""
    file = frame.f_code.co_filename
    linecache.checkcache(file)
    line = linecache.getline(file, frame.f_lineno, frame.f_globals).strip()
    return str(frame.f_globals.get("__name__")), line or str(frame.f_lineno)


def purposes() -> dict[int, str]:
    """All registered purposes: word of the counter -> name."""
    return dict(_purposes)


def whole_number(name: str, value: object) -> int:
    """A seed or a count as a plain integer; NumPy's numbers, and floats without a fraction, are taken.

    Raises:
        ValueError: if it is no whole number. A generator is none: luck is keyed, so there is nothing to draw from.
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return int(value)
    if type(value).__name__ in ("Generator", "RandomState", "SeedSequence", "Random"):
        hint = "Luck is keyed, not drawn from a generator: give a whole number, such as 42"
        raise ValueError(f"{name} is a {type(value).__name__}. {hint}")
    raise ValueError(f"{name} is {value!r}; it must be a whole number")


def key_of(seed: int, replication: int) -> NDArray[np.uint64]:
    """The luck of one run: two key words from the seed and the replication, shape (3,).

    Raises:
        ValueError: if one of them is no whole number, the seed outside 0..2**63-1 or the replication outside
            0..2**32-1.
    """
    seed, replication = whole_number("seed", seed), whole_number("replication", replication)
    if not 0 <= seed <= MOST_SEED:
        raise ValueError(f"seed {seed} is outside 0 to {MOST_SEED}")
    if not 0 <= replication <= MOST_REPLICATION:
        raise ValueError(f"replication {replication} is outside 0 to {MOST_REPLICATION}")
    return np.array([seed & 0xFFFFFFFF, seed >> 32, replication], dtype=np.uint64)


@compiled
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox4x32-10: four 32-bit counter words and two key words (held in 64-bit integers) to four random words."""
    for _ in range(_ROUNDS):
        product_a = _MULTIPLIER_A * c0
        product_b = _MULTIPLIER_B * c2
        c0, c1, c2, c3 = (
            (product_b >> _HALF) ^ c1 ^ k0,
            product_b & _WORD,
            (product_a >> _HALF) ^ c3 ^ k1,
            product_a & _WORD,
        )
        k0 = (k0 + _WEYL_A) & _WORD
        k1 = (k1 + _WEYL_B) & _WORD
    return c0, c1, c2, c3


@compiled
def uniform(luck: NDArray[np.uint64], person: int, what_for: int, ordinal: int, brand: int) -> float:
    """One uniform number strictly between 0 and 1, with 52 random bits.

    Args:
        luck: of the run, from `key_of`.
        person: whose luck.
        what_for: a registered purpose.
        ordinal: how often the person has met that purpose, below 2**24.
        brand: which brand it is about; 0 where that makes no difference.
    """
    word_a, word_b, _, _ = philox(
        np.uint64(person),
        np.uint64((brand << _BRAND_SHIFT) + ordinal),
        np.uint64(what_for),
        luck[2],
        luck[0],
        luck[1],
    )
    bits = ((word_a >> np.uint64(6)) << np.uint64(26)) | (word_b >> np.uint64(6))
    return (float(bits) + 0.5) * 2.0**-52


@compiled
def exponential(luck: NDArray[np.uint64], person: int, what_for: int, ordinal: int, brand: int) -> float:
    """One exponential number of mean 1."""
    return -math.log(uniform(luck, person, what_for, ordinal, brand))


_SURELY: Final = 1e-12  # more than rounding


@compiled
def poisson(mean: float, u: float) -> int:
    """The Poisson count whose distribution function first reaches `u`; meant for means below a few dozen."""
    if u < 1.0 - mean - _SURELY:  # the probability of zero is more than 1 - mean, and need not be known
        return 0
    mean = min(mean, 700.0)  # beyond, the probability of zero underflows
    chance = math.exp(-mean)
    reached = chance
    count = 0
    while u > reached and chance > 0.0:
        count += 1
        chance *= mean / count
        reached += chance
    return count


@compiled
def _ratio(r: float, top: tuple[float, ...], bottom: tuple[float, ...]) -> float:
    upper = 0.0
    lower = 0.0
    for place in range(len(top)):
        upper = upper * r + top[place]
        lower = lower * r + bottom[place]
    return upper / lower


# Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37(3),
# routine PPND16 (relative accuracy about 1e-16); highest power first.
_CENTRE_TOP: Final = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_CENTRE_BOTTOM: Final = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)  # fmt: skip
_MIDDLE_TOP: Final = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_MIDDLE_BOTTOM: Final = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
)  # fmt: skip
_TAIL_TOP: Final = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
_TAIL_BOTTOM: Final = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
)  # fmt: skip


@compiled
def normal_quantile(u: float) -> float:
    """The standard normal number that a share `u` (0 to 1, exclusive) lies below; Wichura's AS 241."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(0.180625 - q * q, _CENTRE_TOP, _CENTRE_BOTTOM)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        size = _ratio(r - 1.6, _MIDDLE_TOP, _MIDDLE_BOTTOM)
    else:
        size = _ratio(r - 5.0, _TAIL_TOP, _TAIL_BOTTOM)
    return -size if q < 0.0 else size


@compiled
def normal(luck: NDArray[np.uint64], person: int, what_for: int, ordinal: int, brand: int) -> float:
    """One standard normal number, by inversion: the luckier uniform is always the larger normal."""
    return normal_quantile(uniform(luck, person, what_for, ordinal, brand))


_GAMMA_ATTEMPTS: Final = 15  # one in twenty fails at worst, so all of them in one of 10**19 draws
_GAMMA_DRAWS: Final = 2 * _GAMMA_ATTEMPTS + 1  # uniform numbers that belong to one Gamma number


@compiled
def gamma(luck: NDArray[np.uint64], person: int, what_for: int, ordinal: int, shape: float) -> float:
    """One Gamma number of this shape and scale 1, exact: Marsaglia & Tsang (2000), ACM TOMS 26(3), 363-372.

    A cube of a normal number is kept with the right chance, else tried again with the next luck of the same draw.

    Args:
        luck: of the run, from `key_of`.
        person: whose luck.
        what_for: a registered purpose; nothing else may be drawn for it.
        ordinal: how often the person has met that purpose, below 2**19.
        shape: above 0; below 1 it is that of shape + 1 times u**(1 / shape).
    """
    first = ordinal * _GAMMA_DRAWS
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    size = d
    for attempt in range(_GAMMA_ATTEMPTS):
        z = normal(luck, person, what_for, first + 2 * attempt, 0)
        cube = (1.0 + c * z) * (1.0 + c * z) * (1.0 + c * z)
        if cube > 0.0:
            u = uniform(luck, person, what_for, first + 2 * attempt + 1, 0)
            if math.log(u) < 0.5 * z * z + d * (1.0 - cube + math.log(cube)):
                size = d * cube
                break
    if shape < 1.0:
        size *= math.exp(-exponential(luck, person, what_for, first + 2 * _GAMMA_ATTEMPTS, 0) / shape)
    return size
