"""The HTML around the page that Voila serves: Voila's own, without what it asks of the internet."""

from __future__ import annotations

import json
from pathlib import Path

NAME = "hrtem-workbench"
_INDEX = """{%- extends 'voila/templates/lab/index.html.j2' -%}
{%- block notebook_css -%}
<script>
  // The kernel is given 4 s to tell of all widgets at once; then each is asked for by itself, and those that are made
  // meanwhile are missed: on a busy server the page stayed blank for good. A widget of this package is given 2 s to
  // begin, and is left out else. Here both have two minutes.
  {
    const { setTimeout } = window;
    window.setTimeout = (act, ms, ...rest) => {
      if (ms === 4000) window.setTimeout = setTimeout; // once, when the page loads
      return setTimeout.call(window, act, ms === 4000 ? 120000 : ms, ...rest);
    };
    const { timeout } = AbortSignal;
    AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms === 2000 ? 120000 : ms);
  }
</script>
{#- Icons that this page does not use; where there is no network the browser would wait for them before it draws. -#}
{{ super() | replace('href="https://cdn.jsdelivr.net', 'data-not-fetched="https://cdn.jsdelivr.net') }}
{%- endblock notebook_css -%}
"""


def write_template(folder: Path) -> None:
    """Write the template into a folder for JUPYTER_PATH, where Voila finds it by ``NAME``.

    Parameters
    ----------
    folder : path
    """
    here = folder / "voila" / "templates" / NAME
    here.mkdir(parents=True)
    (here / "conf.json").write_text(json.dumps({"base_template": "lab"}), encoding="utf-8")
    (here / "index.html.j2").write_text(_INDEX, encoding="utf-8")
