"""EMD of NCEM and Velox, and HyperSpy's signals: what opens, the right way up, at the size that the file gives."""

import json

import h5py
import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph

H, W, NM = 6, 10, 0.05
IMAGE = (np.arange(H * W).reshape(H, W)).astype("u2")


def ncem(path, groups, first=1, top="data", **attributes):
    """Write groups of data and of dimensions (name, unit, values)."""
    with h5py.File(path, "w") as file:
        file.attrs["version_major"], file.attrs["version_minor"] = 0, 2
        for name, (data, dims) in groups.items():
            group = file.create_group(f"{top}/{name}")
            group.attrs.update({"emd_group_type": 1, **attributes})
            group["data"] = data
            for place, (label, unit, values) in enumerate(dims, first):
                group[f"dim{place}"] = values
                group[f"dim{place}"].attrs.update({"name": label, "units": unit})
    return path


def dims(unit="nm", step=NM, names=("y", "x"), shape=(H, W)):
    return [(name, unit, np.arange(size) * step) for name, size in zip(names, shape, strict=True)]


@pytest.mark.parametrize(
    ("unit", "step", "nm"),
    [
        ("nm", 0.05, NM),
        (np.bytes_("nm"), 0.05, NM),
        ("n_m", 0.05, NM),
        (np.bytes_("[n_m]"), 0.05, NM),
        ("Å", 0.5, NM),
        ("[Å]", 0.5, NM),
        (np.bytes_("Å".encode("latin-1")), 0.5, NM),
        ("Å".encode("latin-1"), 0.5, NM),
        ("A", 0.5, NM),
        ("pm", 50, NM),
        ("[µ_m]", 5e-5, NM),
        ("um", 5e-5, NM),
        ("px", 1, None),
        ("", 0.05, None),
        ("nm", 0, None),
        ("nm", -0.05, None),
    ],
)
def test_the_unit_of_ncem(tmp_path, unit, step, nm):
    opened = open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE, dims(unit, step))}))
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm))
    assert np.array_equal(opened.pixels, IMAGE)


@pytest.mark.parametrize(
    ("values", "nm"),
    [
        (np.array([3.0, 3.05]), NM),  # of a longer axis the first two
        (np.arange(W) * NM + 1000, NM),
        (np.float32(np.arange(W) * NM + 100), NM),
        (np.geomspace(1, 9, W), None),
        (np.array([3.0]), None),
        (np.array([b"a"] * W), None),
        (np.full(W, np.nan), None),
    ],
)
def test_the_step_of_an_axis_of_ncem(tmp_path, values, nm):
    axes = [("y", "nm", np.arange(H) * NM), ("x", "nm", values)]
    opened = open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE, axes)}))
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm, rel=1e-3))


@pytest.mark.parametrize(
    "names", [("", "", ""), ("z", "y", "x"), ("n", "height", "width"), ("dim1", "dim2", "dim3")]
)
def test_a_stack_of_ncem_lies_as_it_is_stored_where_no_name_says_otherwise(tmp_path, names):
    stack = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])
    axes = [(names[0], "", np.arange(3)), *dims("[n_m]", names=names[1:])]
    path = ncem(tmp_path / "a.emd", {"stack": (stack, axes)})
    (signal,) = list_contents(path)
    assert (signal.shape, signal.title) == ((3, H, W), "stack")
    opened = open_micrograph(path, frame=2)
    assert np.array_equal(opened.pixels, stack[2])
    assert opened.nm_per_px == pytest.approx(NM)


def test_names_turn_an_image_of_ncem_and_hyperspy_writes_columns_first(tmp_path):
    turned = dims(names=("x", "y"), shape=(W, H))
    assert np.array_equal(open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE.T, turned)})).pixels, IMAGE)
    nameless = dims(names=("", ""), shape=(W, H))
    path = ncem(tmp_path / "b.emd", {"b": (IMAGE.T, nameless)}, top="signals")
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_groups_of_which_one_name_begins_another_are_signals_of_their_own(tmp_path):
    groups = {
        "img1": (IMAGE, dims()),
        "img10": (IMAGE[:4], dims(step=0.1, shape=(4, W))),
        "img": (IMAGE + 1, dims()),
    }
    path = ncem(tmp_path / "a.emd", groups)
    assert {signal.title: signal.shape for signal in list_contents(path)} == {
        "img": (H, W), "img1": (H, W), "img10": (4, W),
    }  # fmt: skip
    assert open_micrograph(path, signal="img10").nm_per_px == pytest.approx(0.1)


def test_a_group_of_ncem_without_dimensions_opens_and_takes_no_other_with_it(tmp_path):
    path = ncem(tmp_path / "a.emd", {"bare": (IMAGE, []), "whole": (IMAGE, dims()), "line": (IMAGE[0], [])})
    assert [signal.nm_per_px for signal in list_contents(path)] == [None, None, pytest.approx(NM)]
    with pytest.raises(MicrographError, match="spectrum"):
        open_micrograph(path, signal="line")


def test_py4dstem_counts_from_0_and_its_patterns_are_refused(tmp_path):
    path = ncem(
        tmp_path / "a.emd", {"adf": (IMAGE, dims("A", 0.5, ("Rx", "Ry")))}, first=0, python_class="RealSlice"
    )
    assert open_micrograph(path).nm_per_px == pytest.approx(NM)
    cube = dims("pixels", 1, ("Rx", "Ry", "Qx", "Qy"), (2, 3, H, W))
    path = ncem(tmp_path / "b.emd", {"datacube": (np.zeros((2, 3, H, W)), cube)}, first=0)
    with pytest.raises(MicrographError, match="diffraction"):
        open_micrograph(path)


def about(size, unit="m", **left_out):
    """What Velox says of an image."""
    said = {
        "Core": {"MetadataDefinitionVersion": "7.9"},
        "Instrument": {"InstrumentClass": "Talos"},
        "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1541000000"}},
        "Optics": {"AccelerationVoltage": "200000"},
        "BinaryResult": {
            "PixelSize": {"width": size, "height": size},
            "Offset": {"x": "0", "y": "0"},
            "PixelUnitX": unit,
            "PixelUnitY": unit,
            "DetectorIndex": "0",
            "Detector": "HAADF",
        },
        "Scan": {"FrameTime": "1.0"},
        "Detectors": {"Detector-0": {"DetectorName": "HAADF", "DetectorType": "ScanningDetector"}},
        "CustomProperties": {},
    }
    return {name: part for name, part in said.items() if name not in left_out}


def velox(path, images, version="10", spectra=False, chunks=True):
    text = h5py.special_dtype(vlen=bytes)
    with h5py.File(path, "w") as file:
        said = json.dumps({"format": "Velox", "version": version}).encode()
        file.create_dataset("Version", data=np.array([said], object), dtype=text)
        file.create_group("Data")
        for number, (pixels, described) in enumerate(images):
            group = file.create_group(f"Data/Image/{number:032x}")
            group.create_dataset("Data", data=pixels, chunks=(*pixels.shape[:2], 1) if chunks else None)
            letters = np.frombuffer(json.dumps(described).encode(), "u1")
            group["Metadata"] = np.repeat(letters[:, None], pixels.shape[2], axis=1)
        if spectra:
            file["Data/SpectrumImage/a/Data"] = np.zeros((2, 2, 2), "u2")
            file["Data/SpectrumStream/a/Data"] = np.zeros((9, 1), "u2")
    return path


STACK = np.stack([IMAGE, IMAGE + 1], axis=-1)


@pytest.mark.parametrize("version", ["10", "11"])
@pytest.mark.parametrize("spectra", [False, True])
@pytest.mark.parametrize("chunks", [False, True])
def test_velox_opens_whatever_is_beside_its_images(tmp_path, version, spectra, chunks):
    images = [(IMAGE[..., None], about("5e-11")), (STACK, about("1e-10"))]
    path = velox(tmp_path / "a.emd", images, version, spectra, chunks)
    assert [signal.shape for signal in list_contents(path)] == [(H, W), (2, H, W)]
    assert [signal.nm_per_px for signal in list_contents(path)] == [pytest.approx(NM), pytest.approx(0.1)]
    opened = open_micrograph(path, signal=1, frame=1)
    assert np.array_equal(opened.pixels, IMAGE + 1.0)
    assert opened.metadata["voltage_kV"] == 200


@pytest.mark.parametrize("part", ["Scan", "Acquisition", "Detectors", "BinaryResult", "CustomProperties"])
def test_velox_opens_its_pixels_whatever_it_does_not_say(tmp_path, part):
    path = velox(tmp_path / "a.emd", [(STACK, about("5e-11", **{part: None}))])
    assert np.array_equal(open_micrograph(path, frame=1).pixels, IMAGE + 1.0)
    # The size stands beside the pixels, whatever else is missing.
    assert open_micrograph(path).nm_per_px == (None if part == "BinaryResult" else pytest.approx(NM))


def test_a_transform_of_velox_is_refused_and_the_image_beside_it_opens(tmp_path):
    half = np.zeros((H, W, 1), [("realFloatHalfEven", "<f4"), ("imagFloatHalfEven", "<f4")])
    images = [(half, about("1e8", "1/m")), (IMAGE[..., None], about("5e-11"))]
    path = velox(tmp_path / "a.emd", images)
    assert [bool(signal.refused) for signal in list_contents(path)] == [True, False]
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def fill(experiments, signals):
    """Write signals as HyperSpy does: data, and an axis for each of its dimensions (name, navigate)."""
    for title, (data, axes, unit) in signals.items():
        group = experiments.create_group(title)
        if hasattr(group, "create_array"):
            group.create_array("data", data=data)
        else:
            group.create_dataset("data", data=data)
        for place, (name, navigate) in enumerate(axes):
            axis = group.create_group(f"axis-{place}")
            axis.attrs.update(
                {"name": name, "navigate": navigate, "size": data.shape[place], "offset": 0.0}
                | ({} if unit is None else {"scale": NM, "units": unit})
            )
        group.create_group("metadata/General").attrs["title"] = title
        group.create_group("original_metadata")


def hspy(path, **signals):
    with h5py.File(path, "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.3"})
        fill(file.create_group("Experiments"), signals)
    return path


def zspy(path, **signals):
    zarr = pytest.importorskip("zarr")
    root = zarr.open_group(path, mode="w", zarr_format=2)
    root.attrs.update({"file_format": "ZSpy", "file_format_version": "3.3"})
    fill(root.create_group("Experiments"), signals)
    return path


def axes(*names, navigate=()):
    return [(name, name in navigate) for name in names]


@pytest.mark.parametrize("write", [hspy, zspy])
def test_signals_of_hyperspy(tmp_path, write):
    cube = np.stack([IMAGE] * 4, axis=-1)
    path = write(
        tmp_path / ("a.hspy" if write is hspy else "a.zspy"),
        image=(IMAGE, axes("y", "x"), "nm"),
        lines=(IMAGE + 1, axes("y", "x", navigate="yx"), "nm"),
        one_number=((IMAGE + 2)[..., None], axes("y", "x", "", navigate="yx"), "nm"),
        spectra=(cube, axes("y", "x", "E", navigate="yx"), "eV"),
        stack=(np.stack([IMAGE, IMAGE + 3]), axes("t", "y", "x", navigate="t"), "nm"),
        uneven=(IMAGE, axes("y", "x"), None),
    )
    found = {signal.title: signal for signal in list_contents(path)}
    for title, added in (("image", 0), ("lines", 1), ("one_number", 2)):
        opened = open_micrograph(path, signal=title)
        assert np.array_equal(opened.pixels, IMAGE + float(added))
        assert opened.nm_per_px == pytest.approx(NM)
    assert "spectrum image" in found["spectra"].refused
    assert np.array_equal(open_micrograph(path, signal="stack", frame=1).pixels, IMAGE + 3.0)
    assert open_micrograph(path, signal="uneven").nm_per_px is None


def test_a_broken_signal_of_hyperspy_takes_no_other_with_it(tmp_path):
    path = hspy(tmp_path / "a.hspy", whole=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        file["Experiments/broken/data"] = IMAGE  # without axes or metadata
        file["Experiments/whole/original_metadata/not_in_chunks"] = np.arange(5)
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_an_hspy_file_is_closed_again(tmp_path):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    open_micrograph(path)
    with h5py.File(path, "a") as file:  # refused by HDF5 where it is still open to be read
        assert file.mode == "r+"


def test_a_folder_of_zarr_that_is_not_hyperspys_says_so(tmp_path):
    zarr = pytest.importorskip("zarr")
    zarr.open_group(tmp_path / "a.zarr", mode="w")
    (tmp_path / "empty.zspy").mkdir()
    path = zspy(tmp_path / "codec.zspy", image=(IMAGE, axes("y", "x"), "nm"))
    about = path / "Experiments" / "image" / "data" / ".zarray"
    about.write_text(json.dumps({**json.loads(about.read_text()), "compressor": {"id": "nobodys"}}))
    for name, said in (("a.zarr", "Zarr"), ("empty.zspy", "Zarr"), ("codec.zspy", "nobodys")):
        with pytest.raises(MicrographError, match=said) as refused:
            open_micrograph(tmp_path / name)
        assert "open a file in it" not in str(refused.value)


def test_a_filter_that_is_not_installed_is_named(tmp_path):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        del file["Experiments/image/data"]
        file.create_dataset("Experiments/image/data", data=IMAGE, compression="lzf", chunks=(H, W))
    packed = path.read_bytes()
    name = packed.index(b"lzf\0")
    # The number of the filter stands 8 bytes before its name; 32000 is LZF, and nobody has 32767.
    number = packed.rindex((32000).to_bytes(2, "little"), 0, name)
    path.write_bytes(packed[:number] + (32767).to_bytes(2, "little") + packed[number + 2 :])
    with pytest.raises(MicrographError, match=r"32767.*pip install") as refused:
        open_micrograph(path)
    assert "damaged" not in str(refused.value)


def test_a_broken_image_of_velox_takes_no_other_with_it(tmp_path):
    path = velox(tmp_path / "a.emd", [(IMAGE[..., None], about("5e-11"))])
    with h5py.File(path, "a") as file:
        file.create_group("Data/Image/without")
        file["Data/Image/flat/Data"] = IMAGE
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)
    with h5py.File(path, "a") as file:
        del file[f"Data/Image/{0:032x}"]
    with pytest.raises(MicrographError, match="not stored as Velox does"):
        open_micrograph(path)


@pytest.mark.parametrize("missing", ["metadata", "original_metadata", "version"])
def test_a_signal_of_hyperspy_opens_by_its_axes_whatever_else_is_missing(tmp_path, missing):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        if missing == "version":
            del file.attrs["file_format_version"]
        else:
            del file[f"Experiments/image/{missing}"]
    opened = open_micrograph(path)
    assert np.array_equal(opened.pixels, IMAGE)
    assert opened.nm_per_px == pytest.approx(NM)


def test_no_size_is_no_wrong_size(tmp_path):
    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, [("y", "nm", 5.0), ("x", "nm", np.arange(W) ** 2.0)])})
    opened = open_micrograph(path)
    assert opened.nm_per_px is None
    assert "pixel_size_unknown" not in opened.metadata  # it said "the file gives nan nm"


def test_a_file_that_is_being_written_is_not_called_damaged(tmp_path, monkeypatch):
    def locked(*_args, **_options):
        raise BlockingIOError(11, "unable to lock file")

    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, dims())})
    monkeypatch.setattr(h5py, "File", locked)
    with pytest.raises(MicrographError, match="written by another program"):
        open_micrograph(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shape": (H, W), "dtype": "u2", "chunks": (2, 2)}, "never written"),
        ({"shape": (H, W), "dtype": "u2", "external": [("other.raw", 0, 2 * H * W)]}, "other files"),
    ],
)
def test_pixels_that_are_not_in_the_file_are_not_shown_as_zeros(tmp_path, options, said):
    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, dims())})
    (tmp_path / "other.raw").write_bytes(IMAGE.tobytes())
    with h5py.File(path, "a") as file:
        del file["data/a/data"]
        file["data/a"].create_dataset("data", **options)
    with pytest.raises(MicrographError, match=said):
        open_micrograph(path)


def test_hdf5_behind_a_block_of_its_writer_opens(tmp_path):
    path = tmp_path / "a.emd"
    h5py.File(path, "w", userblock_size=512).close()
    with h5py.File(path, "a") as file:
        file.create_group("data/a").attrs["emd_group_type"] = 1
        file["data/a/data"] = IMAGE
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_hdf5_that_only_has_the_names_of_another_kind_says_what_it_is_not(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Experiments"], file["Data"], file["Version"] = 1, 2, "3"
    with pytest.raises(MicrographError, match="neither EMD nor HyperSpy"):
        open_micrograph(tmp_path / "a.h5")
