"""Movies of Direct Electron beside their text."""

import numpy as np
import pytest
from mrc_file import IMAGE, NM, mrc

from workbench.errors import MicrographError
from workbench.micrographs.reading import open_micrograph

SILENT = "Camera Model = DE\nInstrument Project TEMorSTEM Mode = 0\nFrames Per Second = 40\n"


SIZED = "Specimen Pixel Size X (nanometers) = 0.05\nSpecimen Pixel Size Y (nanometers) = 0.05\n"


UNSIZED = SIZED.replace("0.05", "-1")


@pytest.mark.parametrize(
    ("text", "cell", "nm"),
    [
        (SILENT, (5, 3, 1), NM),
        (SILENT, (-100, -60, 0), None),
        (SILENT + UNSIZED, (-100, -60, 0), None),
        (SILENT + SIZED, (-100, -60, 0), NM),
        (SILENT + SIZED, (5, 3, 1), NM),
        (SILENT + SIZED, (50, 30, 1), None),
    ],
)
@pytest.mark.parametrize("name", ["20240101_00001", "20240101_00001_gold_2"])
def test_a_movie_of_direct_electron_beside_its_text(tmp_path, name, text, cell, nm):
    movie = mrc(tmp_path / f"{name}_movie.mrc", np.stack([IMAGE] * 3).tobytes(), 2, sections=3, cell=cell)
    (tmp_path / f"{name}_info.txt").write_text(text)
    assert open_micrograph(movie).nm_per_px == (None if nm is None else pytest.approx(nm))


def test_a_movie_of_diffraction_patterns_is_refused(tmp_path):
    movie = mrc(tmp_path / "20240101_1_movie.mrc", IMAGE.tobytes(), 2)
    (tmp_path / "20240101_1_info.txt").write_text("Instrument Project Camera Length (centimeters) = 60\n")
    with pytest.raises(MicrographError, match="diffraction pattern"):
        open_micrograph(movie)
