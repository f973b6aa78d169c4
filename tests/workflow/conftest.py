"""One small project, built, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_project import Project, make


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A built project; its folder has a space in its name."""
    made = make(tmp_path_factory.mktemp("a project"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        assert made.build() == ""
        yield made
