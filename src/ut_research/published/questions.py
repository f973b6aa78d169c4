"""What a careful reader would ask of published figures that add up: by rule, from the registry alone.

`ut_research.published.audit` says whether a figure can be right as printed. Here is what a figure that can
be right leaves open, or is made to say: a base, a definition, a range, who was left out, what was left out of
the summary. Nothing here is about any one figure; each question says what would settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pandas as pd

from ut_research.core.units import capital
from ut_research.published.audit import base_of, span
from ut_research.published.registry import Figure, Registry
from ut_research.published.rounding import attainable_counts, percent_of
from ut_research.stats.intervals import square_and_add, wilson

#: A base is only part of the people where it is less of an earlier count than this.
PART = 0.8
#: Two groups were sampled unlike each other where one share is more than so many times the other.
UNLIKE = 2.0
#: Whether more (1) or less (-1) is better, by the measure that a figure answers.
BETTER = {"reoffending.rate": -1, "reoffending.months_to_reoffence": 1}
#: What published evaluations found, by measure: the range, in words, and from where.
LITERATURE = {
    "wellbeing.change_mean": (
        (-0.6, 10.6),
        "mean changes of −0.6 to 10.6 points, and standardised responses of −0.10 to 1.35",
    ),
    "wellbeing.meaningful": (
        (12.8, 45.7),
        "12.8% to 45.7% of people who improved by 2.77 standard errors of measurement",
    ),
}
_TWELVE = "twelve evaluations with the same scale (Maheswaran and others 2012, HQLO 10:156)"


#: What one rule asks of some figures: the rule, their ids, what is asked, and what would settle it.
Question = tuple[str, tuple[str, ...], str, str]


def questions(registry: Registry) -> pd.DataFrame:
    """Every question of every rule: rule, labels (of the figures), figures (ids), asked and settles."""
    labels = {f.id: f.label for f in registry.figures}
    rows = [
        (name, "; ".join(labels[id] for id in figures), "; ".join(figures), asked, settles)
        for rule in RULES
        for name, figures, asked, settles in rule(registry)
    ]
    return pd.DataFrame(rows, columns=["rule", "labels", "figures", "asked", "settles"])


# --- what is not printed --------------------------------------------------------------------------


def _no_base(registry: Registry) -> Iterator[Question]:
    """Shares and means of people beside which no number of people stands, and of which no more is asked."""
    more = {ids[0] for rule in (_one_number_twice, _two_bases) for _, ids, *_ in rule(registry)}
    for f in registry.figures:
        bare = f.bare and f.about == "cohort" and f.id not in more
        if bare and (f.kind == "percentage" or (f.kind == "mean" and base_of(registry, f) is None)):
            asked = f"Printed: {f.as_printed}. The number of people is not printed beside it."
            yield "no base", (f.id,), asked, "The number of people."


def _one_number_twice(registry: Registry) -> Iterator[Question]:
    """Two shares printed alike, neither of which has a count or a base to tell it from the other."""
    bare = [f for f in registry.figures if f.kind == "percentage" and f.about == "cohort" and f.bare]
    for a, b in combinations(bare, 2):
        if (a.document, a.as_printed) == (b.document, b.as_printed) and base_of(registry, a) is None:
            asked = f"Both are printed as {a.as_printed}, with no count or base: one may be a copy."
            for one, other in ((a, b), (b, a)):
                yield "one number twice", (one.id, other.id), asked, "Both counts, and their bases."


def _two_bases(registry: Registry) -> Iterator[Question]:
    """Shares whose base is only named in words, and that another count of people would give too."""
    for f in registry.figures:
        base = base_of(registry, f) if f.kind == "percentage" and f.bare else None
        if base is None:
            continue
        others = [r.left for r in registry.relations if r.relation == "at most" and r.right == base.id]
        fit = [registry.by_id[id] for id in others if _is_base(registry, id)]
        fit = [g for g in fit if g.base and attainable_counts(f.value, int(g.value), f.decimals)]
        if fit and f.section == base.section:
            asked = f"It is taken to be of {base.value:.0f}; {fit[0].value:.0f} people can give it too."
            yield "which base", (f.id, base.id, fit[0].id), asked, "The base, beside the share."


def _not_defined(registry: Registry) -> Iterator[Question]:
    """What a document does not say of its figures, or says in two ways."""
    for d in registry.definitions:
        if not d.here:
            asked = f"{capital(d.aspect)}: not given. {d.difference}"
            yield "not defined", d.figures, asked, f"{capital(d.field)}."
        elif " or " in d.here and " or " not in d.field:
            asked = f"{capital(d.aspect)}: {d.here}, which mixes two. {d.difference}"
            yield "two meanings", d.figures, asked, f"{capital(d.field)}."


def _significant(registry: Registry) -> Iterator[Question]:
    for f in registry.figures:
        if "significan" in f.as_printed.casefold():
            asked = f"Printed: {f.as_printed}. No test or range is printed with it."
            yield "no test", (f.id,), asked, "The test, or the range, with its result."


# --- who is counted -------------------------------------------------------------------------------


def _part_of_the_people(registry: Registry) -> Iterator[Question]:
    """What is true of everyone, where everyone is only those who were asked again."""
    for f in registry.figures:
        base = base_of(registry, f) if f.kind == "percentage" and f.value == 100 else None
        whole = _whole(registry, base.id) if base else None
        if base and whole and base.value < PART * whole:
            share = percent_of(int(base.value), int(whole))
            asked = (
                f"Everyone is {base.value:.0f} people, {share} of the {whole:.0f} who could have been asked."
            )
            yield "part of the people", (f.id, base.id), asked, "What became of the others."


def _sampled_unlike(registry: Registry) -> Iterator[Question]:
    """Two groups of one measure, of one of which a far larger share was looked at."""
    for a, b in _pairs(registry, "n"):
        wholes = [_whole(registry, f.id) for f in (a, b)]
        if not all(wholes):
            continue
        parts = [percent_of(int(f.value), int(w or 1)) for f, w in zip((a, b), wholes, strict=True)]
        shares = [f.value / (w or 1) for f, w in zip((a, b), wholes, strict=True)]
        if max(shares) > UNLIKE * min(shares):
            said = [f"{f.value:.0f} of {w:.0f} ({p})" for f, w, p in zip((a, b), wholes, parts, strict=True)]
            asked = f"Of one group {said[0]} were looked at, of the other {said[1]}: the choice may tell."
            yield "sampled unlike", (a.id, b.id), asked, "How the people were drawn, from which lists."


def _everyone_together(registry: Registry) -> Iterator[Question]:
    """The two groups together, where one alone is set beside rates of whole populations."""
    for a, b in _pairs(registry, "value"):
        if None in (a.numerator, b.numerator) or not (a.denominator and b.denominator):
            continue
        count, n = (a.numerator or 0) + (b.numerator or 0), a.denominator + b.denominator
        most = max(_rates_beside(registry, a), key=lambda f: f.value, default=None)
        if most and a.value < most.value < 100 * count / n:
            asked = (
                f"Of both groups together it is {count} of {n}, {percent_of(count, n)}: "
                f"above {most.as_printed}, the highest rate beside which the first group alone is set."
            )
            settles = "The rate of everyone referred, weighted to who engaged."
            yield "everyone together", (a.id, b.id, most.id), asked, settles


def _among_those_who_did(registry: Registry) -> Iterator[Question]:
    """A mean time over only those to whom it happened."""
    for f in registry.figures:
        base = base_of(registry, f) if f.kind == "mean" else None
        if base and base.measure_field == "count" and f.unit in ("days", "weeks", "months"):
            asked = f"It is over only the {base.value:.0f} to whom it happened, so it is no delay."
            settles = "Everybody counted for as long as they were followed (Kaplan–Meier)."
            yield "among those who did", (f.id, base.id), asked, settles


# --- what it is set beside ------------------------------------------------------------------------


def _another_population(registry: Registry) -> Iterator[Question]:
    """A share of the people set beside a rate of other people."""
    for r in registry.relations:
        left, right = registry.by_id.get(r.left), registry.by_id.get(r.right)
        if left and right and left.about == "cohort" and right.kind == "benchmark":
            there = f"{right.as_printed} of others: {right.label[:1].lower()}{right.label[1:]}"
            asked = f"{left.as_printed} of these people stands beside {there}."
            settles = "People like these, over the same time, counted in the same way."
            yield "another population", (left.id, right.id), asked, settles


def _ratio_without_range(registry: Registry) -> Iterator[Question]:
    """A ratio of two shares in words, where the counts allow of many others."""
    for r in registry.relations:
        left, _, over = r.left.partition(" / ")
        if not (r.figure and over and registry.by_id[r.figure].kind == "difference"):
            continue
        shares = [registry.by_id[id] for id in (left, over)]
        if any(f.numerator is None or not f.denominator for f in shares):
            continue
        a, b = (wilson(f.numerator or 0, f.denominator or 0) for f in shares)
        gap = square_and_add(a, b)
        low, high = sorted(abs(100 * x) for x in (gap.low or 0, gap.high or 0))
        asked = (
            f"{capital(registry.by_id[r.figure].as_printed)}: of {_count(shares[0])} against "
            f"{_count(shares[1])}, the range of the difference is {low:.0f} to {high:.0f} of every 100."
        )
        yield "no range", (r.figure, left, over), asked, "The range beside the words."


def _beyond_the_literature(registry: Registry) -> Iterator[Question]:
    for f in registry.figures:
        if f.measure not in LITERATURE or f.measure_field != "value":
            continue
        (low, high), words = LITERATURE[f.measure]
        if not low <= f.value <= high:
            asked = f"It is outside what others found: {words}, in {_TWELVE}."
            settles = "The scores themselves, a comparison group, and who asked the questions."
            yield "beyond the literature", (f.id,), asked, settles


# --- what the summary leaves out ------------------------------------------------------------------


def _left_out_of_the_summary(registry: Registry) -> Iterator[Question]:
    """Figures that speak against the project, in a section whose other figures the summary repeats."""
    for a, b in _pairs(registry, "value"):
        sign = BETTER.get(a.measure, 0)
        if (
            sign * (a.value - b.value) < 0
            and not (_summed(a) or _summed(b))
            and any(map(_summed, registry.beside(a)))
        ):
            what = f"{a.as_printed} against {b.as_printed}"
            asked = f"{what} is worse for the first group, and the summary leaves it out."
            yield "left out of the summary", (a.id, b.id), asked, "Both, in the summary."
    for f in registry.figures:
        sign = BETTER.get(f.measure, 0)
        if f.measure_field != "value" or not (sign and _summed(f)) or f.kind != "percentage":
            continue
        beside = _rates_beside(registry, f)
        kept, lost = [g for g in beside if _summed(g)], [g for g in beside if not _summed(g)]
        harder = [g for g in lost if kept and all(sign * (g.value - k.value) > 0 for k in kept)]
        if harder and all(sign * (f.value - k.value) > 0 for k in kept):
            said = " and ".join(g.as_printed for g in harder)
            asked = (
                f"The summary sets {f.as_printed} beside rates that it is better than, and leaves out {said}."
            )
            yield "left out of the summary", (f.id, *(g.id for g in harder)), asked, "All the rates."


RULES: tuple[Callable[[Registry], Iterator[Question]], ...] = (
    _left_out_of_the_summary, _everyone_together, _sampled_unlike, _part_of_the_people,
    _beyond_the_literature, _among_those_who_did, _another_population, _ratio_without_range, _significant,
    _one_number_twice, _two_bases, _no_base, _not_defined,
)  # fmt: skip


# --- helpers --------------------------------------------------------------------------------------


def _pairs(registry: Registry, field: str) -> Iterator[tuple[Figure, Figure]]:
    """Figures of the two groups of one measure: of those who engaged, and of those who did not."""
    found = {
        (f.document, f.measure, f.measure_group["group"]): f
        for f in registry.figures
        if f.measure_field == field
        and set(f.measure_group) == {"group"}
        and (field != "value" or f.kind != "count")
    }
    for (document, measure, group), f in found.items():
        other = found.get((document, measure, "not engaged"))
        if group == "engaged" and other:
            yield f, other


def _whole(registry: Registry, id: str) -> float | None:
    """How many people the people of a count are part of, as a relation says; the fewest, where several do."""
    said = [r.right for r in registry.relations if r.relation == "at most" and r.left == id]
    people = [right for right in said if all(_is_base(registry, term) for term in right.split(" ")[::2])]
    return min((float(n) for n, _ in (span(registry, right) for right in people) if n), default=None)


def _is_base(registry: Registry, id: str) -> bool:
    f = registry.by_id.get(id)
    return f is not None and f.unit == "people"


def _rates_beside(registry: Registry, f: Figure) -> list[Figure]:
    return [g for g in registry.beside(f) if g.kind == "benchmark"]


def _summed(f: Figure) -> bool:
    return "summary" in f.also_in.casefold()


def _count(f: Figure) -> str:
    return f"{f.numerator} of {f.denominator}"
