"""Do the published figures add up? A verdict on every figure, by rule, from the registry alone.

Nothing here is about any one figure: a verdict and its words follow from the entry's own numbers, from the
bases and relations in the registry, and from the definitions set there beside the field's.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

import pandas as pd

from ut_research.core.units import capital
from ut_research.published.registry import Figure, Registry, Relation
from ut_research.published.rounding import attainable_counts, exact, grim_consistent, percent_of, shown
from ut_research.stats import intervals as methods

Verdict = Literal[
    "reproduced", "consistent", "not attainable", "inconsistent with another entry", "base not stated",
    "method note",
]  # fmt: skip
Span = tuple[Fraction, Fraction]

#: How near "almost" and "similar to" have to be: within a tenth of what they are set beside.
NEAR = Fraction(1, 10)

INCONSISTENT: Verdict = "inconsistent with another entry"
#: Every verdict there is.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

#: Of several verdicts on one figure, the first of these is given.
_ORDER = (INCONSISTENT, "not attainable", "reproduced", "base not stated", "consistent")


@dataclass(frozen=True, slots=True)
class _Check:
    """What one rule found. No verdict: the rule has nothing to test."""

    verdict: Verdict | None
    rule: str
    arithmetic: str
    slip: str = ""
    difference: str = ""
    against: tuple[str, ...] = ()


#: The columns of an audit.
AUDITED = (
    *("id", "document", "section", "label", "as_printed", "verdict", "rule", "sentence"),
    *("arithmetic", "slip", "difference", "method_note", "against"),
)


def audit(registry: Registry) -> pd.DataFrame:
    """A verdict on every figure, in the registry's order.

    Returns
    -------
    DataFrame with id, document, section, label, as_printed, verdict, rule, sentence (what is printed, what
    the arithmetic gives, the likeliest slip, what difference it makes), arithmetic, slip, difference,
    method_note (where the definition differs from the field's or is not given; "" otherwise) and against
    (ids of the entries that it was set beside, separated by "; ").
    """
    checks = {f.id: [_own(registry, f), *_printed_counts(registry, f)] for f in registry.figures}
    for relation in registry.relations:
        if relation.relation != "out of":
            for id, check in _related(registry, relation):
                checks[id].append(check)
    return pd.DataFrame([_row(registry, f, checks[f.id]) for f in registry.figures], columns=list(AUDITED))


def _row(registry: Registry, f: Figure, checks: Sequence[_Check]) -> dict[str, str]:
    note = " ".join(_method_notes(registry, f.id))
    check = _weightiest(f, checks, bool(note))
    parts = [f"Printed: {f.as_printed}.", check.arithmetic]
    parts += [f"Likeliest slip: {check.slip}."] if check.slip else []
    parts += [f"The difference: {check.difference}."] if check.difference else []
    parts += [note] if check.verdict == "method note" else []
    said = {"sentence": " ".join(parts), "method_note": note, "against": "; ".join(check.against)}
    own = {name: str(getattr(check, name, getattr(f, name, ""))) for name in AUDITED}
    return {**own, **said}


def _weightiest(f: Figure, checks: Sequence[_Check], noted: bool) -> _Check:
    """The check that matters most; what nothing tests, and an official rate, are left to the method note."""
    told = [c for c in checks if c.verdict] or [checks[0]]
    told.sort(key=lambda c: _ORDER.index(c.verdict) if c.verdict else 0)
    same = [c for c in told if c.verdict == told[0].verdict]
    words = " ".join(dict.fromkeys(c.arithmetic for c in same))
    against = tuple(dict.fromkeys(a for c in same for a in c.against))
    first = replace(same[0], arithmetic=words, against=against)
    if noted and (first.verdict is None or (f.kind == "benchmark" and first.verdict == "consistent")):
        return replace(first, verdict="method note", rule="definition")
    if first.verdict is None:
        return replace(first, verdict="base not stated" if first.rule == "no base" else "consistent")
    return first


# --- one figure by itself -------------------------------------------------------------------------


def _own(registry: Registry, f: Figure) -> _Check:
    """What the figure's own numbers, and the base that it is out of, say."""
    if f.kind == "percentage":
        return _percentage(registry, f)
    if f.kind == "mean":
        return _mean(registry, f)
    if f.kind in ("benchmark", "difference"):
        return _Check(None, "no base", "The numbers behind it are not printed.")
    if f.kind != "money" and f.value != int(f.value):
        return _Check("not attainable", "whole number", "It counts whole things, and is not a whole number.")
    return _Check(None, "whole number", "Nothing else in the documents tests it.")


def _percentage(registry: Registry, f: Figure) -> _Check:
    base = base_of(registry, f)
    n = int(base.value) if base and f.denominator is None else f.denominator
    against = (base.id,) if base else ()
    if f.numerator is not None and n:
        if not f.prints(Fraction(100 * f.numerator, n)):
            return _parted(registry, f, f.numerator)
        words = f"{f.numerator} of {n} is {percent_of(f.numerator, n, f.decimals + 2)}."
        if f.denominator is None:
            words = f"No base is printed, but {words[:-1]}; no other base in the document gives {f.text}%."
        return _Check("reproduced", "count and base", words, against=against)
    if f.numerator is not None:
        fit = _fitting(registry, f)
        if not fit:
            return _parted(registry, f, f.numerator)
        words = f"No base is printed; {f.numerator} people give it out of {_either(fit)}."
        return _Check("consistent", "count and bases that fit", words, against=tuple(b.id for b in fit))
    if n:
        return _share(registry, f, n, against)
    words = "Neither the count nor the base is printed."
    if usual := _usual(registry, f):
        counts = _people(attainable_counts(f.value, usual, f.decimals))
        words += f" If it is out of {usual}, as a share with its count printed is, it is {counts}."
    return _Check("base not stated", "no base", words)


def _share(registry: Registry, f: Figure, n: int, against: tuple[str, ...]) -> _Check:
    """A percentage of a known base: does a whole number of people give it?"""
    rule = "whole number of people"
    if counts := attainable_counts(f.value, n, f.decimals):
        words = f"Out of {n} it is {_people(counts)}."
        if n >= 100 * 10**f.decimals:
            words += " Out of so many, every percentage fits a number of people: this could not have failed."
        return _Check("consistent", rule, words, against=against)
    near = sorted(range(n + 1), key=lambda c: (abs(Fraction(100 * c, n) - exact(f.value)), c))[:2]
    nearest = " and ".join(f"{c} ({percent_of(c, n, f.decimals)})" for c in sorted(near))
    words = f"Out of {n}, no whole number of people gives it; the nearest are {nearest}."
    fit = [b for b in _bases(registry, f) if attainable_counts(f.value, int(b.value), f.decimals)]
    slip = f"the base, which could be {_either(fit)}" if fit else "a digit, or the base"
    gap = f"less than one person of {n}, {percent_of(1, n, 1)}"
    return _Check("not attainable", rule, words, slip, gap, against)


def _mean(registry: Registry, f: Figure) -> _Check:
    """GRIM: can this many whole answers have this mean?"""
    base = base_of(registry, f)
    if f.grain is None:
        return _Check(None, "no grain", "It averages what has no whole steps, so GRIM cannot test it.")
    if not base:
        return _Check("base not stated", "no base", "How many people it is the mean of is not printed.")
    n, grain = int(base.value), exact(f.grain)
    if grim_consistent(f.text, n, f.grain):
        words = f"{n} answers in steps of {f.grain:g} can have this mean."
        if n >= grain * 10**f.decimals:
            words += " With so many answers every mean fits at this rounding: this could not have failed."
        return _Check("consistent", "GRIM", words, against=(base.id,))
    below = math.floor(exact(f.value) * n / grain)
    nearest = " and ".join(shown((below + k) * grain / n, f.decimals) for k in (0, 1))
    words = f"{n} answers in steps of {f.grain:g} cannot have this mean; the nearest are {nearest}."
    gap = f"less than {float(grain / n):.3f} {f.unit}, the step between possible means"
    return _Check("not attainable", "GRIM", words, "a digit of the mean, or the base", gap, (base.id,))


def _parted(registry: Registry, f: Figure, c: int) -> _Check:
    """A count and a percentage that do not belong together, and the base that would join them."""
    bases = [b for b in _bases(registry, f) if b.value >= c]
    usual = f.denominator or _usual(registry, f) or next((int(b.value) for b in bases), None)
    if f.denominator:
        words = f"{c} of {f.denominator} is {percent_of(c, f.denominator, 1)}, not {f.text}%."
    elif bases:
        shares = [f"{percent_of(c, int(b.value), f.decimals)} of {b.value:.0f}" for b in bases]
        words = f"It stands beside a count of {c}, which is {_list(shares)}: none is {f.text}%."
    else:
        words = f"It stands beside a count of {c}, and no base in the document is as large."
    gap = ""
    if usual and usual >= c:
        would = _people(attainable_counts(f.value, usual, f.decimals))
        gap = f"out of {usual}, {f.text}% is {would}; the {c} counted are {percent_of(c, usual, f.decimals)}"
    fit = _fitting(registry, f) if f.denominator else []
    slip = f"the base, {_either(fit)} and not {f.denominator}" if fit else ""
    return _Check(INCONSISTENT, "count against percentage", words, slip, gap, tuple(b.id for b in bases))


def _printed_counts(registry: Registry, f: Figure) -> list[_Check]:
    """The counts printed inside this entry: does an entry of its own say another number?"""
    same, found = registry.same(f), []
    for name, field, value in (("count", "count", f.numerator), ("base", "n", f.denominator)):
        other = same.get(field)
        if value is not None and other and other.value != value:
            words = f"Its {name} is printed as {value}, and by itself as {other.text}."
            gap = "either this entry or the count was carried over wrongly"
            found.append(
                _Check(INCONSISTENT, "printed counts", words, "a digit of one of them", gap, (other.id,))
            )
    return found


# --- figures beside one another -------------------------------------------------------------------


def holds(relation: str, left: Span, right: Span) -> bool:
    """Whether a relation can hold between two spans of values, giving rounding the benefit of the doubt."""
    (a, b), (c, d) = left, right
    return {
        "equals": a <= d and c <= b,
        "at most": a <= d,
        "at least": b >= c,
        "less than": a < d,
        "more than": b > c,
        "almost": b >= c * (1 - NEAR) and a < d,
        "similar to": b >= c * (1 - NEAR) and a <= d * (1 + NEAR),
    }[relation]


def _related(registry: Registry, r: Relation) -> list[tuple[str, _Check]]:
    """What one relation says of each figure in it: the one that claims it is reproduced when it holds."""
    ids = list(dict.fromkeys(t for side in (r.left, r.right) for t in side.split(" ") if t in registry.by_id))
    left, right = span(registry, r.left), span(registry, r.right)
    fine = holds(r.relation, left, right)
    how = {"almost": "a little under", "similar to": "close to"}.get(r.relation, r.relation)
    if r.relation == "equals":
        how = "fits" if fine else "does not fit"
    else:
        how = f"is {how}" if fine else f"is not {how}"
    sides = [_said(registry, side, span) for side, span in ((r.left, left), (r.right, right))]
    words = capital(f"{r.words}: {sides[0]} {how} {sides[1]}.")
    labels = [registry.by_id[i].label.lower() for i in ids]
    gap = "" if fine else f"these cannot all stand as printed: {_list(labels)}"
    words += _beside_chance(registry, r) if fine else ""
    found = []
    for id in ids:
        verdict: Verdict = INCONSISTENT if not fine else "reproduced" if id == r.figure else "consistent"
        others = tuple(i for i in ids if i != id)
        found.append((id, _Check(verdict, "cross-entry arithmetic", words, "", gap, others)))
    return found


def _beside_chance(registry: Registry, r: Relation) -> str:
    """Where a share stands beside an official rate: whether the share's interval takes that rate in."""
    left, _, over = r.left.partition(" / ")
    share, rate = registry.by_id.get(left), registry.by_id.get(over or r.right)
    if not (share and rate and rate.kind == "benchmark"):
        return ""
    if share.numerator is None or not share.denominator:
        return ""
    found = methods.wilson(share.numerator, share.denominator).times(100)
    low, high = found.low or 0, found.high or 0
    inside = "takes in" if low <= rate.value <= high else "leaves out"
    of = f"{share.numerator} of {share.denominator}"
    return f" The 95% interval of {of} is {low:.0f}% to {high:.0f}%, which {inside} {rate.text}%."


_WORK: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def span(registry: Registry, expression: str) -> Span:
    """The least and greatest value of an expression, given how its figures were rounded; left to right."""
    if expression.startswith(("findings[", "questions[")):
        return _counted(registry.findings, expression)
    first, *rest = expression.split(" ")
    low, high = _term(registry, first)
    for sign, term in zip(rest[::2], rest[1::2], strict=True):
        a, b = _term(registry, term)
        work = _WORK[sign]
        ends = [work(x, y) for x in (low, high) for y in (a, b)]
        low, high = min(ends), max(ends)
    return low, high


def _term(registry: Registry, text: str) -> Span:
    return registry.by_id[text].span if text[0].isalpha() else (Fraction(text), Fraction(text))


def _counted(frame: pd.DataFrame, expression: str) -> Span:
    """How many findings, or questions, answer a query such as ``findings[document=arc2022;kind=finding]``."""
    what, _, query = expression.rstrip("]").partition("[")
    wanted = [part.split("=", 1) for part in query.split(";")]
    rows = zip(frame["question"], *(frame[key] for key, _ in wanted), strict=True)

    def fits(cell: str, like: str) -> bool:
        return cell.startswith(like[:-1]) if like.endswith("*") else cell == like

    found = [q for q, *cells in rows if all(map(fits, cells, (like for _, like in wanted)))]
    number = Fraction(len(set(found) if what == "questions" else found))
    return number, number


def _method_notes(registry: Registry, id: str) -> list[str]:
    """Where the document's definition differs from the field's, or is not given."""
    notes = []
    for d in registry.definitions:
        if id in d.figures and d.here.casefold() != d.field.casefold():
            here = f"here, {d.here}" if d.here else "not given here"
            told = f"{d.aspect}: {here}; in the field, {d.field} ({d.field_source}). {d.difference}"
            notes.append(capital(told))
    return notes


# --- bases ----------------------------------------------------------------------------------------


def base_of(registry: Registry, f: Figure) -> Figure | None:
    """What a share or mean is out of, no base being printed: as named in words, or the only one that fits."""
    for r in registry.relations:
        if r.relation == "out of" and r.left == f.id and registry.by_id[r.right].value >= 1:
            return registry.by_id[r.right]
    fit = _fitting(registry, f) if f.numerator is not None and f.denominator is None else []
    return fit[0] if len(fit) == 1 else None


def _bases(registry: Registry, f: Figure) -> list[Figure]:
    return [b for b in registry.figures if b.base and b.value >= 1 and b.document == f.document]


def _fitting(registry: Registry, f: Figure) -> list[Figure]:
    """The document's bases out of which the figure's count gives its percentage."""
    return [b for b in _bases(registry, f) if f.prints(Fraction(100 * (f.numerator or 0)) / exact(b.value))]


def _usual(registry: Registry, f: Figure) -> int | None:
    """The base of the document's shares whose count is printed and whose base is not, where one fits."""
    for g in registry.figures:
        if g.document == f.document and g.kind == "percentage" and g.numerator and not g.denominator:
            fit = _fitting(registry, g)
            if len(fit) == 1:
                return int(fit[0].value)
    return None


# --- words ----------------------------------------------------------------------------------------


def _said(registry: Registry, expression: str, span: Span) -> str:
    """One figure as it is printed; anything worked out as a number, or as the range that rounding leaves."""
    if f := registry.by_id.get(expression):
        return shown(exact(f.value), f.decimals)
    low, high = (f"{x.numerator:,}" if x.denominator == 1 else f"{float(x):.2f}" for x in span)
    return low if low == high else f"{low} to {high}"


def _people(counts: Sequence[int]) -> str:
    if not counts:
        return "no whole number of people"
    between = " or " if len(counts) == 2 else " to "
    some = str(counts[0]) if len(counts) == 1 else f"{counts[0]}{between}{counts[-1]}"
    return some + (" person" if list(counts) == [1] else " people")


def _either(bases: Sequence[Figure]) -> str:
    return _list([f"{b.value:.0f}" for b in bases], "or")


def _list(words: Sequence[str], last: str = "and") -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" {last} {words[-1]}" if words else ""
