"""What is done with the rows of each table: which cannot be used, which are there twice, which contradict."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from ut_research.cleaning.sheet import UNKNOWN, Mask, Sheet
from ut_research.core.schema import ANSWERS, ITEMS, QUOTE
from ut_research.reading.identifiers import pointing

#: Words by which a finding says of how many people it is.
_NUMBER = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_PEOPLE = (
    "people|participants|staff|mentors?|managers?|workers?|officers?|partners?|interviewees?|respondents?"
)
_HOW_MANY = re.compile(
    rf"(?<!COVID-)\b(?!(?:19|20)\d\d\b)\d|%|\b(?:everybody|everyone|nobody|no-?one|majority|minority"
    rf"|(?:most|all|none|half|{_NUMBER}) of|(?:most|all(?: the)?|every|no|{_NUMBER}) (?:{_PEOPLE})"
    rf"|all (?:{_NUMBER}))\b",
    re.IGNORECASE,
)
#: The highest score of the short form of WEMWBS; of so many people, some would score more on the long one.
#: And the most hours of a session: so many are not all over in as few minutes.
SHORT_FORM, MANY, LONG_DAY = 35, 10, 12


def apply(sheet: Sheet) -> None:
    """Reject and mend the rows of one table, and log what was done."""
    for column in sheet.table.columns:
        if column.needed and column.name != "participant_id":
            blank = sheet[column.name].isna().to_numpy()
            done = "left out: the row cannot be used without it"
            sheet.reject(blank, column.name, f"no {column.name}", done)
    if answers := ANSWERS.get(sheet.table.name):
        empty = np.logical_and.reduce([sheet[c].isna().to_numpy() for c in answers])
        sheet.reject(empty, "", "no answers", "left out: nothing was answered")
    if rule := _RULES.get(sheet.table.name):
        rule(sheet)
    _reject_repeated(sheet)
    if sheet.table.name == "participants":
        _merge_referrals(sheet)


def _reject_repeated(sheet: Sheet) -> None:
    """Reject rows that repeat a row before them, and then later rows for the same key."""
    key, rows = pd.Series(sheet.key()), sheet.frame.index
    if (again := _repeats(key, sheet.keep)).any():
        same = sheet.frame[again].assign(key=key).duplicated().reindex(rows, fill_value=False).to_numpy()
        sheet.reject(same, "", "duplicated row", "left out: the same as a row above")
    if sheet.table.key and sheet.table.name != "participants":
        days = [sheet[c.name] for c in sheet.table.columns if c.kind == "date"]
        several = pd.DataFrame({"key": key, "day": days[0] if days else 0})[_repeats(key, sheet.keep)]
        later = several.sort_values("day", kind="stable").duplicated("key").reindex(rows, fill_value=False)
        one = " and ".join(sheet.table.key)
        done = f"left out: the earliest row for the same {one} is used"
        sheet.reject(later.to_numpy(), one, "more than one row", done)


def _repeats(key: pd.Series, keep: Mask) -> Mask:
    """Kept rows whose key another kept row has too."""
    return key[keep].duplicated(keep=False).reindex(key.index, fill_value=False).to_numpy()


def _participants(sheet: Sheet) -> None:
    age, referral = sheet["age_at_referral"], sheet["referral_date"]
    if (coded := age.eq(99).fillna(False).to_numpy(bool)).sum() > 1 and not age.between(90, 98).any():
        done = "left blank: nobody else is 90 or over, so that 99 seems to stand for not known"
        sheet.blank(coded, "age_at_referral", "code for not known", done)
    lost = sheet.unusable["registered_date"]
    done = "left out: neither day of registration nor of referral"
    sheet.reject(lost & referral.isna().to_numpy(), "registered_date", "date not usable", done)
    sheet.put("registered_date", lost, referral[lost])
    done = "the day of referral used in its place"
    sheet.log(lost, "registered_date", "date not usable", "repaired", done)
    registered, exits = sheet["registered_date"], sheet["exit_date"]
    early = (registered < referral).to_numpy()
    sheet.log(early, "registered_date", "registered before referral", "reported", "kept")
    early = ((exits < referral) | (exits < registered)).to_numpy()
    done = "left blank: when support ended is not known"
    sheet.blank(early, "exit_date", "exit before referral", done)
    gone = early | sheet.unusable["exit_date"]
    sheet.put("exit_reason", gone & sheet["exit_reason"].isna().to_numpy(), "other")


def _merge_referrals(sheet: Sheet) -> None:
    """Merge a person's referrals into the earliest, with the latest exit; then age from date of birth."""
    if len(at := np.flatnonzero(_repeats(pd.Series(sheet.person), sheet.keep))):
        frame = pd.DataFrame({c.name: sheet[c.name] for c in sheet.table.columns}).iloc[at]
        frame = frame.assign(_person=sheet.person[at]).sort_values(["_person", "referral_date"])
        groups = frame.groupby("_person", sort=False)
        merged, target = groups.first(), groups.head(1).index
        been = frame[frame["registered_date"].notna()] if "registered_date" in sheet.frame else frame
        last = been.groupby("_person").tail(1)
        still = merged.index.isin(last["_person"][last["exit_date"].isna() & last["exit_reason"].isna()])
        merged["exit_date"] = groups["exit_date"].max().where(~still)
        if "exit_date" in sheet.frame:
            merged["exit_reason"] = groups["exit_reason"].last().where(~still)
        merged["registered_date"] = groups["registered_date"].min()
        merged["age_at_referral"] = sheet["age_at_referral"].iloc[target].array
        for n in (c.name for c in sheet.table.columns[1:] if c.name in sheet.frame):
            sheet.frame.loc[target, n] = merged[n].array
        later = np.isin(sheet.frame.index, np.setdiff1d(at, target))
        done = "left out: merged into the earliest referral"
        sheet.reject(later, "participant_id", "re-referral merged", done)
    _age(sheet)
    for column in ("exit_reason", "partner", "area"):
        if column in sheet.frame:
            _rare_words(sheet, column)


def _rare_words(sheet: Sheet, column: str) -> None:
    """Replace what fewer people than `Names.rare` have in `column`, and is in no list, by "other".

    Rare words can point to a person, and may be shown as the name of a group.
    """
    words = sheet[column].where(sheet.keep)
    known = ["other", *sheet.names.listed(column)]
    people = pd.Series(sheet.person).groupby(words).nunique()
    rare = ((words.map(people) < sheet.names.rare) & ~words.isin(known)).to_numpy(bool)
    sheet.log(rare, column, "rare text", "repaired", "replaced by “other”: too few people")
    sheet.put(column, rare, "other")


def _age(sheet: Sheet) -> None:
    """Give the age in whole years on the day of referral, where only the date of birth was given."""
    given, born = sheet["age_at_referral"], sheet["date_of_birth"]
    column = sheet.table.column("age_at_referral")
    if "date_of_birth" in sheet.frame:
        day = sheet["referral_date"].dt
        before = (day.month * 100 + day.day) < (born.dt.month * 100 + born.dt.day)
        years = (day.year - born.dt.year - before).astype("Int64")
        years = years.where(born.notna() & sheet["referral_date"].notna())
        odd = (years.lt(column.low) | years.gt(column.high)).fillna(False).to_numpy(bool)
        sheet.log(odd, "date_of_birth", "out of range", "reported", "age left blank")
        years = years.mask(odd)
        differs = ((years - given).abs() > 1).fillna(False).to_numpy(bool)
        rule, done = "age and date of birth differ", "the age given is kept"
        sheet.log(differs, "age_at_referral", rule, "reported", done)
        given = given.fillna(years)
    sheet.frame["age_at_referral"] = given


def _wemwbs(sheet: Sheet) -> None:
    _later_before_first(sheet)
    if "total" in sheet.frame and all(item in sheet.frame for item in ITEMS):
        items = reduce(add, (sheet[i] for i in ITEMS))
        differs = (items != sheet["total"]).fillna(False).to_numpy(bool)
        done = "left blank: the items are used"
        sheet.blank(differs, "total", "total is not the sum of the items", done)
    elif "total" in sheet.frame:
        _none_above(sheet, "total", SHORT_FORM, "total of the short form", "of the short form (SWEMWBS)")


def _none_above(sheet: Sheet, column: str, most: int, rule: str, seem: str) -> None:
    """Blank a column of many numbers of which none is above `most`: they seem to be something else."""
    given = sheet[column].notna().to_numpy(bool) & sheet.keep
    if given.sum() >= MANY and sheet[column][given].max() <= most:
        sheet.blank(given, column, rule, f"left blank: none is above {most}, so that they seem to be {seem}")


def _later_before_first(sheet: Sheet) -> None:
    """Reject a later questionnaire dated before the person's first: it cannot show what came after."""
    day, point = sheet["completed_date"], sheet["timepoint"]
    first = day.where((point == "T1") & sheet.keep).groupby(sheet.person).transform("min")
    early = ((point != "T1") & (day < first)).to_numpy(bool)
    done = "left out: it was done before the first questionnaire"
    sheet.reject(early & (point == "T2").to_numpy(bool), "completed_date", "T2 before T1", done)
    sheet.reject(early, "completed_date", "later questionnaire before T1", done)


def _reoffending(sheet: Sheet) -> None:
    entry, when = sheet["entry_date"], sheet["reoffence_date"]
    yes = sheet["reoffended"].fillna(False).to_numpy(bool)
    backwards = (sheet["followed_up_to"] < entry).to_numpy()
    sheet.blank(backwards, "followed_up_to", "follow-up ends before it begins")
    end = sheet["followed_up_to"]
    before, after = ((found & when.notna()).to_numpy() for found in (when < entry, when > end))
    dated = ~yes & when.notna().to_numpy()
    sheet.blank(dated & (before | after), "reoffence_date", "reoffence outside follow-up")
    done = "left out: the row contradicts itself"
    sheet.reject(dated & ~before & ~after, "reoffence_date", "no reoffence, but a date of one", done)
    done = "kept: free of it for as long as the person was followed"
    sheet.log(yes & after, "reoffence_date", "reoffence after follow-up", "reported", done)
    done = "kept: counted, on a day that is not known"
    sheet.log(yes & before, "reoffence_date", "reoffence before entry", "reported", done)
    undated = when.isna().to_numpy()
    sheet.log(yes & undated, "reoffence_date", "reoffence without a date", "reported", done)


def _coded_segments(sheet: Sheet) -> None:
    """Leave out a quotation that may point to somebody; its words are told nowhere, and its place is."""
    known = [
        name for ways in sheet.names.lists.values() for one, more in ways.items() for name in (one, *more)
    ]
    cells = zip(sheet[QUOTE], sheet["interview_id"].fillna(""), sheet["place"].fillna(""), strict=True)
    for row, (text, interview, place) in enumerate(cells):
        if pd.notna(text) and (what := pointing(text, known)):
            at = sheet.frame.index == row
            said = ", ".join(filter(None, (interview, place)))
            sheet.log(at, QUOTE, "may point to somebody", "reported", f"not quoted ({what}): {said}")
            sheet.put(QUOTE, at, None)


def _themes(sheet: Sheet) -> None:
    """Leave out a finding that says of how many it is: a few people asked could be known by it."""
    said = sheet["finding"].str.contains(_HOW_MANY, regex=True, na=False).to_numpy(bool)
    done = "left blank: the theme stands by its name, with a number where one can be shown"
    sheet.blank(said, "finding", "says how many", done)


_RULES: dict[str, Callable[[Sheet], None]] = {
    "participants": _participants, "wemwbs": _wemwbs, "activity": _later_before_first,
    "sessions": lambda sheet: _none_above(sheet, "minutes", LONG_DAY, "hours and not minutes", "hours"),
    "reoffending": _reoffending, "coded_segments": _coded_segments, "themes": _themes,
}  # fmt: skip


def report_sessions(sheets: Mapping[str, Sheet]) -> None:
    """Make rare kinds of sessions "other", and log those before a person's referral or after their exit."""
    if "sessions" not in sheets:
        return
    sessions = sheets["sessions"]
    if "kind" in sessions.frame:
        _rare_words(sessions, "kind")
        _reject_repeated(sessions)  # two kinds that are “other” may be one row twice
    if "participants" not in sheets:
        return
    known = sheets["participants"]
    for column, rule in (("referral_date", "before referral"), ("exit_date", "after support ended")):
        days = pd.Series(known[column].array, known.person)[known.keep]
        on, other = sessions["session_date"].array, days.reindex(sessions.person).array
        outside = np.asarray(on < other if rule == "before referral" else on > other)
        sessions.log(outside, "session_date", f"session {rule}", "reported", "kept")


def reject_strangers(sheets: Mapping[str, Sheet]) -> None:
    """Reject what is said of people who are not in participants; their follow-up is kept and reported."""
    if "participants" not in sheets or not sheets["participants"].keep.any():
        return
    known = sheets["participants"].person[sheets["participants"].keep]
    for name, sheet in sheets.items():
        stranger = ~np.isin(sheet.person, known)
        if name == "reoffending":
            done = "kept, in no partner or area"
            sheet.log(stranger, "participant_id", "person not in participants", "reported", done)
        elif name != "participants" and sheet.table.of_people:
            sheet.reject(stranger, "participant_id", "person not in participants", UNKNOWN)
