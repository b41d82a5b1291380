"""The page that a study wrote, shown without running or fetching anything."""

import pytest

from workbench.app.study import page as module
from workbench.app.study.page import page_html
from workbench.errors import ComputeError


def test_the_page_holds_its_figures_and_runs_nothing(tmp_path):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "a.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (out / "study.md").write_text(
        "# Title\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| **1** | 2 |\n\n![A](figures/a.png)\n\n"
        "![S](../secret.png)\n\n![W](https://example.org/x.png)\n\n[table.csv](table.csv) [x](javascript:alert(1))\n"
    )
    made = page_html(out)
    assert "<script>" not in made
    assert "<td><strong>1</strong></td>" in made
    assert made.count("<img") == 1
    assert 'src="data:image/png;base64,cG5n"' in made  # RFC 4648 of "png"
    assert "href" not in made
    assert "example.org" not in made
    with pytest.raises(ComputeError, match="There is no page"):
        page_html(tmp_path)


def test_a_figure_that_is_gone_or_too_much_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 4)
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"png")
    (tmp_path / "study.md").write_text("![A](a.png) ![B](b.png) ![G](gone.png)\n")
    made = page_html(tmp_path)
    assert made.count("<img") == 1
    assert "B: see b.png in the folder of the study" in made
    assert "G: the figure is not in the folder any more" in made
