"""Puts requirements.lock, the one file at the root, beside the project that the wheel carries."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Lock(BuildHookInterface[Any]):
    """For a whole wheel alone: where the library is installed from its sources, they are the project."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the lock included."""
        if version == "standard":
            build_data["force_include"]["requirements.lock"] = "ut_research/project/requirements.lock"
