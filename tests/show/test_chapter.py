import csv
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from united_together import SETTINGS

from ut_research.core import digests
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.core.quantity import Quantity
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import declared, outcomes
from ut_research.show import chapter as module
from ut_research.show.chapter import Chapter

POLICY = Policy()
WORK = Estimate(
    "outcomes.employment", "Found work", value=17.6, low=13.0, high=23.5, count=36, n=204, unit="%"
)
FEW = Estimate("outcomes.treatment", "Started treatment", value=1.5, count=3, n=204, unit="%")


@pytest.fixture
def shown(monkeypatch):
    """What a chapter puts on the page: (kind, text) in order."""
    page = []

    def display(data, *, raw, metadata):
        kind = next(iter(data))
        assert metadata[module.MARK]["digest"] == digests.key(data)
        page.append(("figure", metadata["alt"]) if "alt" in metadata else (kind, data[kind]))

    monkeypatch.setattr(module, "display", display)
    return page


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    rows = {"outcomes": {"in": 3, "kept": 2, "rejected": 1}}
    manifest = {"name": "x", "origin": "example", "inputs": {}, "rows": rows, "data_to": "2021-04-30"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "issues.csv").write_text(
        "table,row,column,rule,action,done\noutcomes,3,,duplicated row,rejected,x\n"
    )
    pd.DataFrame({"outcome": ["housing", "employment"]}).to_parquet(folder / "outcomes.parquet")
    (folder / "run.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    decision.write(gate.release([WORK, FEW], POLICY), folder)
    return str(folder)


def chapter(data, *args, **parameters):
    return Chapter("outcomes", data, *args, **parameters)


def test_without_findings_it_says_what_to_run(tmp_path):
    with pytest.raises(ProblemsFound, match=r"no findings here\. Run `make report`"):
        chapter(str(tmp_path))


def test_it_takes_what_was_released_and_keeps_what_it_asked_for(data, tmp_path):
    one = chapter(data, str(tmp_path / "out"))
    assert [e.status for e in one.findings("outcomes")] == ["number", "suppressed"]
    assert list(one.findings("outcomes.employment")) == [WORK]
    assert list(one.findings("outcome", "nothing")) == []
    assert json.loads((tmp_path / "out" / "asked.json").read_text()) == [
        *("nothing", "outcome", "outcomes", "outcomes.employment"),
    ]
    assert list(one.tables) == ["outcomes"]


def test_a_parameter_that_the_study_does_not_have_is_named(data):
    with pytest.raises(ProblemsFound, match=r"there is no parameter low_at\. Name parameters"):
        chapter(data, low_at=41)


@pytest.mark.parametrize("build", ["a place to write", "the environment"])
def test_a_build_refuses_to_measure_anew(data, tmp_path, monkeypatch, build):
    out = str(tmp_path / "out") if build == "a place to write" else ""
    if not out:
        monkeypatch.setenv("UT_BUILD", "1")
    assert list(chapter(data, out, low_at_most=40).findings("outcomes.employment")) == [WORK]
    own = chapter(data, out, low_at_most=41)
    for ask in (lambda: own.findings("outcomes"), lambda: own.measure(outcomes, confidence=0.9)):
        with pytest.raises(ProblemsFound, match=r"chapter outcomes: it measures with its own .*low_at_most"):
            ask()


def test_in_the_lab_another_parameter_measures_and_decides_anew(data):
    """Two people reached an outcome and none is known to have registered: nothing is left of the findings."""
    assert {e.status for e in chapter(data, confidence=0.9).findings("outcomes")} == {"not collected"}
    assert {e.id for e in chapter(data).measure(outcomes, confidence=0.9)} >= {"outcomes.employment"}
    assert list(chapter(data).findings("outcomes.employment")) == [WORK]


def test_a_table_comes_with_the_file_that_holds_it(data, tmp_path, shown):
    shown_in = chapter(data, str(tmp_path / "out"))
    shown_in.numbers(gate.release([WORK, FEW], POLICY), caption="Outcomes & more")
    file = tmp_path / "out" / "tables" / "outcomes-01-outcomes-more.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [r["value"] for r in rows] == ["17.6", "withheld"]
    [(kind, html)] = shown
    assert kind == "text/html"
    assert 'href="tables/outcomes-01-outcomes-more.csv"' in html
    assert "Outcomes &amp; more" in html


@pytest.mark.parametrize(
    ("caption", "file"),
    [
        (
            "Of all people " * 4 + "and others who came",
            "of-all-people-of-all-people-of-all-people-of-all-people-and",
        ),
        ("x" * 70, "x" * 60),
    ],
)
def test_the_name_of_a_file_ends_with_a_word(data, tmp_path, shown, caption, file):
    chapter(data, str(tmp_path / "out")).numbers(gate.release([WORK, FEW], POLICY), caption=caption)
    assert [f.name for f in (tmp_path / "out" / "tables").iterdir()] == [f"outcomes-01-{file}.csv"]


def test_a_chart_is_shown_with_its_description_and_its_numbers(data, shown):
    from ut_research.show import charts

    shown_in = chapter(data)
    shown_in.chart(charts.shares(gate.release([WORK], POLICY), title="Who found work"))
    assert [kind for kind, _ in shown] == ["text/html", "figure", "text/html", "text/html"]
    assert shown[0][1] == '<p class="ut-title">Who found work</p>'
    assert "Found work: 18% (36 of 204" in shown[1][1]
    assert shown[2][1] == '<p class="ut-note">Lines: likely range.</p>'
    assert shown[3][1].startswith("<details><summary>Show the numbers</summary>")


@pytest.mark.parametrize(
    ("number", "title"),
    [
        (
            WORK,
            '<p class="ut-title ut-told">18 of every 100 found work</p>\n'
            '<p class="ut-about">Who found work</p>',
        ),
        (FEW, '<p class="ut-title">Who found work</p>'),
    ],
)
def test_over_a_chart_stands_its_finding_and_what_it_is_of(data, shown, number, title):
    from ut_research.show import charts

    found = gate.release([number], POLICY)
    drawn = charts.shares(found, title="Who found work")
    chapter(data).chart(drawn, f"{{{{{number.id}|in_100}}}} found work")
    (_, html), (_, alt) = shown[:2]
    assert html == title
    assert ("found work. Who found work." in alt) == ("ut-told" in title)


def test_nothing_is_written_without_a_place_to_write(data, tmp_path, shown):
    shown_in = chapter(data)
    shown_in.numbers(gate.release([WORK], POLICY), caption="Work")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data"]
    assert "href" not in shown[0][1]


def test_words_and_tokens_are_shown_as_text(data, shown):
    shown_in = chapter(data)
    released = gate.release([WORK], POLICY)
    shown_in.say("{{outcomes.employment|count}} found work", released)
    shown_in.grid(("Who", "What"), [("<b>us</b>", "{{outcomes.employment|count_of_n}}")], "Both", released)
    assert shown[0] == ("text/markdown", "36 found work")
    assert "&lt;b&gt;us&lt;/b&gt;" in shown[1][1]
    assert "36 of 204" in shown[1][1]


def test_a_table_of_words_takes_findings_that_were_released_as_they_are(data, shown):
    test = Estimate("outcomes.p", "Test", value=0.04, unit="p-value", n=90, count=40)
    known = {**declared.quantities(), test.id: Quantity(id=test.id)}
    decision.write(gate.release([WORK, test], POLICY, known), Path(data))
    one = chapter(data)
    one.findings("outcomes")
    printed = replace(FEW, id="ut2021.x", origin="published")
    one.grid(("Who", "What"), [("a", WORK), ("b", test), ("c", printed)], "All")
    assert all(f"<td>{words}</td>" in shown[0][1] for words in ("18%", "p = 0.040", "2%"))
    for measured in (FEW, replace(WORK, value=17.7), replace(test, value=0.08)):
        with pytest.raises(ProblemsFound, match=rf"chapter outcomes: {measured.id} was not released"):
            one.grid(("Who", "What"), [("a", measured)], "All")


def test_a_table_of_words_that_repeats_itself_is_refused(data):
    with pytest.raises(ProblemsFound, match="two rows of a table of words are the same"):
        chapter(data).grid(("Outcome",), [("housing",), ("employment",), ("housing",)], "Outcomes")


def test_a_look_is_for_the_lab_alone(data, tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(module, "display", looked.append)
    one = chapter(data)
    one.look(one.tables["outcomes"])
    assert looked[0] is one.tables["outcomes"]
    chapter(data, str(tmp_path / "out")).look(one.tables["outcomes"])
    monkeypatch.setenv("UT_BUILD", "1")
    one.look(one.tables["outcomes"])
    assert len(looked) == 1


def test_a_table_of_words_says_where_its_numbers_come_from(data, shown):
    shown_in = chapter(data)
    printed = replace(WORK, id="ut2021.employment", origin="published")
    released = gate.release([replace(WORK, origin="example"), printed], POLICY)
    for text in ("{{outcomes.employment}}", "{{ut2021.employment}}", "18%"):
        shown_in.grid(("Who", "What"), [("we", text)], "Work", released)
    invented, published, both = ("Invented" in html or "invented" in html for _, html in shown)
    assert (invented, published, both) == (True, False, True)
    assert "Numbers: from published figures." in shown[1][1]


def test_published_figures_are_set_beside_the_runs(data, shown):
    shown_in = chapter(data)
    shown_in.beside_published(gate.release([WORK, FEW], POLICY))
    (_, html), _, (_, note) = shown
    assert "<td>18%</td><td>18%</td><td>yes</td>" in html
    assert note == "Published in: 2021 report, Other outcomes: Employment."
    shown_in.published_in(["ARC BITE 2022, What did we find out?", "2021 report", "2021 report"])
    assert shown[-1][1] == "Published in: 2021 report; ARC BITE 2022, What did we find out?"
    before = len(shown)
    shown_in.published_in([])
    assert len(shown) == before, "of a study about which nothing is published, nothing is said"
    assert "“Here”: from the export." in html


def test_of_the_published_figures_only_those_that_differ_stand_open(data, shown):
    other = replace(WORK, id="outcomes.education_training", value=50.0, count=102, n=204)
    chapter(data).beside_published(gate.release([WORK, other], POLICY))
    (_, differs), (_, alike), *_ = shown
    assert "<td>no</td>" in differs and "<details>" not in differs and "<td>yes</td>" not in differs
    assert alike.startswith("<details>") and "<td>yes</td>" in alike and "<td>no</td>" not in alike


@pytest.mark.parametrize(("number", "said"), [(1, "Show 1 row: C"), (2, "Show 2 rows: C")])
def test_a_drawer_says_how_many_rows_it_holds(data, shown, number, said):
    chapter(data).grid(("Of", "What"), [(str(i), "x") for i in range(number)], caption="C", folded=True)
    assert shown[0][1].startswith(f"<details><summary>{said}</summary>")


def test_the_disclosure_policy_is_the_studys_in_jupyterlab_too(data):
    with pytest.raises(ProblemsFound, match="it gives threshold"):
        chapter(data, threshold=3)
    with pytest.raises(ProblemsFound, match="it gives rounding"):
        chapter(data).measure(outcomes, rounding="none")


def test_where_no_published_figure_answers_nothing_is_shown(data, shown):
    shown_in = chapter(data)
    shown_in.beside_published(gate.release([FEW], POLICY))
    assert shown == []
