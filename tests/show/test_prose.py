from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import release

from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure.gate import Policy
from ut_research.show import prose

ENGAGED = Estimate(
    "a.rate",
    "Reoffended",
    value=26.47,
    low=14.6,
    high=43.1,
    count=9,
    n=34,
    unit="%",
    group={"group": "engaged"},
)
OTHERS = replace(ENGAGED, value=55.56, low=37.3, high=72.4, count=15, n=27, group={"group": "not engaged"})
CHANGE = Estimate("a.change", "Change", value=-1.5, low=-2.5, high=-0.5, n=60, unit="points")
SMALL = Estimate("a.small", "Small", value=50.0, count=2, n=4, unit="%")
ABSENT = Estimate("a.absent", "Absent", unit="%", status="not collected")
RELEASED = release([ENGAGED, OTHERS, CHANGE, SMALL, ABSENT], Policy())


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{a.rate[group=engaged]}}", "26%"),
        ("{{ a.rate[group=engaged] | in_100 }} people", "26 of every 100 people"),
        ("{{a.rate[group=not engaged]|count_of_n}}", "15 of 27"),
        ("{{a.rate[group=engaged]|interval}}", "15% to 43%"),
        ("{{a.rate[group=engaged]|count}} of {{a.rate[group=engaged]|n}}", "9 of 34"),
        ("It {{a.change|moved}}", "It fell by 1.5 points"),
        ("It {{a.small|moved}}", "It changed by (hidden to protect people)"),
        ("{{a.change}} or {{a.change|size}}", "−1.5 points or 1.5 points"),
        ("{{a.change|count}}", "(not stated)"),
        ("{{a.small}} and {{a.small|in_100}}", "(hidden to protect people) and (hidden to protect people)"),
        ("{{a.absent|count}}", "(not in this export)"),
        ("{{a.rate[group=third]}}", "(none)"),
        ("{{a.absent[group=engaged]}}", "(not in this export)"),
        ("no token, {one brace}", "no token, {one brace}"),
    ],
)
def test_a_token_becomes_the_released_number_or_why_there_is_none(text, filled):
    assert prose.fill(text, RELEASED) == filled


@pytest.mark.parametrize(
    ("before", "after", "said"), [(1.74, 3.36, True), (1.7, 3.3, False), (None, 3.4, False)]
)
def test_a_change_that_rounding_hides_says_so(before, after, said):
    change = replace(CHANGE, value=1.62, unit="days")
    first, second = (replace(CHANGE, value=value, unit="days") for value in (before, after))
    assert bool(prose.of_unrounded(change, first, second)) == said


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Then {{a.small|in_100}} people came: {{a.small|count_of_n}}.", "Small: hidden to protect people."),
        ("It rose by {{a.small}}, or by {{a.absent}}.",
         "Small: hidden to protect people. Absent: not in this export."),
        ("- of {{a.small|n}} people, {{a.small|count}}\n  came.\n- Next.",
         "- Small: hidden to protect people.\n- Next."),
        ("Here {{a.small}}. {{a.small|sureness}}\nWe know little.",
         "Small: hidden to protect people. \nWe know little."),
        ("**Why:** {{a.small|count}} of them. There {{a.change}} more.",
         "**Why:** Small: hidden to protect people. There −1.5 points more."),
        ("Here {{a.small}}, there {{a.change}}.", "Here (hidden to protect people), there −1.5 points."),
        ("{{who}} came. {{a.small}} went.\n\n{people}`{{a.small|in_100}}`",
         "We came. Small: hidden to protect people.\n\n{people}`(hidden to protect people)`"),
        ("In 1.5 {{a.labelled}}.", "Rate (Town): hidden to protect people."),
        ("Of {{a.small|n}}, some came. {{a.small|count}} did. End.", "Small: hidden to protect people. End."),
    ],
)  # fmt: skip
def test_a_sentence_with_no_number_left_says_what_it_is_about_and_why(text, filled):
    labelled = replace(SMALL, id="a.labelled", label="Rate: Town")
    released = release([ENGAGED, CHANGE, SMALL, ABSENT, labelled], Policy())
    assert prose.plain(text, released, who="We") == filled
    assert prose.fill(text, released, who="We").replace("\\", "") == filled


def test_words_of_the_study_are_filled_in_as_they_are():
    assert prose.fill("{{engaged}}: {{a.rate[group=engaged]}}", RELEASED, engaged="With us") == "With us: 26%"


def test_every_token_that_names_nothing_is_told_at_once():
    with pytest.raises(ProblemsFound) as caught:
        prose.fill("{{a.rate}} {{b.none}} {{a.change|loud}}", RELEASED)
    assert len(caught.value.problems) == 3
    assert "{{b.none}}" in str(caught.value)
    assert "One of: value, size" in str(caught.value)


@given(st.text(alphabet="ab{}[]|= \n"))
def test_text_without_tokens_comes_out_as_it_went_in(text):
    if "{{" not in text:
        assert prose.fill(text, RELEASED) == text


@pytest.mark.parametrize(
    ("value", "word"), [(2.0, "rose"), (-2.0, "fell"), (0.04, "stayed"), (-0.04, "stayed")]
)
def test_the_word_follows_the_sign_at_the_decimals_shown(value, word):
    assert prose.more_or_fewer(replace(CHANGE, value=value), "rose", "fell", "stayed") == word


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
    assert prose.finding(change, "Fewer", "More", "No clear change") == said


def test_chance_is_named_only_when_the_range_holds_nothing():
    assert "Chance alone could explain" in prose.chance(replace(CHANGE, low=-3.0, high=0.0))
    assert "unlikely" in prose.chance(CHANGE)
    assert "unlikely" in prose.chance(replace(CHANGE, low=-3.0, high=-0.02))  # though it is shown as 0.0
    assert "no range" in prose.chance(replace(CHANGE, low=None))
    assert "hidden to protect" in prose.chance(RELEASED.get("a.small"))


def test_of_a_primary_outcome_every_sentence_gives_the_verdict_of_its_family():
    for clear, said in (
        (True, "Chance alone is unlikely"),
        (False, "As one of several main outcomes, chance"),
    ):
        assert prose.chance(CHANGE, family={CHANGE.id: clear}).startswith(said)
    assert "that there was a difference at all" in say(family={CHANGE.id: False})
    assert "that there was a difference at all" not in say(family={CHANGE.id: True})
    assert "unlikely" in prose.chance(CHANGE, family={"another.outcome": False})


def test_where_people_were_not_followed_for_long_enough_the_curves_say_whether_groups_can_be_told_apart():
    unknown = replace(
        CHANGE, value=None, low=None, high=None, status="not worked out", method="not known, as …"
    )
    test = replace(CHANGE, value=0.4, low=None, high=None, unit="p-value")
    assert prose.chance(unknown) == "Whether it was different in the two groups is not known, as …."
    assert prose.chance(unknown, test).endswith("the groups cannot be told apart.")
    assert prose.chance(unknown, replace(test, value=0.01)).endswith("the groups can be told apart.")
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
    assert words in prose.sureness(replace(ENGAGED, low=low, high=high))


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (-49.7, -4.4, "percentage points", "between 4 and 50 fewer of every 100"),
        (4.4, 49.7, "percentage points", "between 4 and 50 more of every 100"),
        (-10.0, 20.0, "percentage points", "between 10 fewer and 20 more of every 100"),
        (-17.2, 0.1, "percentage points", "between 17 fewer and 0 more of every 100"),
        (13.0, 23.5, "%", "between 13 and 24 of every 100"),
        (1.26, 2.04, "days", "between 1.3 and 2.0 days more"),
        (-2.04, -1.26, "points", "between 1.3 and 2.0 points less"),
        (-1.0, 2.0, "points", "between 1.0 points less and 2.0 points more"),
    ],
)
def test_the_range_is_told_in_words_for_every_hundred_people_where_it_is_about_shares(low, high, unit, words):
    assert prose.extent(replace(CHANGE, value=(low + high) / 2, low=low, high=high, unit=unit)) == words


def say(found=CHANGE, cause="the cause", groups=(ENGAGED,), followed=(), family=None):
    given = {"groups": groups, "followed": followed, "family": family}
    return prose.can_say(found, "People changed by {}.", cause=cause, **given)


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
    assert say(RELEASED.get("a.small")) == "**We can say nothing yet:** hidden to protect people."
    without = replace(CHANGE, low=None, high=None)
    assert say(without) == "**We can say nothing yet:** there is no range around this number."


@pytest.mark.parametrize(
    ("days", "words"),
    [(365, "one year"), (364, "52 weeks"), (548, "18 months"), (183, "6 months"), (100, "100 days")],
)
def test_a_follow_up_time_is_said_as_people_say_it(days, words):
    assert prose.period(days) == words


def test_the_biggest_are_listed_largest_first():
    assert prose.biggest(RELEASED.select("a.rate")) == "reoffended (56%) and reoffended (26%)"
    assert prose.biggest(RELEASED.select("a.small")) == "(hidden to protect people)"
    assert prose.biggest(RELEASED.select("a.absent")) == "(not in this export)"


def test_an_adjusted_value_keeps_everything_else():
    assert prose.revalued(CHANGE, 2.0) == replace(CHANGE, value=2.0)
    assert prose.revalued(CHANGE, None) is CHANGE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  - Of 9, {{a.c}} came.\n  - end\n", "  - \n  - end\n"),
        ("  - Nine came. Then {{a.c}}.\n  - end\n", "  - Nine came. \n  - end\n"),
        ("- Nine came. Then {{a.c}}.\n- end\n", "- Nine came. \n- end\n"),
        ("- Of 9, {{a.c}} came.\n- end\n", "- end\n"),
        ("- Of 9, {{a.c}} came. Nine left.\n", "- Nine left.\n"),
        ("  - {{a.b}} came. And {{a.b}}.\n  - end\n", "  - B: hidden to protect people. \n  - end\n"),
    ],
)
def test_a_sentence_that_is_left_out_leaves_the_lines_of_a_list_or_a_table(text: str, said: str) -> None:
    found = [
        Estimate("a.b", "B", unit="%", status="suppressed"),
        Estimate("a.c", "C", status="not collected"),
    ]
    assert "".join(words for words, _, _ in prose.whole(prose.pieces(text, found))) == said


def needed(name: str, value: float, count: int) -> Estimate:
    return Estimate(f"needs.{name}", name.capitalize(), value, count=count, n=100, unit="%")


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([needed("work", 40.0, 40)], "Housing was named most often (60 of every 100)"),
        ([needed("work", 60.2, 60)], ""),  # as large, as they are shown
        ([], ""),
        (
            [needed("work", 40.0, 40), needed("health", 2.0, 2)],
            "Housing was named most often, of those shown (60 of every 100)",
        ),
    ],
)
def test_the_largest_of_several_shares_is_named_where_there_is_one(others, said):
    found = release([needed("housing", 60.0, 60), *others], Policy())
    assert prose.most(found, "{} was named most often") == said


def test_what_stands_over_a_chart_is_left_out_where_a_number_is_missing():
    for token in ("a.small", "a.absent", "a.rate[group=third]"):
        assert prose.headline(f"It was {{{{a.change}}}} and {{{{{token}}}}}", RELEASED) == []
    assert (
        "".join(said for said, _, _ in prose.headline("It was {{a.change}}", RELEASED))
        == "It was −1.5 points"
    )
