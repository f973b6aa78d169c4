"""Every method that the page Methods claims has a value that was worked out apart from it, to six digits."""

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ut_research.stats import intervals, mixed, parts, survival, weighting
from ut_research.stats.intervals import Interval

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "reference"))
from cases import CHANGES, COVARIATES, DISTANCES, ONE, OTHER, TUMOURS  # noqa: E402


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / "tests" / "reference" / file).open(encoding="utf-8")))


#: Methods whose values are in statistics.csv, by what their quantities begin with; `test_intervals` has them.
BY_COUNTS = {"Wilson intervals": "Wilson", "Newcombe's interval": "Newcombe", "Fisher's exact test": "Fisher"}


def claimed() -> list[str]:
    """What stands in bold under Statistics."""
    text = (ROOT / "book" / "methods.md").read_text(encoding="utf-8")
    part = text[text.index("## Statistics") :]
    return re.findall(r"\*\*(.+?)\*\*", part[: part.index("\n###")])


def test_every_method_that_is_claimed_has_a_reference() -> None:
    held = {row["method"] for row in rows("methods.csv")}
    quantities = [row["quantity"] for row in rows("statistics.csv")]
    held |= {name for name, begins in BY_COUNTS.items() if any(q.startswith(begins) for q in quantities)}
    assert set(claimed()) == held
    assert len(claimed()) > 12


def test_no_method_is_named_there_in_plain_letters_alone() -> None:
    text = (ROOT / "book" / "methods.md").read_text(encoding="utf-8")
    items = [line for line in text[text.index("## Statistics") :].splitlines() if line.startswith("- ")]
    named = re.compile(r"[\w'’–-]+ (?:interval|intervals|test|curve|curves|regression|method)\b")
    bold = " ".join(claimed()).lower()
    ours = {"an", "the", "own", "its", "each", "s", "two"}  # of an interval that has been named
    plain = [
        found
        for item in items[:11]
        for found in named.findall(item.replace("*", ""))
        if found.split()[0].lower() not in ours and found.rstrip("s").lower() not in bold
    ]
    assert plain == []


def both() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    first = np.arange(len(COVARIATES)) < len(ONE[0])
    return np.array(ONE[0] + OTHER[0]), np.array(ONE[1] + OTHER[1]), first, np.array(COVARIATES, float)


def apart() -> Interval:
    one, other = (survival.risk(*group, 300) for group in (ONE, OTHER))
    return intervals.square_and_add(one, other)


def of_all() -> Interval:
    return intervals.mixed(intervals.wilson(9, 34), intervals.wilson(15, 27), 0.8)


def chance() -> float:
    _, _, first, known = both()
    fit = weighting.logistic(np.column_stack([np.ones(len(known)), known]), first.astype(float))
    assert fit is not None
    return float(fit.chance[0])


def weighted() -> weighting.Adjusted:
    _, event, first, known = both()
    found = weighting.overlap_adjusted(np.where(event, 100, 365), event, first, known, 365)
    assert found is not None
    return found


def standardised() -> float | None:
    _, _, first, known = both()
    return weighting.standardised_difference(known[first, 0], known[~first, 0])


def grown() -> dict[str, Interval]:
    """The growth of 27 children, at 8, 10, 12 and 14 years, of whom the first eleven are girls."""
    child, age = np.repeat(np.arange(27), 4), np.tile([8, 10, 12, 14], 27)
    design = np.column_stack([np.ones(108), age, child < 11])
    return dict(
        zip(
            ("intercept", "age", "girls"),
            mixed.random_intercept(np.ravel(DISTANCES), design, child),
            strict=True,
        )
    )


OURS: dict[tuple[str, str, str], Callable[[], float | None]] = {
    ("Wilcoxon's", "changes", "p"): lambda: intervals.wilcoxon_p(CHANGES),
    ("McNemar's test", "12 gained, 3 lost", "p"): lambda: intervals.mcnemar_p(12, 3),
    ("log-rank test", "one v other", "p"): lambda: survival.logrank_p(*ONE, *OTHER),
    ("standardised mean difference", "first covariate", "d"): standardised,
    ("logistic regression", "group on covariates", "chance of the first person"): chance,
    ("overlap weight", "all followed to the end", "difference"): lambda: weighted().change.value,
    ("overlap weight", "all followed to the end", "second group"): lambda: weighted().second,
    **{
        ("Holm's method", ".01, .04, .03", f"adjusted {i + 1}"): lambda i=i: intervals.holm(
            [0.01, 0.04, 0.03]
        )[i]
        for i in range(3)
    },
}
#: Those that give an interval: its value by the name that it has, and its limits.
INTERVALS: dict[tuple[str, str, str], Callable[[], Interval]] = {
    ("t interval", "changes", "mean"): lambda: intervals.mean_t(CHANGES),
    ("Newcombe's interval for paired shares", "20, 12, 3, 15", "change"): (
        lambda: intervals.newcombe_paired(20, 12, 3, 15)
    ),
    ("Kaplan–Meier curve", "one", "risk at 300"): lambda: survival.risk(*ONE, 300),
    ("Kaplan–Meier curve", "other", "median"): lambda: survival.median_time(*OTHER),
    ("restricted mean", "one", "to 300"): lambda: survival.restricted_mean(*ONE, 300),
    ("restricted mean", "other", "to 300"): lambda: survival.restricted_mean(*OTHER, 300),
    ("square and add", "one less other at 300", "difference"): apart,
    ("by their share", "80% as 9 of 34, the rest as 15 of 27", "share"): of_all,
}
OURS |= {
    ("funnel plot", "20% of 50, limits of 95%", "lower"): lambda: parts.funnel_limits(0.2, 50, 0.95)[0],
    ("funnel plot", "20% of 50, limits of 95%", "upper"): lambda: parts.funnel_limits(0.2, 50, 0.95)[1],
    ("funnel plot", "20% of 200, limits of 99.8%", "lower"): lambda: parts.funnel_limits(0.2, 200, 0.998)[0],
    ("funnel plot", "20% of 200, limits of 99.8%", "upper"): lambda: parts.funnel_limits(0.2, 200, 0.998)[1],
    ("empirical Bayes", "71 experiments", "none of 20"): lambda: parts.shrunken(*zip(*TUMOURS, strict=True))[
        0
    ],
    ("empirical Bayes", "71 experiments", "4 of 14"): lambda: parts.shrunken(*zip(*TUMOURS, strict=True))[-1],
}
for name in ("intercept", "age", "girls"):
    INTERVALS["mixed model", f"Potthoff and Roy 1964: {name}", "slope"] = lambda name=name: grown()[name]
for (method, case, quantity), make in INTERVALS.items():
    for name, field in ((quantity, "value"), ("lower", "low"), ("upper", "high")):
        OURS[method, case, name] = lambda make=make, field=field: getattr(make(), field)


@pytest.mark.parametrize("row", rows("methods.csv"), ids=lambda r: f"{r['method']}: {r['quantity']}")
def test_reference_values(row: dict[str, str]) -> None:
    ours = OURS[row["method"], row["case"], row["quantity"]]()
    assert ours == pytest.approx(float(row["value"]), rel=1e-6, abs=1e-9)
