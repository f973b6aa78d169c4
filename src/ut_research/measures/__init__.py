"""What the canonical tables say, one module a subject.

Each module has ``measure(tables, *, by=None, origin="export", …)``, a pure function from the
canonical tables to a list of Estimates, ``QUANTITIES``, which declares what it gives, and the small pure
functions that it is made of. Import the module that you use: ``from ut_research.measures import wellbeing``.
"""

#: The columns that a measure can be grouped by, one at a time.
GROUPS = ("partner", "area", "gender", "period")

#: The keys by which a finding about some people stands beside those about others.
BREAKDOWNS = (*GROUPS, "role")
