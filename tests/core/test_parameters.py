from datetime import date

import pytest

from ut_research.core.parameters import Study, grid_of
from ut_research.core.problems import ProblemsFound


def problems(data):
    with pytest.raises(ProblemsFound) as caught:
        Study.build(data)
    return [str(p) for p in caught.value.problems]


def test_a_grid_is_read_as_it_is_drawn():
    assert grid_of("\nA | \n  | B C\n") == {"A": (0, 0), "B C": (1, 1)}
    assert grid_of("") == {}


def test_what_is_not_said_keeps_its_default():
    assert Study.build({"wellbeing": {"low_at_most": 41}}) == Study(low_at_most=41)


def test_a_whole_number_will_do_for_a_proportion_but_must_be_in_range():
    assert "[analysis] confidence: out of range" in problems({"analysis": {"confidence": 1}})[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"wellbieng": {}}, "study.toml, [wellbieng]: unknown section. Did you mean wellbeing?"),
        (
            {"wellbeing": {"low_atmost": 40}},
            "study.toml, [wellbeing] low_atmost: unknown parameter. Did you mean low_at_most?",
        ),
        ({"wellbeing": {"low_at_most": "40"}}, "the wrong kind of value. Give a whole number"),
        ({"wellbeing": {"low_at_most": True}}, "the wrong kind of value. Give a whole number"),
        ({"wellbeing": {"low_at_most": 70}}, "out of range. Give a value from 14 to 69"),
        (
            {"wellbeing": {"meaningful_rule": "over"}},
            'not one of the choices. One of: "more than", "at least"',
        ),
        ({"study": {"delivery_start": "2019"}}, "Give a date, as 2019-10-01"),
        (
            {"study": {"delivery_start": date(2020, 1, 1), "delivery_end": date(2019, 1, 1)}},
            "delivery ends before it starts",
        ),
        ({"partners": {"A Trust": "a"}}, "[partners] A Trust: the wrong kind of value. Give other spellings"),
        (
            {"areas": {"Burnley": []}, "map": {"grid": "Burnly | "}},
            "[map] grid: Burnly is no area. Did you mean Burnley?",
        ),
        ({"areas": ["Burnley"]}, "[areas]: the wrong kind of value. Write [areas]"),
        (
            {"needs": {"house": "A home"}},
            "[needs] house: there is no such code. Did you mean housing?",
        ),
        ({"outcomes": {"prize": "A prize"}}, "[outcomes] prize: there is no such code"),
        ({"coreq": {"33": "x"}}, "[coreq] 33: there is no such code. "),
        ({"gripp2": {"6": "x"}}, "[gripp2] 6: there is no such code. "),
        ({"needs": {"housing": 1}}, "[needs] housing: the wrong kind of value. Give text in quotes"),
        ({"alongside": {"title": "x"}}, "not as such an entry is written. Write [[alongside]]"),
        ({"periods": [{"nam": "x"}]}, "[periods] 1 nam: not as such an entry is written"),
        ({"study": {"design": "trial"}}, 'One of: "self-selected", "randomised"'),
        ({"study": {"title": " "}}, "empty text"),
        ({"study": {"delivery_start": date(1, 1, 1)}}, "Give a value from 1950-01-01 to 2049-12-31"),
        (
            {"reoffending": {"free_at_months": [6, 0]}},
            "[reoffending] free_at_months: not a list of such numbers. Give whole numbers from 1 to 120",
        ),
        ({"wellbeing": {"low_at_most": 65}}, "low wellbeing reaches into high"),
        ({"disclosure": {"threshold": 2}}, "out of range. Give a value from 3 to 100"),
        ({"threshold": 7}, "threshold: this parameter is in no section. Put it under [disclosure]"),
        ({"groups": {"engaged": "With us", "not_engaged": "with us "}}, "both groups have one name"),
        ({"disclosure": 5}, "[disclosure]: unknown section"),
    ],
)
def test_each_mistake_gets_its_own_message(data, message):
    assert any(message in p for p in problems(data))


def test_all_mistakes_are_told_at_once():
    assert len(problems({"nonsense": {}, "wellbeing": {"low_at_most": 3, "x": 1}})) == 3


def test_every_parameter_has_a_meaning_and_a_source():
    assert all(row["meaning"] and row["source"] for row in Study.describe())


def test_parameters_are_plain_values():
    assert Study(delivery_start=date(2019, 10, 1)).parameters()["delivery_start"] == "2019-10-01"
    assert Study().parameters()["delivery_start"] is None
