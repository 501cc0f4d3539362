"""Protects the visual language: colours that colour-blind eyes tell apart, words that can be read, sizes as promised.

Colour-blind eyes are simulated by the matrices of Machado, Oliveira and Fernandes (2009) for complete deficiency, on
linear RGB; distances are Euclidean in CIELAB (D65), where about 2 is just visible side by side.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pictures
import pytest
from matplotlib.colors import to_rgb

from cxsim.interface import charts
from cxsim.interface.charts import look
from cxsim.interface.charts.look import COLOURS, INK, MEDIA, made_for, save, written

EYES = {
    "usual": (np.eye(3), 30.0),
    "deuteranope": (
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
        20.0,
    ),
    "protanope": (
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        18.0,
    ),
    "tritanope": (
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
        15.0,
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def linear(colour):
    encoded = np.array(to_rgb(colour))
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def lab(light):
    share = TO_XYZ @ np.clip(light, 0.0, 1.0) / WHITE
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(colour, other="white"):
    bright, dark = sorted((float((TO_XYZ @ linear(each))[1]) for each in (colour, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eyes", EYES)
def test_every_two_meanings_are_told_apart(eyes):
    seen, least = EYES[eyes]
    for one, other in itertools.combinations(COLOURS, 2):
        apart = np.linalg.norm(lab(seen @ linear(COLOURS[one])) - lab(seen @ linear(COLOURS[other])))
        assert apart > least, f"{one} and {other} are {apart:.0f} apart for a {eyes}"


def test_the_simulation_knows_what_colour_blind_eyes_confuse():
    seen, least = EYES["deuteranope"]
    assert np.linalg.norm(lab(seen @ linear("#CC79A7")) - lab(seen @ linear("#8A8F98"))) < least / 2


@pytest.mark.parametrize("meaning", COLOURS)
def test_words_are_dark_enough_on_white_and_shapes_too(meaning):
    assert contrast(written(COLOURS[meaning])) >= 4.5
    assert contrast(COLOURS[meaning]) >= 3.0


@pytest.mark.parametrize("fill", [look.PALE, look.LOOP, look.LINE, look.NEUTRAL])
def test_words_on_tiles_can_be_read(fill):
    assert contrast(INK, fill) >= 4.0


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_projector_gets_its_size_and_large_words_that_keep_apart(name):
    from test_charts import assert_readable

    with made_for("projector"):
        ax = pictures.PICTURES[name]()
        assert (ax.figure.get_size_inches() * MEDIA["projector"].dpi).tolist() == [1920.0, 1080.0]
        assert_readable(ax)
        words = [text for text in ax.figure.findobj(plt.Text) if text.get_text().strip() and text.get_visible()]
        assert min(text.get_fontsize() for text in words) >= 18.0


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_page_gets_its_width_and_words_that_keep_apart(name):
    from test_charts import assert_readable

    with made_for("report"):
        ax = pictures.PICTURES[name]()
        assert ax.figure.get_size_inches()[0] * 2.54 == pytest.approx(16.0)
        assert_readable(ax)
        words = [text for text in ax.figure.findobj(plt.Text) if text.get_text().strip() and text.get_visible()]
        assert min(text.get_fontsize() for text in words) >= 7.0


def test_afterwards_charts_are_as_before():
    before = plt.rcParams["font.size"]
    with pytest.raises(RuntimeError), made_for("projector"):
        raise RuntimeError
    assert plt.rcParams["font.size"] == before
    assert charts.forest(pictures.fixed.buyers()).figure.get_size_inches()[0] == 8.0


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_picture_is_the_same_bytes(tmp_path, ending):
    files = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for file in files:
        save(pictures.PICTURES["endings"](), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    if ending == "svg":
        assert b"checkout" in files[0].read_bytes()  # words stay words
