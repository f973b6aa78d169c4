"""The command line, by what a person sees."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import ut_research

ROOT = Path(__file__).parents[1]


def test_help_names_every_command_and_where_to_start() -> None:
    status, said = ut_research("--help")
    assert status == 0
    assert all(f" {name} " in said for name in ("report", "check", "map", "shape", "lab", "forget"))
    assert "Start with: ut-research report" in said


@pytest.mark.parametrize("command", ["report", "check", "map", "shape", "lab", "forget"])
def test_every_command_explains_itself(command: str) -> None:
    status, said = ut_research(command, "--help")
    assert status == 0
    assert "Usage" in said


def test_a_missing_export_is_one_line_and_status_1() -> None:
    status, said = ut_research("report", "no/such/folder")
    assert status == 1
    assert said.startswith("Stopped. no/such/folder: there is no such export")
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["report", "check", "map", "shape"])
@pytest.mark.parametrize("export", ["~$book.xlsx", "a" * 300], ids=["a lock file", "too long"])
def test_no_name_of_an_export_is_an_error_that_should_not_happen(command: str, export: str) -> None:
    status, said = ut_research(command, export)
    assert (status, f"{export}: there is no such export" in said) == (1, True), said


def test_a_folder_given_as_study_file_is_told() -> None:
    status, said = ut_research("report", "--study", "tests")
    assert (status, "tests: there is no such study. Give a folder with a study.toml" in said) == (1, True), (
        said
    )


def test_check_and_map_need_no_name_that_is_free(tmp_path: Path) -> None:
    for place in ("data/raw/example", "名"):
        export = tmp_path / place
        export.mkdir(parents=True)
        (export / "participants.csv").write_text("participant_id,referral_date\nA-17,2020-02-14\n")
        for command in ("check", "map"):
            status, said = ut_research(command, str(export))
            assert status == 0, said


def test_a_misspelt_option_is_status_2() -> None:
    status, said = ut_research("report", "--exprot", "x")
    assert status == 2
    assert "--exprot" in said
    assert "Traceback" not in said


def test_a_misspelt_parameter_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[reoffending]\nfollow_up_day = 180\n")
    status, said = ut_research("report", "--study", str(tmp_path / "mine.toml"), "--name", "never-built")
    assert status == 1
    assert "follow_up_days" in said, "it suggests the right spelling"
    assert not (ROOT / "reports" / "never-built").exists()


def test_make_hands_a_path_on_as_it_is() -> None:
    path = '/a b/$HOME $(x "q" it\'s ünï'
    command = ["make", "--silent", '--eval=shown: ; @printf "%s" "$$EXPORT"', "shown", f"EXPORT={path}"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == path


def test_check_counts_and_lists_and_fails_when_a_row_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text(
        "participant_id,referral_date,partner\nA-17,01/02/2020,North\n,03/02/2020,Hexham\n"
    )
    status, said = ut_research("check", str(tmp_path))
    assert status == 1
    assert "participants" in said
    assert "1 rows cannot be used as they are" in said
    assert "Hexham" not in said
    assert "A-17" not in said


def test_check_shows_a_heading_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_text("participant_id,[/b][red]x\nA-17,Other;\nA-18,Work\n")
    (tmp_path / "columns.toml").write_text(
        "[tables.needs.ticks]\nheading = '[/b][red]x'\noptions = { employability = 'Work' }\n"
    )
    status, said = ut_research("check", str(tmp_path))
    assert (status, "[/b][red]x" in said) == (0, True), said


def test_check_says_what_matters_first_and_counts_what_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text(
        "participant_id,referral_date,gender,Ward,Team\nA-1,2020-02-14,M,1,2\nA-2,2020-02-30,male,1,2\n,,,1,2\n"
    )
    (tmp_path / "old").mkdir()
    status, said = ut_research("check", str(tmp_path))
    wanted = ("rejected:", "reported:", "repaired:", "Not used: 2 headings; 1 folders")
    order = [said.index(words) for words in wanted]
    assert (status, order) == (1, sorted(order)), said
    assert "Ward" not in said


def test_check_passes_where_nothing_needs_mending(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text(
        "participant_id,referral_date,Kind\nA-1,2020-02-14,new\nA-1,2020-05-14,new\n,2020-05-14,test\n"
    )
    (tmp_path / "columns.toml").write_text("[tables.participants]\nwhere = { Kind = 'new' }\n")
    status, said = ut_research("check", str(tmp_path))
    assert (status, "re-referral merged" in said, "Every row can be used." in said) == (0, True, True), said


def test_check_of_a_sound_export_is_status_0(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text("participant_id,referral_date\nA-17,2020-02-14\n")
    status, said = ut_research("check", str(tmp_path))
    assert (status, "Every row can be used." in said) == (0, True), said


def test_an_unexpected_error_shows_its_place_but_no_value_and_no_traceback(tmp_path: Path) -> None:
    code = (
        "from ut_research import cli\n"
        "def plan(*a, **k): raise ValueError('Mary Smith')\n"
        "cli.workflow.plan = plan\n"
        "cli.main()\n"
    )
    for options in ([], ["--debug"]):
        command = [sys.executable, "-c", code, *options, "report"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "ValueError" in said
        assert "Mary Smith" not in said
        assert "Traceback" not in said


def test_a_drafted_recipe_is_written_once_and_then_read(tmp_path: Path) -> None:
    export, study = tmp_path / "Trusts", tmp_path / "mine"
    shutil.copytree(ROOT / "tests" / "cases" / "one-file-a-partner", export)
    study.mkdir()
    (study / "study.toml").write_text('[study]\ntitle = "Mine"\n')

    status, said = ut_research("map", str(export), "--study", str(study), "--accept")
    assert (status, "These lines of it are guesses" in said, "* Community Trust" in said) == (
        0,
        True,
        True,
    ), said
    assert (study / "recipe.toml").is_file() and not (export / "columns.toml").exists()

    status, said = ut_research("check", str(export), "--study", str(study))
    assert (status, "Every row can be used." in said) == (0, True), said

    status, said = ut_research("map", str(export), "--study", str(study), "--accept")
    assert (status, "recipe.toml: there is a recipe already" in said) == (1, True), said


def test_the_shape_of_an_export_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    status, said = ut_research("shape", str(ROOT / "tests" / "cases" / "total-row"), cwd=tmp_path)
    assert (status, "Written: shape-total-row.toml" in said) == (0, True), said
    assert 'heading = "partner", kind = "code"' in (tmp_path / "shape-total-row.toml").read_text()
