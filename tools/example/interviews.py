"""What the invented cohort says: interviews, coded passages and steering-group comments, all made up.

The design is that of the two studies: who was interviewed, how and when (2021 report, About the
evaluation; ARC BITE 2022, What did we do). The themes are those of the findings; a passage says only
which role spoke on which theme.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

QUESTIONS_2022 = {
    "What works well in delivering the project?": [
        "who the staff are", "building relationships", "services within reach", "the football clubs",
        "physical activity",
    ],
    "What are the barriers to delivery?": ["safeguarding and risk", "unclear offer of activities"],
    "What external factors influence delivery?": ["COVID-19", "funding and resources"],
    "What supports partnership working?": ["professional networks", "communication", "mix of skills"],
    "What can be done differently?": ["planning first", "sharing information", "working together for longer"],
}  # fmt: skip
QUESTIONS_2021 = {
    "What matters most about the project?": [
        "one-to-one support", "peer support", "a wide offer", "being cared about", "purpose and belonging",
        "support on release",
    ],
    "What did COVID-19 change?": ["isolation and relapse", "keeping in touch", "a part to play"],
}  # fmt: skip
INTERVIEWS = [  # round, method, role, organisation, how many such, people in each
    ("2021", "focus group", "participant", "people on probation", 1, 4),
    ("2021", "interview", "participant", "people on probation", 2, 1),
    ("2021", "interview", "delivery", "peer mentoring", 2, 1),
    ("2021", "interview", "delivery", "football trust", 2, 1),
    ("2021", "interview", "delivery", "probation", 2, 1),
    ("2022", "interview", "strategic", "county charity", 2, 1),
    ("2022", "interview", "strategic", "probation", 2, 1),
    ("2022", "interview", "strategic", "football trust", 2, 1),
    ("2022", "interview", "delivery", "probation", 2, 1),
    ("2022", "interview", "delivery", "prison", 1, 1),
    ("2022", "focus group", "delivery", "football trust", 1, 3),
    ("2022", "focus group", "delivery", "peer mentoring", 1, 2),
]
HELD = {"2021": ("2021-02-01", 80), "2022": ("2021-08-02", 58)}  # first day, and over how many days
COMMENTS = [  # page, comment, response, status, reason
    ("In short", "Count people, not only percentages.", "Charts and tables now say of how many.", "done", ""),
    ("Reoffending", "Say what the numbers cannot tell us.", "The page now has a part on it.", "done", ""),
    ("Who took part", "Show each town.", "Shown where enough people took part.", "done", ""),
    ("Mental wellbeing", "Show each person’s own line.", "", "not done",
     "A line could let someone know a person again."),
    ("What people said", "Ask women about their experience.", "For the next interviews.", "open", ""),
    ("The brief", "Say what £10 of the grant pays for.", "", "open", ""),
]  # fmt: skip


def said(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The interviews of both rounds, their coded passages, and the steering group's comments."""
    interviews: list[tuple[object, ...]] = []
    segments: list[tuple[object, ...]] = []
    for year, method, role, organisation, times, people in INTERVIEWS:
        for _ in range(times):
            first, span = HELD[year]
            held = np.datetime64(first) + int(rng.integers(span))
            label = f"INVENTED-I{len(interviews) + 1:02d}"
            interviews.append((label, method, role, organisation, held, people))
            for question, themes in (QUESTIONS_2021 if year == "2021" else QUESTIONS_2022).items():
                for theme in themes:
                    for _ in range(rng.binomial(2, 0.55)):
                        summary = f"Invented passage: someone in a {role} role on {theme}."
                        number = f"INVENTED-S{len(segments) + 1:03d}"
                        segments.append((number, label, question, theme, summary))
    columns = ["interview_id", "method", "role", "organisation_type", "held_date", "people"]
    held_interviews = pd.DataFrame(interviews, columns=columns)
    held_interviews["held_date"] = pd.to_datetime(held_interviews["held_date"]).astype("datetime64[ns]")
    comments = pd.DataFrame(COMMENTS, columns=["page", "comment", "response", "status", "reason"])
    comments["comment"] = "Invented: " + comments["comment"]
    dates = np.datetime64("2023-09-04") + 28 * (np.arange(len(comments)) // 2)
    days = pd.Series(dates.astype("datetime64[s]")).astype("datetime64[ns]")
    comments.insert(0, "date", days)
    comments["answered_date"] = (days + pd.Timedelta(days=28)).where(comments["status"] != "open")
    return {
        "interviews": held_interviews,
        "coded_segments": pd.DataFrame(
            segments, columns=["segment_id", "interview_id", "question", "theme", "summary"]
        ),
        "steering_comments": comments.replace("", None),
    }
