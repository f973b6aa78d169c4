"""What is wrong with a value that a person wrote into a study, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

#: How each kind of value is written.
_KINDS = {date: "a date, as 2019-10-01", str: "text in quotes", int: "a whole number", float: "a number",
          bool: "true or false"}  # fmt: skip


def suggest(word: str, known: set[str]) -> str:
    """What to do about a word that is not among the `known`."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"did you mean {close[0]}?" if close else f"one of: {', '.join(sorted(known))}"


def _complaint(value: Any, parameter: Any) -> tuple[str, str] | None:
    """What is wrong with `value` and what to do, or None."""
    about, wanted = parameter.metadata, parameter.metadata.get("kind", type(parameter.default))
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted is date and isinstance(value, datetime):
        return "a date and time where a date is needed", "write it as 2019-10-01"
    if wanted is tuple:
        low, high = about["between"]
        fits = isinstance(value, list | tuple) and all(
            type(one) is int and low <= one <= high for one in value
        )
        todo = f"give whole numbers from {low} to {high}, as [{low}, {high}]"
        return None if fits and value else ("not a list of such numbers", todo)
    if type(value) is not wanted:
        return "the wrong kind of value", f"give {_KINDS[wanted]}"
    if "choices" in about and value not in about["choices"]:
        return "not one of the choices", "one of: " + ", ".join(f'"{c}"' for c in about["choices"])
    low, high = about.get("between", (value, value))
    if not low <= value <= high:
        return "out of range", f"give a value from {low} to {high}"
    if wanted is str and not value.strip() and not about.get("blank"):
        return "empty text", "give it some text"
    return None


def complaints(value: Any, parameter: Any) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a value, or a section that is one as a whole: what, at which place, what to do."""
    about, section = parameter.metadata, f"[{parameter.metadata['section']}]"
    if "whole" not in about:
        if told := _complaint(value, parameter):
            yield told[0], f"{section} {parameter.name}", told[1]
    elif about["whole"] is object:
        return
    elif keys := about["keys"]:
        for number, entry in enumerate(value if isinstance(value, list) else [value], 1):
            given = entry if isinstance(entry, dict) else {}
            unfit = (k for k in {*given, *keys} if k not in keys or not isinstance(given.get(k, ""), str))
            if (wrong := sorted(unfit)) or not isinstance(value, list) or not given:
                todo = f"write [{section}] and, as text in quotes, {', '.join(keys)}"
                at = f"{section} {number} {', '.join(wrong)}".strip()
                yield "not as such an entry is written", at, todo
    elif not isinstance(value, dict):
        yield "the wrong kind of value", section, f"write {section}, and a name in each line"
    else:
        listed = about["whole"] is list
        todo = 'give other spellings: ["one", "another"], or []' if listed else "give text in quotes"
        for name, entry in value.items():
            texts = entry if listed and isinstance(entry, list) else [None if listed else entry]
            if not all(isinstance(text, str) and text.strip() for text in texts):
                yield "the wrong kind of value", f"{section} {name}", todo
