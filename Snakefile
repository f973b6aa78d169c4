# The workflow: one rule a step. `make report` (or `ut-research report`) runs it in data/processed/<name>/
# with that run's settings, run.json. Each step is a function of that name in ut_research.steps.
#
# What makes a step run again is listed with it: its inputs (by content), and the parameters, which hold
# digests of the code and the data that it depends on. A chapter depends on the study parameters that its
# own parameters cell names, and on no others.
import json
import sys
from pathlib import Path

from ut_research import together
from ut_research import workflow as ours  # Snakemake keeps the name for itself
from ut_research.study import Study

ROOT = Path(config["root"])
CHAPTERS = ours.chapters(ROOT, Study.read(Path(config["study"])))
LIBRARY = ours.library(ROOT)
STEP = f"'{sys.executable}' -m ut_research.kernel"
LIMIT = ours.TIME_LIMIT
SINCE = ours.digest(Path(config["since"])) if config["since"] else ""


wildcard_constraints:
    chapter="[0-9][0-9]_[A-Za-z0-9_]+",


# Every step's result is asked for: Snakemake does not make one again that is missing while what follows from it is
# there, as after a build that was killed.
rule all:
    input:
        "canonical.json",
        expand("chapters/{chapter}.ipynb", chapter=CHAPTERS),
        "findings.json",
        "book.json",
        "html.json",
        ours.RELEASE,
        "tables.json",
        "issues.csv",


rule clean:
    params:
        export=ours.data_digest(Path(config["export"])),
        days=str(ours.delivery(config["parameters"])),
        library=LIBRARY,
    output:
        "canonical.json",
        "manifest.json",
        "issues.csv",
    shell:
        "{STEP} 3600 clean"


# The decision about what to withhold is there before Snakemake starts. A new one does not run a chapter again
# unless it is about what the chapter shows: see workflow.build.
rule chapter:
    input:
        "canonical.json",
        ancient(together.FILE),
    params:
        notebook=lambda wildcards: ours.digest(ROOT / "notebooks" / f"{wildcards.chapter}.ipynb"),
        values=lambda wildcards: json.dumps({n: config["parameters"][n] for n in CHAPTERS[wildcards.chapter]}),
        published=ours.digest(ROOT / "data" / "raw" / "published"),
        library=LIBRARY,
    output:
        "chapters/{chapter}.ipynb",
        directory("chapters/{chapter}"),
    shell:
        "{STEP} {LIMIT} chapter {wildcards.chapter} {params.values:q} {LIMIT}"


rule findings:
    input:
        expand("chapters/{chapter}.ipynb", chapter=CHAPTERS),
        expand("chapters/{chapter}", chapter=CHAPTERS),
    params:
        since=SINCE,
        library=LIBRARY,
    output:
        "findings.json",
        ours.RELEASE,
        directory("tables"),
        "tables.json",
    shell:
        "{STEP} 600 findings"


rule pages:
    input:
        "findings.json",
        "tables.json",
        "canonical.json",
        expand("chapters/{chapter}.ipynb", chapter=CHAPTERS),
    params:
        since=SINCE,
        sources=ours.digest(ROOT / "book"),
        parameters=lambda wildcards: json.dumps(config["parameters"]),  # a title may hold {braces}
        library=LIBRARY,
    output:
        directory("book"),
        "book.json",
    shell:
        "{STEP} 600 pages"


rule book:
    input:
        "book.json",
        "tables.json",
    params:
        library=LIBRARY,
    output:
        directory("html"),
        "html.json",
    shell:
        "{STEP} 1200 book"
