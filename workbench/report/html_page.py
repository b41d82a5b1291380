"""A report as one HTML file that needs no other, and prints."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from typing import Any

from workbench.micrographs.provenance import mark
from workbench.report.content import Section
from workbench.report.drawings import as_svg, draw_sizes, picture
from workbench.report.reported import Report

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1a1d21;
  background: #fff; max-width: 190mm; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.9rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid #c9ced4; }
.by { color: #59636e; margin: .3rem 0 0; }
.first { font-size: 1.15rem; margin: .9rem 0 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .18rem .6rem .18rem 0; font-weight: normal;
  overflow-wrap: anywhere; }
th { color: #59636e; width: 31%; }
td { font-variant-numeric: tabular-nums; }
p { margin: .5rem 0; }
figure { margin: 0; break-inside: avoid; }
img { width: 100%; display: block; }
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem .8rem; }
figcaption { font-size: .82rem; color: #59636e; margin-top: .25rem; overflow-wrap: anywhere; }
figcaption b { color: #1a1d21; font-weight: 600; }
pre { font: 12px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: #f4f5f7; padding: .7rem .9rem;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
@page { size: A4; margin: 16mm; }
@media print { body { font-size: 9.5pt; margin: 0; padding: 0; max-width: none; } h2 { break-after: avoid; }
  tr { break-inside: avoid; } pre { font-size: 7.5pt; } }
"""


def html_page(
    report: Report, sections: Sequence[Section], first: str, written: str, known: dict[str, Any]
) -> str:
    """Return the report as HTML: pictures inline, no script, the JSON of where it came from inside.

    Parameters
    ----------
    report : Report
    sections : sequence of Section
        What it says.
    first : str
        The one line that says most, such as the median.
    written : str
        Who wrote it and when.
    known : dict
        As JSON, in the file.
    """
    title = html.escape(report.title)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="{html.escape(mark("report"))}">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{title}</h1>",
        f'<p class="by">{html.escape(written)}</p>',
        f'<p class="first">{html.escape(first)}</p>' if first else "",
        "</header><main>",
        *(_section(report, section) for section in sections),
        "</main>",
        f'<script type="application/json" id="provenance">{_in_script(known)}</script>',
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _section(report: Report, section: Section) -> str:
    parts = [f"<section><h2>{html.escape(section.title)}</h2>"]
    if section.drawn == "distribution" and report.distribution is not None:
        figure, wide = draw_sizes(report.distribution)
        source = _inline("image/svg+xml", as_svg(figure))
        image = f'<img src="{source}" alt="Histogram of sizes; its numbers are below">'
        parts.append(f'<figure style="max-width: {wide:g}mm">{image}</figure>')
    if section.drawn == "micrographs":
        parts.append(_pictures(report))
    if section.pairs:
        rows = "".join(
            f'<tr><th scope="row">{html.escape(what)}</th><td>{html.escape(said)}</td></tr>'
            for what, said in section.pairs
        )
        parts.append(f"<table>{rows}</table>")
    parts += [f"<p>{html.escape(sentence)}</p>" for sentence in section.sentences]
    if section.code:
        parts.append(f"<pre>{html.escape(section.code)}</pre>")
    return "\n".join([*parts, "</section>"])


def _pictures(report: Report) -> str:
    figures = []
    for one in report.micrographs:
        name = html.escape(one.micrograph.name)
        source = _inline("image/jpeg", picture(one))
        figures.append(
            f'<figure><img src="{source}" alt="{name} with the outlines of its particles">'
            f"<figcaption><b>{name}</b><br>{html.escape(one.caption)}</figcaption></figure>"
        )
    return f'<div class="pictures">{"".join(figures)}</div>'


def _inline(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _in_script(known: dict[str, Any]) -> str:
    """Return JSON in which nothing ends the element that it stands in."""
    return json.dumps(known).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
