from dataclasses import replace

from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Key
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy


def rates(n: int) -> list[Estimate]:
    """A share of `n` people, and the same by area, half each; nothing else is known of them."""

    def share(count: int, of: int, **group: str) -> Estimate:
        value = 100 * count / of
        return Estimate("reoffending.rate", "Reoffended", value, count=count, n=of, unit="%", group=group)

    return [
        share(n // 4, n, group="engaged"),
        *(share(n // 8, n // 2, group="engaged", area=area) for area in ("north", "south")),
    ]


def withheld(n: int) -> set[Key]:
    return {key for key, sizes in decision.decide(rates(n), Policy()).items() if sizes is None}


def test_a_group_is_shown_where_neither_it_nor_the_rest_is_small():
    assert withheld(320) == set()
    assert withheld(32) == {estimate.key(e) for e in rates(32)[1:]}
    assert withheld(16) == {estimate.key(e) for e in rates(16)}


def test_what_is_decided_holds_in_every_chapter_and_anything_else_is_decided_there():
    decided = decision.decide(rates(32), Policy())
    whole, north, south = rates(32)
    assert [e.status for e in gate.release([whole], Policy(), decided)] == ["number"]
    assert [e.status for e in gate.release([north], Policy(), decided)] == ["suppressed"]
    more = dict(value=50.0, count=8, n=16)
    changed = [whole, replace(north, **more), replace(south, **more)]
    assert {e.status for e in gate.release(changed, Policy())} == {"number"}
    shown = gate.release(changed, Policy(), decided)
    assert [e.status for e in shown] == ["number", "suppressed", "suppressed"], "the decision is kept"
    small = replace(whole, id="reoffending.free", count=2, value=100 * 2 / 32)
    with_small = gate.release([whole, small], Policy(), decided)
    assert [e.status for e in with_small] == ["number", "suppressed"]


def test_what_is_kept_is_what_is_read_back(tmp_path):
    stay = Estimate("reach.stay_mean_weeks", "Stay", 15.2, n=32, unit="weeks")
    decided = decision.decide([*rates(32), stay], Policy())
    decision.write(tmp_path / decision.FILE, decided)
    assert decision.read(tmp_path / decision.FILE) == decided
    assert None in decided.values()
    assert decision.read(tmp_path / "none.json") == {}


def test_a_decision_depends_on_what_changes_counts_and_on_nothing_else():
    changed = {"low_at_most": 41, "engaged": "With us", "threshold": 6}
    assert decision.settings(changed) == {"low_at_most": 41, "threshold": 6}
