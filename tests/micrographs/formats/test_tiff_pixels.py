"""Numbers of a TIFF: compressions, predictors, colours, what is cut short."""

import numpy as np
import pytest
import tifffile
from PIL import Image
from tiff_pages import RAMP, retagged, write

from workbench.errors import MicrographError
from workbench.micrographs.reading import open_micrograph

COMPRESSIONS = ["lzw", "zlib", "adobe_deflate", "packbits", "zstd", "lzma"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8"])
def test_compressed_numbers_are_those_that_were_stored(tmp_path, compression, byteorder, dtype):
    stored = (RAMP / RAMP.max() * 120).astype(dtype)
    if dtype == "u4":
        stored = stored * np.uint32(30_000_000)  # above what 31 bit hold
    write(tmp_path / "a.tif", stored, compression=compression, byteorder=byteorder)
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, stored.astype(np.float32))


@pytest.mark.parametrize(("dtype", "predictor"), [("u1", 2), ("u2", 2), ("i4", 2), ("f4", 3), ("f8", 3)])
def test_predictors_are_undone(tmp_path, dtype, predictor):
    stored = (RAMP / 7).astype(dtype)
    write(tmp_path / "a.tif", stored, compression="zlib", predictor=predictor, tile=(16, 32))
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, stored.astype(np.float32))


@pytest.mark.parametrize("compression", [None, "lzw", "packbits"])
@pytest.mark.parametrize(
    ("dtype", "seen"),
    [("u1", lambda a: 255 - a), ("u2", lambda a: 65535 - a), ("i2", lambda a: -1 - a), ("f4", lambda a: -a)],
)
def test_white_is_zero_is_undone_once(tmp_path, compression, dtype, seen):
    stored = (RAMP // 8).astype(dtype)
    write(tmp_path / "a.tif", stored, photometric="miniswhite", compression=compression)
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, seen(stored.astype(np.float32)))


@pytest.mark.parametrize("compression", [None, "lzw", "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_grey_in_three_channels_of_16_bit_keeps_16_bit(tmp_path, compression, planar):
    grey = (RAMP * 60).astype("u2")
    colours = np.dstack([grey] * 3) if planar == "contig" else np.stack([grey] * 3)
    write(tmp_path / "a.tif", colours, photometric="rgb", planarconfig=planar, compression=compression)
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, grey)


def test_palettes_give_the_grey_that_is_seen(tmp_path):
    indices = (RAMP // 4).astype("u1")
    ramp = np.stack([255 - np.arange(256)] * 3).astype("u2")
    for name, colours in (("8.tif", ramp), ("16.tif", ramp * 257)):
        write(tmp_path / name, indices, photometric="palette", colormap=colours, compression="lzw")
        assert np.array_equal(open_micrograph(tmp_path / name).pixels, 255 - indices)


@pytest.mark.parametrize("bits", [1, 4, 12, 24])
def test_packed_bits_are_numbers(tmp_path, bits):
    stored = RAMP.astype("u4") * (300 if bits == 24 else 1) % (1 << bits)
    places = np.arange(bits - 1, -1, -1)
    if bits == 24:  # whole bytes are in the byte order of the file
        places = places.reshape(3, 8)[::-1].ravel()
    packed = ((stored[..., None] >> places) & 1).astype("u1").reshape(len(stored), -1)
    plain = write(tmp_path / "a.tif", np.zeros((64, 96 * bits // 8), "u1"))
    with tifffile.TiffFile(
        plain, mode="r+"
    ) as tiff:  # the bits of a row are bytes; its width becomes that in pixels
        page = tiff.pages.first
        page.tags["ImageWidth"].overwrite(96)
        page.tags["BitsPerSample"].overwrite(bits)
        tiff.filehandle.seek(page.dataoffsets[0])
        tiff.filehandle.write(np.packbits(packed, axis=1).tobytes())
    assert np.array_equal(open_micrograph(plain).pixels, stored)


def test_ink_becomes_light(tmp_path):
    light = (RAMP // 4).astype("u1")
    inks = np.dstack([255 - light] * 3 + [np.zeros_like(light)])
    write(tmp_path / "a.tif", inks, photometric="separated")
    assert open_micrograph(tmp_path / "a.tif").pixels == pytest.approx(light, abs=1e-3)


def test_a_jpeg_in_a_tiff_opens(tmp_path):
    grey = Image.fromarray((RAMP // 4).astype("u1"))
    grey.save(tmp_path / "grey.tif", compression="jpeg", quality=95)
    assert np.abs(open_micrograph(tmp_path / "grey.tif").pixels - np.asarray(grey)).max() < 8
    grey.convert("RGB").save(tmp_path / "colour.tif", compression="jpeg", quality=95)
    assert np.abs(open_micrograph(tmp_path / "colour.tif").pixels - np.asarray(grey)).max() < 8


def test_an_unknown_compression_is_named(tmp_path):
    path = retagged(write(tmp_path / "a.tif", RAMP.astype("u2"), compression="lzw"), Compression=34999)
    with pytest.raises(MicrographError, match=r"method that is not read here \(method 34999\)") as refused:
        open_micrograph(path)
    assert "damaged" not in str(refused.value)


def test_a_codec_that_is_not_installed_is_named_with_the_way_to_get_it(tmp_path, monkeypatch):
    path = write(tmp_path / "a.tif", RAMP.astype("u2"), compression="zstd")

    class Without(dict):
        def __missing__(self, key):
            raise KeyError(f"{tifffile.COMPRESSION(key)!r} requires the 'imagecodecs' package")

    monkeypatch.setattr(tifffile.TIFF, "DECOMPRESSORS", Without(), raising=False)
    with pytest.raises(MicrographError, match=r"ZSTD.*pip install imagecodecs"):
        open_micrograph(path)


def test_a_codec_that_imagecodecs_was_built_without_is_named(tmp_path, monkeypatch):
    path = write(tmp_path / "a.tif", RAMP.astype("u2"), compression="zstd")

    def without(*_data, **_options):
        raise ImportError("could not import name 'zstd_decode' from 'imagecodecs'")

    monkeypatch.setattr(tifffile.TIFF, "DECOMPRESSORS", {tifffile.COMPRESSION.ZSTD: without}, raising=False)
    with pytest.raises(MicrographError, match=r"ZSTD.*pip install imagecodecs"):
        open_micrograph(path)


def test_large_is_bright_where_the_file_does_not_say(tmp_path):
    path = write(tmp_path / "a.tif", RAMP.astype("u2"))
    data = path.read_bytes()
    with tifffile.TiffFile(path) as tiff:
        at = tiff.pages.first.tags["PhotometricInterpretation"].offset
    path.write_bytes(data[:at] + (261).to_bytes(2, "little") + data[at + 2 :])  # a tag that nobody knows
    assert np.array_equal(open_micrograph(path).pixels, RAMP)


def test_colours_that_would_come_out_wrong_are_refused(tmp_path):
    path = retagged(write(tmp_path / "a.tif", np.zeros((8, 9, 3), "u1")), PhotometricInterpretation=8)
    with pytest.raises(MicrographError, match="CIELAB"):
        open_micrograph(path)


def test_what_is_cut_short_or_was_never_written_is_not_shown_as_zeros(tmp_path):
    whole = write(tmp_path / "a.tif", RAMP.astype("u2"), compression="zlib", rowsperstrip=8)
    with tifffile.TiffFile(whole) as tiff:
        offsets, counts = tiff.pages.first.dataoffsets, tiff.pages.first.databytecounts
    (tmp_path / "cut.tif").write_bytes(whole.read_bytes()[: offsets[-1] + counts[-1] // 2])
    retagged(whole, StripByteCounts=(*counts[:-1], 0))
    for name in ("cut.tif", "a.tif"):
        with pytest.raises(MicrographError, match="cut short"):
            open_micrograph(tmp_path / name)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_last_strip_that_is_said_to_be_longer_opens(tmp_path, compression):
    path = write(tmp_path / "a.tif", RAMP.astype("u2"), compression=compression, rowsperstrip=8)
    with tifffile.TiffFile(path) as tiff:
        counts = tiff.pages.first.databytecounts
    retagged(path, StripByteCounts=(*counts[:-1], counts[-1] + 1000))
    assert np.array_equal(open_micrograph(path).pixels, RAMP)
