from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import CHANGE, ENGAGED, release

from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.core.units import period
from ut_research.disclosure.gate import Policy
from ut_research.show import prose

OTHERS = replace(ENGAGED, value=55.56, low=37.3, high=72.4, count=15, n=27, group={"group": "not engaged"})
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
        ("In {{a.labelled}}, in {{a.other}}.", "Rate (Town; City): hidden to protect people."),
        ("Of {{a.small|n}}, some came. {{a.small|count}} did. End.", "Small: hidden to protect people. End."),
        ("Of {{a.small}}. It rose by {{a.change}}. At {{a.labelled}}. {{a.small|n}}.\n\nIn {{a.labelled}}.",
         "Small; rate (Town): hidden to protect people. It rose by −1.5 points. \n\n"
         "Rate (Town): hidden to protect people."),
    ],
)  # fmt: skip
def test_a_sentence_with_no_number_left_says_what_it_is_about_and_why(text, filled):
    labelled = replace(SMALL, id="a.labelled", label="Rate: Town")
    other = replace(SMALL, id="a.other", label="Rate: City")
    released = release([ENGAGED, CHANGE, SMALL, ABSENT, labelled, other], Policy())
    assert prose.plain(text, released, who="We") == filled
    assert prose.fill(text, released, who="We").replace("\\", "") == filled


@pytest.mark.parametrize(
    ("share", "text", "said"),
    [
        (100.0, "Of those, {{a.share|in_100}} came.", "Of those, all came."),
        (0.0, "Of those, {{a.share|in_100}} came.", "Of those, none came."),
        (0.0, "They did. {{a.share|in_100}} people came.", "They did. No people came."),
        (100.0, "**Who.** {{a.share|in_100}} people came.", "**Who.** All people came."),
        (99.6, "{{a.share|in_100}} came.", "More than 99 of every 100 came."),
        (0.4, "Of those, {{a.share|in_100}} came.", "Of those, fewer than 1 of every 100 came."),
        (99.4, "{{a.share|in_100}} came.", "99 of every 100 came."),
        (0.0, "They were many. Of those\n{{a.share|in_100}} came.", "They were many. Of those\nnone came."),
    ],
)
def test_that_all_or_none_did_is_said_in_words(share: float, text: str, said: str) -> None:
    assert prose.plain(text, [Estimate("a.share", "Share", value=share, unit="%")]) == said


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
    ("days", "words"),
    [(365, "one year"), (364, "52 weeks"), (548, "18 months"), (183, "6 months"), (100, "100 days")],
)
def test_a_follow_up_time_is_said_as_people_say_it(days, words):
    assert period(days) == words


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
