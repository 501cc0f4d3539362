"""Protects who talks to whom: links are mutual, nobody is their own friend, and the kinds are what they are called.

Statistical statements allow four standard errors of a binomial count (a false alarm in 16,000 seeds).
"""

import numpy as np
import pytest
from markets import lived, scenario_from

from cxsim.engine.luck import key_of
from cxsim.engine.market.links import communities, from_edges, scale_free, small_world
from cxsim.engine.market.start import state_at_start
from cxsim.scenario import ScenarioError

LUCK = key_of(1, 0)
PEOPLE = 2_000
NETWORKS = {
    "ring": small_world(LUCK, PEOPLE, 8, 0.0),
    "small world": small_world(LUCK, PEOPLE, 8, 0.1),
    "scale free": scale_free(LUCK, PEOPLE, 8),
    "communities": communities(LUCK, PEOPLE, 8, 50, 0.1),
    "odd number of neighbours": small_world(LUCK, PEOPLE, 7, 0.1),
    "community of the rest": communities(LUCK, 101, 4, 50, 0.0),
    "more friends than people": small_world(LUCK, 5, 1000, 0.5),
    "two people": scale_free(LUCK, 2, 8),
}


def pairs(links):
    people = np.repeat(np.arange(len(links.first) - 1), np.diff(links.first))
    return np.stack([people, links.friends], axis=1)


@pytest.mark.parametrize("links", NETWORKS.values(), ids=NETWORKS)
def test_links_are_mutual_and_lead_to_others(links):
    both_ways = pairs(links)
    assert len(both_ways) > 0
    assert both_ways.min() >= 0
    assert both_ways.max() < len(links.first) - 1
    assert (both_ways[:, 0] != both_ways[:, 1]).all()
    assert sorted(map(tuple, both_ways)) == sorted(map(tuple, both_ways[:, ::-1]))


def test_a_ring_has_exactly_its_nearest_neighbours():
    near = pairs(NETWORKS["ring"])
    distance = np.abs(near[:, 0] - near[:, 1])
    assert (np.diff(NETWORKS["ring"].first) == 8).all()
    assert set(np.minimum(distance, PEOPLE - distance)) == {1, 2, 3, 4}


@pytest.mark.parametrize("rewiring", [0.1, 1.0])
def test_a_small_world_rewires_its_share(rewiring):
    links = pairs(small_world(LUCK, PEOPLE, 8, rewiring))
    distance = np.abs(links[:, 0] - links[:, 1])
    far = (np.minimum(distance, PEOPLE - distance) > 4).mean()
    expected = rewiring * (1 - 8 / (PEOPLE - 1))
    assert abs(far - expected) <= 4 * np.sqrt(expected * (1 - expected) / (4 * PEOPLE))


def test_communities_keep_their_share_inside():
    links = pairs(NETWORKS["communities"])
    outside = (links[:, 0] // 50 != links[:, 1] // 50).mean()
    expected = 0.1 * (1 - 49 / (PEOPLE - 1))
    assert abs(outside - expected) < 4 * np.sqrt(expected * (1 - expected) / (4 * PEOPLE))


def test_scale_free_links_have_hubs():
    # The largest of 2,000 degrees grows as 4 sqrt(2000) = 180 under preferential attachment; a random graph of mean
    # degree 8 has its largest near 20.
    friends = np.diff(NETWORKS["scale free"].first)
    assert friends.min() >= 4
    assert friends.max() > 60
    assert friends.mean() == pytest.approx(8, abs=0.1)


def test_who_my_friends_are_does_not_change_with_the_seed_of_others():
    assert (small_world(LUCK, PEOPLE, 8, 0.1).friends == NETWORKS["small world"].friends).all()
    assert (small_world(key_of(2, 0), PEOPLE, 8, 0.1).friends != NETWORKS["small world"].friends).any()


def test_an_edge_list_is_taken_as_it_is():
    links = from_edges(4, np.array([[0, 1], [2, 0]], np.int32))
    assert links.first.tolist() == [0, 2, 3, 4, 4]
    assert sorted(links.friends[:2]) == [1, 2]


@pytest.mark.parametrize("kind", ["small_world", "scale_free", "communities", "complete"])
@pytest.mark.parametrize("people", [1, 2, 3])
def test_very_small_markets_live(kind, people):
    talk = "telling.base=5.0", "telling.refer_base=5.0", "need.at_entry=true", "brand.focal.expectation.awareness=1.0"
    scenario = scenario_from(
        "", f"market.people={people}", f"market.links.kind={kind}", "market.horizon_weeks=20", *talk
    )
    friends = state_at_start(scenario, 1).friends
    assert ((friends >= 0) & (friends < people)).all()
    assert lived(scenario).state.bonds["purchases"].sum() > 0


@pytest.mark.parametrize("text", ["", "person,friend\n"], ids=["empty file", "heading only"])
def test_an_edge_list_without_edges_never_means_that_everybody_talks_to_everybody(tmp_path, text):
    (tmp_path / "friends.csv").write_text(text)
    market = '[market]\npeople = 200\nhorizon_weeks = 20\nlinks = {kind = "file", edges = "friends.csv"}\n'
    loud = "telling.base=3.0", "need.at_entry=true", "brand.focal.expectation.awareness=1.0"
    try:
        model = lived(scenario_from(market, *loud, folder=tmp_path))
    except ScenarioError:
        return  # to refuse it is honest too
    assert model.state.bonds["purchases"].sum() > 0
    assert model.state.bonds["heard"].sum() + model.state.bonds["news"].sum() == 0
