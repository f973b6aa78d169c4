import re

import pandas as pd

from ut_research.core.parameters import Study
from ut_research.core.schema import TABLES
from ut_research.publishing import generated_pages


def rows(page: str) -> list[list[str]]:
    """The cells of the tables of a page, row by row, as a reader sees them."""
    found: list[list[str]] = []
    for line in page.splitlines():
        if line.startswith("* -"):
            found.append([])
        if line.startswith(("* -", "  -")):
            found[-1].append(re.sub(r"\\(.)", r"\1", line[3:].strip()))
    return found


def test_every_parameter_is_on_the_methods_page_with_its_meaning():
    shown = {row[0]: row[1] for row in rows(generated_pages.parameters())}
    assert {r["parameter"]: r["meaning"] for r in Study.describe()}.items() <= shown.items()


def test_every_column_of_every_table_is_in_the_dictionary():
    shown = [row[0] for row in rows(generated_pages.dictionary())]
    assert shown == [name for t in TABLES.values() for name in ("Column", *(c.name for c in t.columns))]


def test_the_simulation_is_shown_by_method_and_size_from_lowest_to_highest():
    shown = {(r[0], r[1]): r for r in rows(generated_pages.coverage())[1:]}
    found = pd.read_csv(generated_pages.SIMULATED)
    wilson = found[(found["method"] == "Wilson interval") & (found["n1"] == 9)]["observed"]
    assert shown["Wilson interval", "9"][4] == f"{wilson.min():.1%} to {wilson.max():.1%}"
    assert len(shown) == len(found.drop_duplicates(["method", "n1", "n2"]))


def test_a_cell_is_shown_as_text_whatever_it_holds():
    hostile = "{{reach.referred}} <b>x</b> `y` *z* [a](b) ::: {role}`x`"
    page = generated_pages.grid("Caption", ("A",), [(hostile,)])
    assert rows(page)[1] == [hostile]
    assert "{{" not in page
    assert "<b>" not in page


def test_line_breaks_in_a_cell_do_not_end_the_row():
    grid = generated_pages.grid("Caption", ("A", "B"), [("one\n* - two", "three")])
    assert rows(grid)[1] == ["one * - two", "three"]


def test_how_it_was_made_names_inputs_settings_and_programs():
    changed = {**Study().parameters(), "low_at_most": 41, "free_at_months": [6, 12]}
    page = generated_pages.made(changed, {"inputs": {"needs.csv": "ab12"}}, "cd34")
    shown = rows(page)
    assert ["needs.csv", "ab12"] in shown
    assert [r[3] for r in shown if r[0] == "low_at_most"] == ["yes"]
    assert [r[3] for r in shown if r[0] == "free_at_months"] == [""], "as it is unless said otherwise"
    assert [r[3] for r in shown if r[0] == "high_at_least"] == [""]
    assert any(r[0] == "pandas" and r[1] == pd.__version__ for r in shown)
    assert "cd34" in page


def test_how_it_was_made_leaves_out_what_was_not_set():
    page = generated_pages.made(Study(people="men").parameters(), {"inputs": {}}, "cd34")
    shown = {r[0]: r[1] for r in rows(page) if len(r) == 4}
    assert shown["people"] == "men" and shown["sheets"] == "false"
    assert all(shown.values()) and "makers" not in shown


def test_a_comment_says_since_when_it_is_done_and_since_when_it_is_open():
    day = pd.Timestamp("2021-09-06")
    table = pd.DataFrame(
        {
            "date": [day, day],
            "page": ["In short", "Reoffending"],
            "comment": ["Say it sooner.", "Say it again."],
            "response": ["Moved up.", None],
            "status": ["done", "open"],
            "reason": [None, None],
            "answered_date": [pd.Timestamp("2021-10-04"), pd.NaT],
        }
    )
    still, done, not_done = generated_pages.said(table)["{{page.comments}}"].split("### ")[1:]
    assert r"**We did:** Moved up\. Since 4 October 2021." + "\n:::" in done
    assert "on 6 September 2021:" in still
    assert "Open since then." in still
    assert not_done == "Not done, and why\n\n0 of 2 comments did not lead to a change."
    undated = generated_pages.said(table.drop(columns="answered_date"))["{{page.comments}}"]
    assert "Since" not in undated


def test_what_a_study_does_not_state_of_involving_the_public_is_shown_as_not_stated():
    page = generated_pages.involvement({"1": "To *plan*.", "3": "Comments: {{comments.all|count}}."})
    assert rows(page)[1:] == [
        ["Aim", "To *plan*."],
        ["Methods", "Not stated"],
        ["Study results", "Comments: {{comments.all|count}}."],
        ["Discussion and conclusions", "Not stated"],
        ["Reflections", "Not stated"],
    ]
    assert "{{comments.all|count}}" in page and "*plan*" not in page
