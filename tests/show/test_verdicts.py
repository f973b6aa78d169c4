from dataclasses import replace

import pytest
from invented import CHANGE, ENGAGED, release

from ut_research.core.estimate import Estimate
from ut_research.disclosure.gate import Policy
from ut_research.show import verdicts

HIDDEN = release([Estimate("a.small", "Small", value=50.0, count=2, n=4, unit="%")], Policy()).get("a.small")


@pytest.mark.parametrize(
    ("value", "word"), [(2.0, "rose"), (-2.0, "fell"), (0.04, "stayed"), (-0.04, "stayed")]
)
def test_the_word_follows_the_sign_at_the_decimals_shown(value, word):
    assert verdicts.more_or_fewer(replace(CHANGE, value=value), "rose", "fell", "stayed") == word


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (-1.5, -2.5, -0.5, "**Fewer.**\n\n"),
        (1.5, 0.5, 2.5, "**More.**\n\n"),
        (-1.5, -3.5, 0.5, "**No clear change.**\n\n"),
        (-1.5, None, None, ""),
        (None, None, None, ""),
    ],
)
def test_a_finding_goes_as_far_as_its_range_does(value, low, high, said):
    change = replace(CHANGE, value=value, low=low, high=high)
    assert verdicts.finding(change, "Fewer", "More", "No clear change") == said


def test_chance_is_named_only_when_the_range_holds_nothing():
    assert "Chance alone could explain" in verdicts.chance(replace(CHANGE, low=-3.0, high=0.0))
    assert "unlikely" in verdicts.chance(CHANGE)
    assert "unlikely" in verdicts.chance(replace(CHANGE, low=-3.0, high=-0.02))  # though it is shown as 0.0
    assert "no range" in verdicts.chance(replace(CHANGE, low=None))
    assert verdicts.chance(HIDDEN).startswith("We cannot say whether")


def test_of_a_primary_outcome_every_sentence_gives_the_verdict_of_its_family():
    for clear, said in (
        (True, "Chance alone is unlikely"),
        (False, "As one of several main outcomes, chance"),
    ):
        assert verdicts.chance(CHANGE, family={CHANGE.id: clear}).startswith(said)
    assert "that there was a difference at all" in say(family={CHANGE.id: False})
    assert "that there was a difference at all" not in say(family={CHANGE.id: True})
    assert "unlikely" in verdicts.chance(CHANGE, family={"another.outcome": False})


def test_where_people_were_not_followed_for_long_enough_the_curves_say_whether_groups_can_be_told_apart():
    unknown = replace(
        CHANGE, value=None, low=None, high=None, status="not worked out", method="not known, as …"
    )
    test = replace(CHANGE, value=0.4, low=None, high=None, unit="p-value")
    assert verdicts.chance(unknown) == "Whether it was different in the two groups is not known, as …."
    assert verdicts.chance(unknown, test).endswith("the groups cannot be told apart.")
    assert verdicts.chance(unknown, replace(test, value=0.01)).endswith("the groups can be told apart.")
    assert "we could not follow people for long enough" in say(unknown)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (20, 30, "fairly sure"),
        (20, 30.1, "roughly sure"),
        (20, 40, "roughly sure"),
        (20, 40.1, "not very sure"),
    ],
)
def test_how_sure_goes_by_the_width_of_the_range(low, high, words):
    said = verdicts.sureness(replace(ENGAGED, low=low, high=high))
    assert words in said and said.endswith(" of every 100.") and "%" not in said


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (-49.7, -4.4, "percentage points", "between 4 and 50 fewer of every 100"),
        (4.4, 49.7, "percentage points", "between 4 and 50 more of every 100"),
        (-10.0, 20.0, "percentage points", "between 10 fewer and 20 more of every 100"),
        (-17.2, 0.1, "percentage points", "between 17 fewer and less than 1 more of every 100"),
        (13.0, 23.5, "%", "between 13 and 24 of every 100"),
        (1.26, 2.04, "days", "between 1.3 and 2.0 days more"),
        (-2.04, -1.26, "points", "between 1.3 and 2.0 points less"),
        (-1.0, 2.0, "points", "between 1.0 points less and 2.0 points more"),
    ],
)
def test_the_range_is_told_in_words_for_every_hundred_people_where_it_is_about_shares(low, high, unit, words):
    assert verdicts.extent(replace(CHANGE, value=(low + high) / 2, low=low, high=high, unit=unit)) == words


def say(found=CHANGE, cause="the cause", groups=(ENGAGED,), followed=(), family=None):
    given = {"groups": groups, "followed": followed, "family": family}
    return verdicts.can_say(found, "People changed by {}.", cause=cause, **given)


def test_what_cannot_be_said_follows_from_design_numbers_and_follow_up():
    assert say().startswith("**We can say:** People changed by between 0.5 and 2.5 points less.")
    assert "- the cause." in say()
    assert "- the cause." in say(ENGAGED)
    assert "fewer than 60 people" in say()
    assert "fewer than 60" not in say(groups=[replace(ENGAGED, n=60)])
    assert "not followed to the end" in say(followed=[replace(ENGAGED, value=99.4)])
    assert "not followed to the end" not in say(followed=[replace(ENGAGED, value=100.0)])
    assert "that there was a difference at all" in say(replace(CHANGE, low=-1.0, high=1.0))
    assert "that there was a difference at all" not in say()
    assert say(HIDDEN) == "**We can say nothing yet:** hidden to protect people."
    without = replace(CHANGE, low=None, high=None)
    assert say(without) == "**We can say nothing yet:** there is no range around this number."
