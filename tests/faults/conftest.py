"""A small project, built once, for the tests of this folder; each test leaves its report as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_project import Project, make


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = make(tmp_path_factory.mktemp("faults"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        assert made.build() == ""
        yield made
