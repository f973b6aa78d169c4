import pandas as pd

from ut_research.measures import quality

ISSUES = pd.DataFrame(
    [
        ("needs", 3, "housing", "yes/no spelling", "repaired", "read as yes"),
        ("needs", 4, "housing", "yes/no spelling", "repaired", "read as yes"),
        ("needs", 9, "", "duplicated row", "rejected", "left out"),
    ],
    columns=["table", "row", "column", "rule", "action", "done"],
)
NEEDS = pd.DataFrame({"participant_id": ["a", "b"], "housing": [True, None], "partner": ["x", "y"]})
ROWS = {"needs": {"in": 3, "kept": 2, "rejected": 1}}


def measured(**changes):
    given = {"tables": {"needs": NEEDS}, "rows": ROWS, "issues": ISSUES, **changes}
    return {(e.id, *e.group.values()): e for e in quality.measure(**given)}


def test_rows_are_kept_or_rejected_and_both_are_said():
    found = measured()
    assert found["quality.kept", "needs"].value == 2
    rejected = found["quality.rejected", "needs"]
    assert (rejected.count, rejected.n) == (1, 3)


def test_a_table_that_is_not_in_the_export_was_not_collected():
    assert measured()["quality.kept", "wemwbs"].status == "not collected"
    assert measured()["quality.rejected", "wemwbs"].status == "not collected"


def test_blanks_are_counted_in_what_people_filled_in_and_not_in_what_cleaning_added():
    found = measured()
    missing = found["quality.missing", "needs", "housing"]
    assert (missing.count, missing.n, missing.value) == (1, 2, 50)
    assert ("quality.missing", "needs", "partner") not in found
    assert ("quality.missing", "needs", "participant_id") not in found


def test_issues_are_counted_by_rule_and_by_what_was_done():
    found = measured()
    assert found["quality.issues", "yes/no spelling", "repaired"].count == 2
    assert found["quality.issues", "duplicated row", "rejected"].count == 1


def test_an_empty_log_says_nothing_of_rules():
    assert not [key for key in measured(issues=ISSUES.head(0)) if key[0] == "quality.issues"]


def test_issues_come_in_order_whatever_the_order_of_the_log():
    said = [key for key in measured(issues=ISSUES.iloc[::-1]) if key[0] == "quality.issues"]
    assert said == [
        ("quality.issues", "duplicated row", "rejected"),
        ("quality.issues", "yes/no spelling", "repaired"),
    ]


def test_quality_is_told_in_rows_lines_and_shares_by_table_under_the_origin_given():
    found = measured(origin="example")
    assert {e.origin for e in found.values()} == {"example"}
    assert found["quality.kept", "needs"].group == {"table": "needs"}
    assert (found["quality.kept", "needs"].unit, found["quality.kept", "needs"].source) == ("rows", "needs")
    issue = found["quality.issues", "duplicated row", "rejected"]
    assert (issue.unit, issue.label) == ("lines", "duplicated row"), "a heading that is not known is no row"
    assert issue.group == {"rule": "duplicated row", "action": "rejected"}
    missing = found["quality.missing", "needs", "housing"]
    assert missing.group == {"table": "needs", "column": "housing"}
    assert missing.label.endswith(": housing")
    assert found["quality.rejected", "needs"].label == quality.TABLES["needs"]


def test_the_level_of_confidence_of_rejected_and_missing_is_the_one_given():
    usual, lower = measured(), measured(confidence=0.5)
    for key in (("quality.rejected", "needs"), ("quality.missing", "needs", "housing")):
        assert lower[key].high - lower[key].low < usual[key].high - usual[key].low


def test_passages_of_few_people_are_not_counted():
    """Of one interview alone it would tell how much that person said."""
    rows = {"coded_segments": {"in": 12, "kept": 12, "rejected": 0}}
    for people, told, threshold in ((1, "not collected", 5), (4, "not collected", 5), (5, "number", 5),
                                    (9, "not collected", 10), (10, "number", 10)):  # fmt: skip
        ids = [f"I{n % people}" for n in range(12)]
        tables = {"coded_segments": pd.DataFrame({"interview_id": ids, "theme": "time", "place": None})}
        found = quality.measure(tables, rows, pd.DataFrame(columns=["rule", "action"]), threshold=threshold)
        passages = [e for e in found if e.group.get("table") == "coded_segments"]
        assert {e.status for e in passages} == {told}
        assert {e.group.get("column") for e in passages} - {None} == (
            {"interview_id", "theme"} if told == "number" else set()
        )
