"""Text that tries to be something else: markup, scripts, directives, templates, formulas.

Each would, if it came alive, set `window.alive`, make an element of the class or id `alive`, or show a number
where it says `7*191` (1337).
"""

from __future__ import annotations

MADE = "alive"

HTML = (
    "<script>window.alive=1</script>",
    "<img src=x onerror=window.alive=1>",
    "<svg/onload=window.alive=1>",
    "<b class=alive>bold</b>",
    "<a id=alive href=javascript:window.alive=1>x</a>",
    "</td></tr></table><p class=alive>out</p>",
    "</title></text></svg><p id=alive>",
    "<iframe srcdoc='<script>top.alive=1</script>'>",
    "<details open ontoggle=window.alive=1>",
    "<style>body{display:none}</style>",
    "<!-- <p class=alive> -->",
    "]]><p class=alive>",
    '" onmouseover="window.alive=1',
    "' autofocus onfocus='window.alive=1",
    "&lt;p class=alive&gt;&#60;p class=alive&#62;",
    "<math><mtext><p class=alive>",
    "javascript:window.alive=1",
    "<base href=//invented.example>",
    "<meta http-equiv=refresh content=0>",
    "<form class=alive><input class=alive>",
)
MYST = (
    "```{raw} html",
    "```{eval-rst}",
    ":::{note} alive",
    "::::{grid}",
    "{raw-html}`<p class=alive>`",
    "{ref}`alive`",
    "{doc}`index`",
    "{abbr}`alive (a)`",
    "{eval}`7*191`",
    "{math}`\\frac{7}{191}`",
    "$\\frac{7}{191}$",
    "$$7*191$$",
    "[alive](javascript:alert(1))",
    "![alive](x.png)",
    "[alive][alive]",
    "[alive]: index.md",
    "[^alive]",
    "(alive)=",
    "% alive",
    "+++",
    "---",
    "# alive",
    "- alive",
    "1. alive",
    "> alive",
    "| alive | alive |",
    "**alive** _alive_ ~~alive~~",
    "`alive`",
    "<index.md>",
    "alive  \\",
    "@alive",
    "https://invented.example/alive",
)
TEMPLATES = (
    "{{ 7*191 }}",
    "{{reach.referred|count}}",
    "{{page.made}}",
    "{% include 'x' %}",
    "${7*191}",
    "%(alive)s",
    "{0}{alive}",
    "%%html",
    "!echo alive",
    "__import__('os')",
    "\\u003cp class=alive\\u003e",
    "\u202ealive\u202c",
    "a\u0300\u0301\u0302\u0303live",
    "\ufeffalive",
)
FORMULAS = ("=cmd|' /C calc'!A0", "=1+1", "+alive", "-7*191", "@SUM(A1)", "=HYPERLINK(1)", "\t=1+1")
ALL = (*HTML, *MYST, *TEMPLATES, *FORMULAS)
