"""What is written beside a set."""

import pytest
from saved_sets import discs, save

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset


def test_a_description_that_is_no_toml_is_named(tmp_path):
    folder = save(tmp_path / "set", *discs(1))
    (folder / "set.toml").write_text("name = ")
    with pytest.raises(DatasetError, match=r"set\.toml cannot be read"):
        open_dataset(folder)
