from ut_research import findings, together
from ut_research.disclosure import Policy
from ut_research.findings import Estimate


def rates(n: int) -> list[Estimate]:
    """A share of `n` people, and the same by area, half each; nothing else is known of them."""

    def share(count: int, of: int, **group: str) -> Estimate:
        value = 100 * count / of
        return Estimate("reoffending.rate", "Reoffended", value, count=count, n=of, unit="%", group=group)

    return [
        share(n // 4, n, group="engaged"),
        *(share(n // 8, n // 2, group="engaged", area=area) for area in ("north", "south")),
    ]


def test_a_group_is_shown_where_neither_it_nor_the_rest_is_small():
    shown = rates(320)
    assert together.withhold(shown, Policy()) == set()
    few = rates(16)
    assert together.withhold(few, Policy()) == {findings.key(e) for e in few}
    middling = rates(32)
    assert together.withhold(middling, Policy()) == {findings.key(e) for e in middling[1:]}


def test_what_is_kept_is_what_is_read_back(tmp_path):
    keys = {findings.key(e) for e in rates(1000)}
    together.write(tmp_path / together.FILE, keys)
    assert together.read(tmp_path / together.FILE) == keys
    assert together.read(tmp_path / "none.json") == frozenset()


def test_a_decision_depends_on_what_changes_counts_and_on_nothing_else():
    changed = {"low_at_most": 41, "seed": 7, "engaged": "With us", "threshold": 6}
    assert together.settings(changed) == {"low_at_most": 41, "threshold": 6}
