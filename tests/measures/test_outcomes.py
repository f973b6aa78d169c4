from datetime import date

from written import finding, table

from ut_research.measures import outcomes

TABLES = {
    "participants": table("""
        participant_id  registered_date
        a               2020-01-01
        b               2020-01-01
        c               2020-01-01
        d               2020-01-01
        e               -
    """),
    "outcomes": table("""
        participant_id  outcome       start_date
        a               housing       2020-08-01
        a               housing       2020-02-01
        a               employment    2020-03-01
        b               housing       2020-07-01
        c               employment    -
        e               employment    2020-03-01
    """),
}


def counted(id, **group):
    first, last = date(2019, 10, 1), date(2021, 3, 31)
    found = finding(outcomes.measure(TABLES, delivery_start=first, delivery_end=last), id, **group)
    return found.count, found.n


def test_an_outcome_is_a_share_of_the_people_registered_and_each_counts_once():
    assert counted("outcomes.housing") == (2, 4)
    assert counted("outcomes.volunteering") == (0, 4)


def test_a_person_who_never_registered_is_not_counted():
    assert counted("outcomes.employment") == (2, 4)


def test_anyone_with_an_outcome_counts_once():
    assert counted("outcomes.any") == (3, 4)


def test_housing_falls_in_the_half_in_which_a_persons_first_began():
    assert counted("outcomes.housing_half", half="first half") == (1, 2)
    assert counted("outcomes.housing_half", half="second half") == (1, 2)


def test_the_days_of_delivery_move_the_halves():
    found = outcomes.measure(TABLES, delivery_start=date(2020, 1, 1), delivery_end=date(2021, 12, 31))
    assert finding(found, "outcomes.housing_half", half="first half").count == 2


def test_without_participants_there_is_nothing_to_take_a_share_of():
    found = outcomes.measure({"outcomes": TABLES["outcomes"]})
    assert {e.status for e in found} == {"not collected"}


def test_without_outcomes_nobody_is_said_to_have_reached_none():
    found = outcomes.measure({"participants": TABLES["participants"]})
    assert {e.status for e in found} == {"not collected"}


def test_of_an_export_with_a_column_for_each_nothing_is_known_of_an_outcome_without_one():
    found = outcomes.measure(TABLES, outcomes_asked=["housing", "employment"])
    assert finding(found, "outcomes.housing").count == 2
    assert finding(found, "outcomes.volunteering").status == "not collected"


def test_by_partner_people_and_their_outcomes_are_those_of_the_partner():
    partner = {"a": "North", "b": "South", "c": "South", "d": "South", "e": "North"}
    tables = {name: t.assign(partner=t.participant_id.map(partner)) for name, t in TABLES.items()}
    found = outcomes.measure(tables, by="partner")
    for name, count, n in (("North", 1, 1), ("South", 1, 3)):
        share = finding(found, "outcomes.employment", partner=name)
        assert (share.count, share.n) == (count, n)


def test_each_outcome_has_its_words():
    found = outcomes.measure(TABLES)
    assert finding(found, "outcomes.treatment").label == outcomes.OUTCOMES["treatment"]
    assert "second half" in finding(found, "outcomes.housing_half", half="second half").label


def test_of_those_who_asked_it_is_told_how_many_reached_it_and_who_reached_it_unasked():
    needs = table("""
        participant_id  housing  employability
        a               yes      no
        c               yes      -
        d               yes      yes
    """)
    found = outcomes.measure({**TABLES, "needs": needs})
    housing, work = (finding(found, f"outcomes.met_{name}") for name in ("housing", "employment"))
    assert (housing.count, housing.n) == (1, 3)  # b got it too, and nobody wrote down what b needed
    assert (work.count, work.n) == (0, 1)
    assert finding(found, "outcomes.unasked_housing").count == 1
    assert finding(found, "outcomes.unasked_employment").count == 2
    assert finding(found, "outcomes.met_volunteering").status == "not collected"
    for name in ("housing", "employment"):  # asked and unasked are all who reached it
        parts = [finding(found, f"outcomes.{way}_{name}").count for way in ("met", "unasked")]
        assert sum(parts) == finding(found, f"outcomes.{name}").count


def test_of_one_person_who_registered_it_is_told_and_of_nobody_it_is_not_known():
    needs = table("""
        participant_id  housing
        b               no
    """)
    people = TABLES["participants"]
    for who, told in ((people.participant_id == "b", 1), (people.participant_id == "", None)):
        found = outcomes.measure({**TABLES, "participants": people[who], "needs": needs})
        assert finding(found, "outcomes.unasked_housing").count == told
