"""One invented cohort, written as the tools that charities use export it: all of it is drawn."""

# ruff: noqa: E501  (a heading row reads best on its own line)

from __future__ import annotations

import csv
import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

ANSWERS = ("None of the time", "Rarely", "Some of the time", "Often", "All of the time")
OPTIONS = {"housing": "Housing", "employability": "Work", "mental_health": "Mental health"}
GENDERS = {"male": "Man", "female": "Woman"}
#: The numbers that Qualtrics gives the fourteen items of a question whose choices were added in two goes.
IN_TWO_GOES = (*range(1, 8), *range(10, 17))
DAY = datetime.date(2024, 1, 1)


@dataclass
class Person:
    """What is known of somebody: the waves are a day and fourteen points each."""

    id: str
    gender: str
    age: int
    needs: list[str]
    waves: list[tuple[datetime.date, list[int]]] = field(default_factory=list)

    @property
    def referred(self) -> datetime.date:
        return self.waves[0][0]


def cohort(people: int = 40, seed: int = 1) -> list[Person]:
    draw = random.Random(seed)
    found = []
    for n in range(people):
        person = Person(f"TR-{n:03d}", draw.choice(list(GENDERS)), draw.randrange(18, 60),
                        [need for need in OPTIONS if draw.random() < 0.5])  # fmt: skip
        day = DAY + datetime.timedelta(draw.randrange(200))
        for _ in range(2 if n % 3 else 1):
            person.waves.append((day, [draw.randrange(1, 6) for _ in range(14)]))
            day += datetime.timedelta(draw.randrange(60, 120))
        found.append(person)
    return found


def answers(points: list[int]) -> list[str]:
    return [ANSWERS[point - 1] for point in points]


def forms(people: list[Person]) -> Iterator[tuple[Person, datetime.date, list[int]]]:
    """Give each form that was filled in, in the order of its day."""
    yield from sorted(((p, day, points) for p in people for day, points in p.waves), key=lambda f: f[1])


def write(path: Path, rows: list[list]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)


def google_forms(people: list[Person], folder: Path) -> None:
    items = [f"Over the last two weeks [Statement {n}]" for n in range(1, 15)]
    rows = [["Timestamp", "Email Address", "What is your membership number?", "Gender", "How old are you?",
             "What would you like help with?", *items]]  # fmt: skip
    for n, (p, day, points) in enumerate(forms(people)):
        ticks = ", ".join(
            [*(OPTIONS[need] for need in p.needs), *(["Debt, benefits or money"] if n % 2 else [])]
        )
        stamp = f"{day:%Y/%m/%d} 10:05:11 AM GMT+1"
        rows.append([stamp, "staff@example.org", p.id, GENDERS[p.gender], p.age, ticks, *answers(points)])
    write(folder / "Wellbeing check (Responses) - Form Responses 1.csv", rows)


def surveymonkey(people: list[Person], folder: Path) -> None:
    asked = [("Respondent ID", [""]), ("Start Date", [""]), ("End Date", [""]), ("IP Address", [""]),
             ("Email Address", [""]), ("First Name", [""]), ("Last Name", [""]),
             ("What is your client ID?", ["Open-Ended Response"]), ("Gender", ["Response"]),
             ("Age", ["Open-Ended Response"]), ("What would you like help with?", [*OPTIONS.values(), "Nothing"]),
             ("How often have you felt like this?", [f"Statement {n}" for n in range(1, 15)])]  # fmt: skip
    rows = [[], []]
    for question, options in asked:
        rows[0] += [question, *[""] * (len(options) - 1)]
        rows[1] += options
    for n, (p, day, points) in enumerate(forms(people)):
        ticks = [OPTIONS[need] if need in p.needs else "" for need in OPTIONS] + [
            "" if p.needs else "Nothing"
        ]
        stamp = f"{day:%m/%d/%Y} 10:05:11"
        head = [118000000000 + n, stamp, stamp, "192.0.2.1", "", "", "", p.id, GENDERS[p.gender], p.age]
        rows.append([*head, *ticks, *answers(points)])
    write(folder / "Wellbeing.csv", rows)


def qualtrics(people: list[Person], folder: Path) -> None:
    columns = {"StartDate": "Start Date", "EndDate": "End Date", "Status": "Response Type", "IPAddress": "IP Address",
               "Finished": "Finished", "ResponseId": "Response ID", "RecipientLastName": "Recipient Last Name",
               "RecipientFirstName": "Recipient First Name", "RecipientEmail": "Recipient Email",
               "LocationLatitude": "Location Latitude", "Q1": "What is your client ID?", "Q2": "Gender", "Q3": "Age",
               "Q4": "What would you like help with? - Selected Choice",
               **{f"Q5_{n}": "Over the last two weeks - An invented statement" for n in IN_TWO_GOES}}  # fmt: skip
    rows = [[*columns], [*columns.values()], [f'{{"ImportId":"QID{n}"}}' for n, _ in enumerate(columns)]]
    for n, (p, day, points) in enumerate(forms(people)):
        stamp = f"{day} 10:05:11"
        rows.append([stamp, stamp, "IP Address", "192.0.2.1", "True", f"R_{n:015d}", "", "", "", "53.4", p.id,
                     GENDERS[p.gender], p.age, ",".join(OPTIONS[need] for need in p.needs), *answers(points)])  # fmt: skip
    write(folder / "Wellbeing_January 2, 2025_10.05.csv", rows)


def redcap(people: list[Person], folder: Path, labels: bool = False) -> None:
    """By events, with an instrument that repeats; as codes, or as labels."""
    raw = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "ref_date", "gender",
           "age", *(f"needs___{n}" for n, _ in enumerate(OPTIONS, 1)), "needs_complete", "wb_date",
           *(f"wb_{n}" for n in range(1, 15)), "wb_complete", "contact_date"]  # fmt: skip
    told = ["Record ID", "Event Name", "Repeat Instrument", "Repeat Instance", "Date of referral", "Gender", "Age",
            *(f"Help wanted (choice={option})" for option in OPTIONS.values()), "Complete?", "Wellbeing date",
            *(f"Statement {n}" for n in range(1, 15)), "Complete?", "Date of contact"]  # fmt: skip
    events = (
        ("Baseline (Arm 1: Main)", "Follow-up (Arm 1: Main)")
        if labels
        else ("baseline_arm_1", "followup_arm_1")
    )
    yes, no, done, unseen = ("Checked", "Unchecked", "Complete", "Incomplete") if labels else (1, 0, 2, 0)
    genders = {"male": "Male", "female": "Female"} if labels else {"male": 1, "female": 2}
    rows = [told if labels else raw]
    for n, p in enumerate(people):
        opened = n % 5 != 0
        ticks = [(yes if need in p.needs else no) if opened else no for need in OPTIONS]
        for event, (day, points) in zip(events, p.waves, strict=False):
            said = answers(points) if labels else [point - 1 for point in points]
            first = event == events[0]
            head = [p.referred, genders[p.gender], p.age, *ticks, done if opened else unseen]
            rows.append([p.id, event, "", "", *(head if first else [""] * len(head)), day, *said, done, ""])
        repeat = ["Contact" if labels else "contact", 1]
        rows.append([p.id, events[0], *repeat, *[""] * (len(rows[0]) - 5), p.referred])
    write(folder / "Mentoring_DATA.csv", rows)
    if not labels:
        told = " | ".join(f"{n}, {option}" for n, option in enumerate(OPTIONS.values(), 1))
        rows = [["Variable / Field Name", "Field Type", "Choices, Calculations, OR Slider Labels"],
                ["gender", "radio", "1, Male | 2, Female"], ["needs", "checkbox", told], ["age", "text", ""],
                *([f"wb_{n}", "radio", " | ".join(f"{i}, {a}" for i, a in enumerate(ANSWERS))] for n in range(1, 15))]  # fmt: skip
        write(folder / "Mentoring_DataDictionary.csv", rows)


def redcap_labels(people: list[Person], folder: Path) -> None:
    redcap(people, folder, labels=True)


def salesforce(people: list[Person], folder: Path) -> None:
    """Reports of objects that are linked, each with its footer; identifiers that only case tells apart."""
    footer = [[], ["Grand Totals (40 records)"], [], ["Confidential Information - Do Not Distribute"],
              ["Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."]]  # fmt: skip
    ids = {p.id: "0035g00000" + "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("abcdefg"[:6]))
           for n, p in enumerate(people)}  # fmt: skip
    for p in people:
        p.id = ids[p.id]
    rows = [["Contact ID", "Full Name", "Mailing Postal Code", "Gender", "Age", "Date referred"]]
    rows += [
        [p.id, "Zed Zedderick", "ZZ99 3WZ", p.gender.title(), p.age, f"{p.referred:%d/%m/%Y}"] for p in people
    ]
    write(folder / "Contacts.csv", rows + footer)
    rows = [["Contact ID", "Assessment Date", *(f"Wellbeing Q{n}" for n in range(1, 15))]]
    rows += [[p.id, f"{day:%d/%m/%Y}", *points] for p, day, points in forms(people)]
    write(folder / "Assessments.csv", rows + footer)


def spss(people: list[Person], folder: Path) -> None:
    """A row a person, waves side by side, codes with labels, a code declared missing, a day that is none."""
    frame = pd.DataFrame({
        "id": [p.id for p in people], "gender": [1.0 if p.gender == "male" else 2.0 for p in people],
        "age": [float(p.age) for p in people], "referral_date": [_seconds(p.referred) for p in people],
        **{f"need_{need}": [float(need in p.needs) for p in people] for need in OPTIONS},
    })  # fmt: skip
    labels = {"gender": {1: "Male", 2: "Female"}} | {f"need_{need}": {0: "No", 1: "Yes"} for need in OPTIONS}
    kinds = {"referral_date": "DATE11"}
    for t in (1, 2):
        there = [p.waves[t - 1] if len(p.waves) >= t else (None, [9] * 14) for p in people]
        frame[f"wb_date_t{t}"] = [_seconds(day) for day, _ in there]
        kinds[f"wb_date_t{t}"] = "DATE11"
        for n in range(14):
            frame[f"wb{n + 1}_t{t}"] = [float(points[n]) for _, points in there]
            labels[f"wb{n + 1}_t{t}"] = {**dict(enumerate(ANSWERS, 1)), 9: "Refused"}
    frame["contacted"] = [9e15, *[_seconds(DAY)] * (len(people) - 1)]
    missing = {name: [9.0] for name in frame if name.startswith("wb") and "date" not in name}
    pyreadstat.write_sav(frame, folder / "Mentoring.sav", variable_value_labels=labels, missing_ranges=missing,
                         variable_format={**kinds, "contacted": "DATE11"})  # fmt: skip


def _seconds(day: datetime.date | None) -> float:
    return (day - datetime.date(1582, 10, 14)).days * 86_400.0 if day else float("nan")


def stata(people: list[Person], folder: Path) -> None:
    """A row a questionnaire, with the wave in a column of its own."""
    rows = [[p.id, p.waves.index((day, points)) + 1, p.gender == "female", p.age, p.referred, day, *points]
            for p, day, points in forms(people)]  # fmt: skip
    names = [
        "person_id",
        "wave",
        "gender",
        "age",
        "date_referred",
        "wb_date",
        *(f"wb{n}" for n in range(1, 15)),
    ]
    frame = pd.DataFrame(rows, columns=names).astype({"gender": int})
    labels = {"gender": {0: "Male", 1: "Female"}, "wave": {1: "Baseline", 2: "Follow-up"}}
    pyreadstat.write_dta(frame, folder / "mentoring.dta", variable_value_labels=labels)


def microsoft_forms(people: list[Person], folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["ID", "Start time", "Completion time", "Email", "Name", "Client ID:", "Gender:", "Age:",
                  "What would you like help with?", *(f"Statement {n}:" for n in range(1, 15))])  # fmt: skip
    for n, (p, day, points) in enumerate(forms(people)):
        at = datetime.datetime.combine(day, datetime.time(10, 5))
        ticks = "".join(f"{OPTIONS[need]};" for need in p.needs)
        sheet.append([n + 1, at, at, "staff@example.org", "Zed Zedderick", p.id, GENDERS[p.gender], p.age, ticks,
                      *answers(points)])  # fmt: skip
    book.save(folder / f"Wellbeing check(1-{sheet.max_row - 1}).xlsx")


def database(people: list[Person], folder: Path) -> None:
    """Lists of a customer database, in headings of its own; ticks in one cell of a list of needs."""
    rows = [["Contact ID", "Mobile", "Gender Identity", "Age", "Home Town", "Ethnic Background", "Created Date",
             "Programme Start", "Programme End"]]  # fmt: skip
    rows += [[p.id, "0770 090 0001", GENDERS[p.gender], p.age, "Invented Town", "White - British",
              f"{p.referred:%d/%m/%Y} 09:14", f"{p.referred:%d/%m/%Y}", ""] for p in people]  # fmt: skip
    write(folder / "Contacts.csv", rows)
    rows = [["Survey Response ID", "Contact ID", "Survey Date", "Assessment Type", *(f"WEMWBS Q{n}" for n in range(1, 15))]]
    for n, (p, day, points) in enumerate(forms(people)):
        kind = "Initial" if day == p.referred else "Review"
        rows.append([f"SR-{n:05d}", p.id, f"{day:%d/%m/%Y}", kind, *answers(points)])
    write(folder / "Surveys.csv", rows)
    rows = [["Contact ID", "Support Needs"]]
    rows += [[p.id, "; ".join([OPTIONS[need] for need in p.needs]) or "Nothing"] for p in people]
    write(folder / "Needs.csv", rows)


def months(people: list[Person], folder: Path) -> None:
    """A workbook with a sheet of referrals for each month, and scores before and after side by side."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month in sorted({p.referred.replace(day=1) for p in people}):
        sheet = book.create_sheet(f"{month:%b %y}")
        sheet.append([f"Referrals in {month:%B}"])
        sheet.append([])
        sheet.append(["Ref no", "Name", "Age", "M/F", "Date referred", "Date signed up"])
        own = [p for p in people if p.referred.replace(day=1) == month]
        for p in own:
            sheet.append([p.id, "Zed Zedderick", p.age, p.gender[0].upper(), p.referred, p.referred])
        sheet.append([])
        sheet.append(["Total", len(own)])
    sheet = book.create_sheet("Wellbeing")
    sheet.append(["Ref no", "Post score", "Pre score", "Post date", "Pre date"])
    for p in people:
        (before, first), (after, second) = [*p.waves, (None, None)][:2]
        sheet.append([p.id, second and sum(second), sum(first), after, before])
    book.save(folder / "Referrals.xlsx")


def master(people: list[Person], folder: Path) -> None:
    """A row a person, all about them: scores and active days before and after, outcomes by their days."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Mentoring, all clients"])
    sheet.append(["Client Ref", "Sex", "Age", "Ref date", "Start date", "End date", *(f"{o} need" for o in OPTIONS.values()),
                  "WEMWBS pre total", "WEMWBS post total", "PA days pre", "PA days post", "Into work (date)",
                  "Date housed", "Reoffended?", "Date of offence", "Notes"])  # fmt: skip
    for n, p in enumerate(people):
        (day, first), (after, second) = [*p.waves, (None, None)][:2]
        sheet.append([p.id, GENDERS[p.gender], p.age, day, day, after, *("Y" if need in p.needs else "N" for need in OPTIONS),
                      sum(first), second and sum(second), n % 7, second and (n + 1) % 7,
                      day if n % 4 == 0 else None, None if n % 5 else day, "no", None, "spoke to them"])  # fmt: skip
    sheet.append(["TOTAL", None, sum(p.age for p in people)])
    book.save(folder / "Clients.xlsx")


#: Each layout by its tool.
LAYOUTS: dict[str, Callable[[list[Person], Path], None]] = {
    "Google Forms": google_forms, "SurveyMonkey": surveymonkey, "Qualtrics": qualtrics, "REDCap, codes": redcap,
    "REDCap, labels": redcap_labels, "Salesforce": salesforce, "SPSS": spss, "Stata": stata,
    "Microsoft Forms": microsoft_forms, "a customer database": database, "a sheet a month": months,
    "a master list": master,
}  # fmt: skip
