"""Protects the table of causes: what the old fault changes is the cause of lines without a purchase, and nothing else."""

from collections import Counter

from experiments.causes import Causes, causes_of, figures


def test_the_fault_names_other_causes_for_the_same_lines():
    """`causes_of` itself refuses lives that differ in purchases, margin or where lines end."""
    found = causes_of("online-retailer", people=600)
    assert found.before.total() == found.lines > 100
    assert found.wrong > 0
    assert found.now["no need"] > found.before["no need"]
    assert found.now["rival"] == found.before["rival"]  # something was bought: explained after, in both


def test_the_table_counts_what_is_wrong():
    found = Causes("a market", Counter({"price": 3, "rival": 7}), Counter({"no need": 3, "rival": 7}), 3)
    text = figures([found])
    assert "| no need | 0 | 3 |" in text and "| price | 3 | 0 |" in text
    assert "a market 3 of 10 (30.0%)" in text
