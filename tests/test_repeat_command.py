"""``workbench repeat``: the same, what differs, and the code for a shell."""

import tifffile
from typer.testing import CliRunner

import workbench as wb
from workbench.cli import app
from workbench.particles.post_processing import MaskSettings
from workbench.particles.provenance import provenance_of


def test_it_says_the_same_or_what_differs(tmp_path):
    micrograph, _truth = wb.open_sample("easy")
    wb.write_tiff(tmp_path / "m.tif", micrograph.pixels, micrograph.nm_per_px)
    opened = wb.open_micrograph(tmp_path / "m.tif")
    seen = wb.segment(opened, "otsu")
    found = seen.particles()
    path = tmp_path / "p.tif"
    wb.write_particles(
        path, found.labels, opened, found.table, provenance=provenance_of(seen, MaskSettings(0.5))
    )
    said = CliRunner().invoke(app, ["repeat", str(path)])
    assert (said.exit_code, said.stdout) == (0, "m: the same\n")
    tifffile.imwrite(tmp_path / "m.tif", opened.pixels[::-1].copy())
    said = CliRunner().invoke(app, ["repeat", str(path)])
    assert said.exit_code == 1
    assert said.stdout.splitlines()[0] == "m: differs"
    (tmp_path / "m.tif").unlink()
    said = CliRunner().invoke(app, ["repeat", str(path)])
    assert said.stdout.splitlines()[0] == "m: cannot be made again"
