"""Protects: Mesa's own plots and page draw this model. Runs where Mesa's page is installed (pip install 'mesa[viz]')."""

import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.engine.model import LoyaltyModel

solara = pytest.importorskip("solara", reason="Mesa's page needs mesa[viz]")


@pytest.mark.filterwarnings("ignore")  # theirs: dozens of deprecations in the packages of the page
def test_mesas_plot_and_page_draw_the_model():
    from mesa.visualization import SolaraViz, make_plot_component

    model = LoyaltyModel(scenario_from(EVERYTHING_HAPPENS, "market.people=100"), rng=1)
    for _ in range(5):
        model.step()
    plot = make_plot_component({"loops": "tab:green", "lines": "tab:red"})
    page = SolaraViz(solara.reactive(model), components=[plot], model_params={"rng": 1})
    box, _ = solara.render(page, handle_error=False)
    assert "Image" in repr(box)
