import csv
import json
from dataclasses import replace

import pandas as pd
import pytest

from ut_research.core import digests, estimate
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Policy
from ut_research.show import chapter as module
from ut_research.show.chapter import Chapter

POLICY = {"threshold": 5, "rounding": "none", "zeros_safe": True}
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
    decision.write(folder / decision.FILE, decision.decide([WORK, FEW], Policy(**POLICY)))
    return str(folder)


def test_a_chapter_knows_its_data(data):
    chapter = Chapter("outcomes", data, **POLICY)
    assert chapter.origin == "example"
    assert chapter.data_to == pd.Timestamp("2021-04-30")
    assert chapter.rows["outcomes"]["rejected"] == 1
    assert chapter.issues["rule"].tolist() == ["duplicated row"]
    assert list(chapter.tables) == ["outcomes"]


def test_without_cleaned_data_it_says_what_to_run(tmp_path):
    with pytest.raises(ProblemsFound, match=r"no cleaned data here\. Run `make report`"):
        Chapter("outcomes", str(tmp_path), **POLICY)


def test_everything_released_is_in_the_ledger_and_small_counts_are_not(data, tmp_path):
    chapter = Chapter("outcomes", data, str(tmp_path / "out"), **POLICY)
    chapter.release([WORK], [FEW])
    chapter.release([Estimate("reach.partners", "Trusts", value=7, count=7, unit="partners")])
    ledger = {e.id: e for e in estimate.read(tmp_path / "out" / "findings" / "outcomes.json")}
    assert ledger["outcomes.employment"] == WORK
    assert (ledger["outcomes.treatment"].status, ledger["outcomes.treatment"].count) == ("suppressed", None)
    assert ledger["reach.partners"].value == 7


NEW = replace(WORK, id="outcomes.new", group={"partner": "north"})


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (NEW, "outcomes.new by partner"),
        (replace(WORK, count=37), "outcomes.employment"),
        (replace(WORK, group={"area": "north"}), "outcomes.employment by area"),
    ],
)
def test_a_build_refuses_what_was_not_decided_on_and_says_where_to_name_it(data, tmp_path, found, said):
    chapter = Chapter("outcomes", data, str(tmp_path / "out"), **POLICY)
    chapter.release([WORK])
    with pytest.raises(ProblemsFound, match=f"not decided on for the whole report: {said}") as stopped:
        chapter.release([WORK, found] if estimate.key(found) != estimate.key(WORK) else [found])
    assert "BREAKDOWNS of src/ut_research/disclosure/decision.py" in str(stopped.value)
    assert "north" not in str(stopped.value)
    ledger = estimate.read(tmp_path / "out" / "findings" / "outcomes.json")
    assert ledger == [WORK]


def test_a_build_refuses_everything_about_people_where_nothing_was_decided(data, tmp_path):
    (tmp_path / "data" / decision.FILE).unlink()
    with pytest.raises(ProblemsFound, match=r"outcomes\.employment, outcomes\.treatment"):
        Chapter("outcomes", data, str(tmp_path / "out"), **POLICY).release([WORK, FEW])


def test_a_chapter_of_a_build_that_forgets_where_to_write_is_refused_all_the_same(data, monkeypatch):
    monkeypatch.setenv("UT_BUILD", "1")
    with pytest.raises(ProblemsFound, match=r"outcomes\.new by partner"):
        Chapter("outcomes", data, **POLICY).release([NEW])


def test_what_was_rounded_before_is_what_was_decided_on(data, tmp_path):
    chapter = Chapter("outcomes", data, str(tmp_path / "out"), **POLICY | {"rounding": "nearest 5"})
    assert [e.n for e in chapter.release(chapter.release([WORK]))] == [205]


def test_in_the_lab_what_was_not_decided_on_is_decided_there(data, tmp_path):
    small = replace(NEW, id="outcomes.few", count=3, n=9)
    for decided in (True, False):
        chapter = Chapter("outcomes", data, **POLICY)
        found = chapter.release([NEW, small, replace(WORK, count=37), FEW])
        assert [e.status for e in found] == ["number", "suppressed", "number", "suppressed"], decided
        (tmp_path / "data" / decision.FILE).unlink(missing_ok=True)


def test_a_table_comes_with_the_file_that_holds_it(data, tmp_path, shown):
    chapter = Chapter("outcomes", data, str(tmp_path / "out"), **POLICY)
    chapter.numbers(chapter.release([WORK, FEW]), caption="Outcomes & more")
    file = tmp_path / "out" / "tables" / "outcomes-01-outcomes-more.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [r["value"] for r in rows] == ["17.6", "too few"]
    [(kind, html)] = shown
    assert kind == "text/html"
    assert 'href="tables/outcomes-01-outcomes-more.csv"' in html
    assert "Outcomes &amp; more" in html


def test_a_chart_is_shown_with_its_description_and_its_numbers(data, shown):
    from ut_research.show import charts

    chapter = Chapter("outcomes", data, **POLICY)
    chapter.chart(charts.shares(chapter.release([WORK]), title="Who found work"))
    assert [kind for kind, _ in shown] == ["figure", "text/html"]
    assert "Found work: 18% (36 of 204" in shown[0][1]
    assert shown[1][1].startswith("<details><summary>Show the numbers</summary>")


def test_nothing_is_written_without_a_place_to_write(data, tmp_path, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    chapter.numbers(chapter.release([WORK]), caption="Work")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data"]
    assert "href" not in shown[0][1]


def test_words_and_tokens_are_shown_as_text(data, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    released = chapter.release([WORK])
    chapter.say("{{outcomes.employment|count}} found work", released)
    chapter.grid(("Who", "What"), [("<b>us</b>", "{{outcomes.employment|count_of_n}}")], "Both", released)
    assert shown[0] == ("text/markdown", "36 found work")
    assert "&lt;b&gt;us&lt;/b&gt;" in shown[1][1]
    assert "36 of 204" in shown[1][1]


def test_a_table_of_words_takes_findings_that_were_released_and_adjusted_tests(data, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    test = Estimate("reach.p", "Test", value=0.04, unit="p-value", n=90, count=40)
    printed = replace(FEW, id="ut2021.x", origin="published")
    [released] = chapter.release([WORK])
    chapter.release([test])
    chapter.grid(("Who", "What"), [("a", released), ("b", replace(test, value=0.08)), ("c", printed)], "All")
    assert all(f"<td>{words}</td>" in shown[0][1] for words in ("18%", "0.080", "2%"))
    for measured in (FEW, replace(WORK, value=17.7), replace(test, n=91)):
        with pytest.raises(ProblemsFound, match=rf"chapter outcomes: {measured.id} was not released"):
            chapter.grid(("Who", "What"), [("a", measured)], "All")


def test_a_table_of_words_that_repeats_itself_is_refused(data):
    chapter = Chapter("outcomes", data, **POLICY)
    with pytest.raises(ProblemsFound, match="two rows of a table of words are the same"):
        chapter.grid(("Outcome",), [("housing",), ("employment",), ("housing",)], "Outcomes")


def test_a_look_is_for_the_lab_alone(data, tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(module, "display", looked.append)
    chapter = Chapter("outcomes", data, **POLICY)
    chapter.look(chapter.tables["outcomes"])
    assert looked[0] is chapter.tables["outcomes"]
    Chapter("outcomes", data, str(tmp_path / "out"), **POLICY).look(chapter.tables["outcomes"])
    monkeypatch.setenv("UT_BUILD", "1")
    chapter.look(chapter.tables["outcomes"])
    assert len(looked) == 1


def test_a_table_of_words_says_where_its_numbers_come_from(data, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    printed = replace(WORK, id="ut2021.employment", origin="published")
    released = chapter.release([replace(WORK, origin="example"), printed])
    for text in ("{{outcomes.employment}}", "{{ut2021.employment}}", "18%"):
        chapter.grid(("Who", "What"), [("we", text)], "Work", released)
    invented, published, both = ("Invented" in html or "invented" in html for _, html in shown)
    assert (invented, published, both) == (True, False, True)
    assert "Numbers: from published figures." in shown[1][1]


def test_published_figures_are_set_beside_the_runs(data, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    chapter.beside_published(chapter.release([WORK, FEW]))
    (_, html), _, (_, note) = shown
    assert "<td>18%</td><td>18%</td><td>yes</td>" in html
    assert note == "Published in: 2021 report, Other outcomes: Employment."
    chapter.published_in(["ARC BITE 2022, What did we find out?", "2021 report", "2021 report"])
    assert shown[-1][1] == "Published in: 2021 report; ARC BITE 2022, What did we find out?"
    assert "“Here”: from the export." in html


def test_where_no_published_figure_answers_it_says_so(data, shown):
    chapter = Chapter("outcomes", data, **POLICY)
    chapter.beside_published(chapter.release([FEW]))
    assert shown == [("text/markdown", "These data hold nothing that a published figure can be set beside.")]
