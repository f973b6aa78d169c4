"""How far coders agree: alpha against Krippendorff's worked examples, units, and what the team is told."""

import math

import krippendorff
import numpy as np
import pandas as pd
import pytest

from ut_research.measures import coders


def passages(*rows):
    columns = ["interview_id", "coder", "place", "theme"]
    return pd.DataFrame(rows, columns=columns, dtype="str").assign(summary="a note")


def counts(*observers):
    """How many observers gave each unit each value; "." is none."""
    values = sorted(set("".join(observers)) - {"."})
    return np.array([[unit.count(v) for v in values] for unit in zip(*observers, strict=True)])


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [
        (("0100000010", "1110010000"), 0.0952),
        (("aabbdcccedda", "babbbcccEddd".lower()), 0.6920),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.7434),
    ],
    ids=["two observers, binary", "two observers, nominal", "any number of observers, missing data"],
)
def test_alpha_is_that_of_the_worked_examples_of_krippendorff_2011(observers, alpha):
    assert round(coders.alpha(counts(*observers))[0], 4) == alpha


@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_that_of_the_package_krippendorff(seed):
    draw = np.random.default_rng(seed)
    given = draw.integers(0, 4, (30, 3))
    expected = krippendorff.alpha(value_counts=given[given.sum(axis=1) > 1], level_of_measurement="nominal")
    assert coders.alpha(given)[0] == pytest.approx(expected)
    times = draw.integers(0, 3, len(given))
    assert coders.alpha(given, times)[0] == pytest.approx(coders.alpha(np.repeat(given, times, axis=0))[0])


def test_where_nothing_differs_there_is_no_alpha():
    assert math.isnan(coders.alpha(counts("111", "111"))[0])
    assert math.isnan(coders.alpha(counts("12.", "..1"))[0])


BOTH = passages(
    ("1", "A", "0-10", "time"), ("1", "B", "2-12", "time"),  # they overlap: one unit
    ("1", "A", "20-30", "time"), ("1", "B", "20-30", "money"),
    ("1", "A", "30-40", "money"), ("1", "B", "30-40", "money"),
    ("2", "A", "0-10", "time"),  # by one coder alone
    ("3", "A", "page 2", "time"), ("3", "B", "page 2", "time"), ("3", "B", "page 3", "money"),
)  # fmt: skip


def test_one_long_passage_does_not_agree_with_all_that_is_in_it():
    """Were whatever overlaps one unit, whoever gave a whole interview a theme would agree with everybody."""
    short = [("1", "B", f"{100 * i}-{100 * i + 20}", "time" if i else "money") for i in range(8)]
    found = coders.agreement(passages(("1", "A", "0-900", "time"), *short)).set_index("theme")
    assert found.loc["time", ["units", "both"]].tolist() == [8, 0]
    twice = passages(("1", "A", "0-900", "time"), *short, ("1", "B", "300-899", "time"))
    assert coders.agreement(twice).set_index("theme").loc["time", ["units", "both"]].tolist() == [8, 12.5]


def test_passages_that_share_half_of_the_longer_are_one_unit_and_those_that_touch_are_two():
    found = coders.units(BOTH)
    assert found.groupby("unit").place.agg(list).tolist() == [
        ["0-10", "2-12"], ["20-30", "20-30"], ["30-40", "30-40"], ["page 2", "page 2"], ["page 3"]
    ]  # fmt: skip


def test_agreement_is_on_what_somebody_gave_the_theme():
    found = coders.agreement(BOTH).set_index("theme")
    assert found.loc["time", "units"] == 3
    assert found.loc["time", "both"] == pytest.approx(200 / 3)
    assert found.loc["money", ["units", "both"]].tolist() == [3, pytest.approx(100 / 3)]
    assert found.loc["time", "low"] <= found.loc["time", "alpha"] <= found.loc["time", "high"]
    assert found.index[0] == "all themes"


def test_text_that_nobody_coded_does_not_raise_it():
    """An alpha on every sentence would rise with the sentences that neither coded."""
    longer = BOTH.assign(place=BOTH.place.str.replace("30-40", "99930-99940"))
    pd.testing.assert_frame_equal(coders.agreement(longer), coders.agreement(BOTH))


def test_disagreements_say_where_and_who():
    assert coders.disagreements(BOTH).to_numpy().tolist() == [
        ["1", "20-30", "money", "B", "A"],
        ["1", "20-30", "time", "A", "B"],
        ["3", "page 3", "money", "B", "A"],
    ]


@pytest.mark.parametrize("segments", [BOTH.head(0), BOTH[BOTH.coder == "A"]])
def test_one_coder_agrees_with_nobody(segments):
    assert coders.agreement(segments).empty
    assert coders.disagreements(segments).empty


def test_the_team_sees_its_notes_by_theme_and_when_no_new_theme_came():
    assert coders.framework(BOTH).loc["time", "1"] == "a note"
    held = pd.DataFrame({
        "interview_id": ["3", "1", "2"], "role": "delivery", "held_date": pd.to_datetime(["2021-03-01"] * 3)
    })  # fmt: skip
    found = coders.saturation(BOTH, held)
    assert found[["interview_id", "new_themes"]].to_numpy().tolist() == [["1", 2], ["2", 0], ["3", 0]]
