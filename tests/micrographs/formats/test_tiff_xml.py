"""Pixel sizes that stand as XML in a TIFF: OME, FEI and Thermo Fisher, JEOL."""

import pytest
import tifffile
from scaled_tiff import ASCII, IMAGE, size

from workbench.micrographs.reading import open_micrograph

OME = '<?xml version="1.0" encoding="UTF-8"?><{p}OME xmlns{x}="http://www.openmicroscopy.org/Schemas/OME/2016-06">{inside}</{p}OME>'


def ome(inside, prefix=""):
    tags = ("Image", "Pixels", "TiffData", "UUID", "BinaryOnly")
    if prefix:
        for tag in tags:
            inside = inside.replace(f"<{tag}", f"<{prefix}:{tag}").replace(f"</{tag}", f"</{prefix}:{tag}")
    return OME.format(p=f"{prefix}:" if prefix else "", x=f":{prefix}" if prefix else "", inside=inside)


@pytest.mark.parametrize("prefix", ["", "ome", "OME"])
@pytest.mark.parametrize(
    ("attributes", "nm"),
    [
        ('PhysicalSizeX="0.05" PhysicalSizeY="0.05"', 50),
        ('PhysicalSizeX="0.05" PhysicalSizeY="0.05" PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"', 0.05),
        ('PhysicalSizeX="5" PhysicalSizeY="5" PhysicalSizeXUnit="pm" PhysicalSizeYUnit="pm"', 0.005),
        ('PhysicalSizeX="5" PhysicalSizeY="5" PhysicalSizeXUnit="Å" PhysicalSizeYUnit="Å"', 0.5),
        ('PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="pixel" PhysicalSizeYUnit="pixel"', None),
        ('PhysicalSizeX="0.05"', None),
        ("", None),
    ],
)
def test_ome(tmp_path, prefix, attributes, nm):
    text = ome(f'<Image><Pixels {attributes}><TiffData IFD="0"/></Pixels></Image>', prefix)
    found = size(tmp_path / "a.ome.tif", description=text.encode())
    assert found == (None if nm is None else pytest.approx(nm))


def test_ome_with_images_of_several_sizes_takes_that_of_the_page(tmp_path):
    images = "".join(
        f'<Image><Pixels PhysicalSizeX="{value}" PhysicalSizeY="{value}"><TiffData IFD="{page}" PlaneCount="1"/>'
        "</Pixels></Image>"
        for page, value in enumerate((0.5, 0.05))
    )
    small = IMAGE[:2, :2]
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as writer:
        for page, text in ((small, ome(images)), (IMAGE, None)):
            writer.write(page, metadata=None, contiguous=False, photometric="minisblack", description=text)
    assert open_micrograph(tmp_path / "a.ome.tif").nm_per_px == pytest.approx(50)


def test_a_file_of_an_ome_set_takes_its_size_from_the_companion_beside_it(tmp_path):
    text = ome('<BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:1"/>')
    assert size(tmp_path / "b.ome.tif", description=text.encode()) is None
    uuid = '<TiffData IFD="0"><UUID FileName="{}">urn:uuid:1</UUID></TiffData>'
    pixels = '<Image><Pixels PhysicalSizeX="{0}" PhysicalSizeY="{0}">{1}</Pixels></Image>'
    inside = pixels.format(0.5, uuid.format("a.ome.tif")) + pixels.format(0.05, uuid.format("b.ome.tif"))
    (tmp_path / "set.companion.ome").write_text(ome(inside), "utf-8")
    assert open_micrograph(tmp_path / "b.ome.tif").nm_per_px == pytest.approx(50)


def pixel_size_xml(attributes):
    return f"<PixelSize><X{attributes}>5E-11</X><Y{attributes}>5E-11</Y></PixelSize>"


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        (
            "<Metadata><BinaryResult>"
            + pixel_size_xml(' unit="m" unitPrefixPower="1"')
            + "</BinaryResult></Metadata>",
            0.05,
        ),
        (
            '<m:Metadata xmlns:m="urn:x"><m:PixelSize><m:X>5E-11</m:X><m:Y>5E-11</m:Y></m:PixelSize></m:Metadata>',
            0.05,
        ),
        (
            '<FeiImage><pixelWidth unit="nm">12.5</pixelWidth><pixelHeight unit="nm">12.5</pixelHeight></FeiImage>',
            12.5,
        ),
        ('<FeiImage><pixelWidth unit="um">0.0125</pixelWidth></FeiImage>', 12.5),
        ("<Metadata>" + pixel_size_xml(' unitPrefixPower="-9"') + "</Metadata>", None),
        ("<Metadata><Core/></Metadata>", None),
        ("<Metadata><broken", None),
    ],
)
def test_xml_of_fei(tmp_path, text, nm):
    empty = (34682, ASCII, 0, "", True)
    for tags in ([(34683, ASCII, 0, text, True)], [empty, (34683, ASCII, 0, text, True)]):
        found = size(tmp_path / "a.tif", tags=tags)
        assert found == (None if nm is None else pytest.approx(nm))


def jeol(mode, kind="MAG"):
    return (
        f"<TemReporter><Eos><EosMode>{mode}</EosMode></Eos><ImageFormingSystem><ModeString>{kind}</ModeString>"
        "<SelectorValue>400000</SelectorValue></ImageFormingSystem></TemReporter>"
    )


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        (jeol("eosTEM"), 25.4e6 / 93 / 400000),
        *(
            (jeol("eosASID"), None),
            (jeol("modeASID"), None),
            (jeol(""), None),
            (jeol("eosTEM", "LOWMAG"), None),
        ),
    ],
)
def test_jeol_has_a_pixel_size_as_a_transmission_microscope_only(tmp_path, text, nm):
    make = [(271, ASCII, 0, "JEOL Ltd.", True)]
    found = size(tmp_path / "a.tif", description=text, tags=make, resolution=(93, 93), unit=2)
    assert found == (None if nm is None else pytest.approx(nm))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_companion_in_any_encoding(tmp_path, encoding):
    text = ome('<BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:1"/>')
    said = ome('<Image><Pixels PhysicalSizeX="0.05" PhysicalSizeY="0.05"/></Image>')
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (tmp_path / "set.companion.ome").write_bytes(mark + said.replace("UTF-8", encoding).encode(encoding))
    assert size(tmp_path / "b.ome.tif", description=text.encode()) == pytest.approx(50)


def test_the_master_of_a_set_may_be_one_of_its_images(tmp_path):
    said = ome('<Image><Pixels PhysicalSizeX="0.05" PhysicalSizeY="0.05"/></Image>')
    size(tmp_path / "a.ome.tif", description=said.encode())
    text = ome('<BinaryOnly MetadataFile="a.ome.tif" UUID="urn:uuid:1"/>').encode()
    assert size(tmp_path / "b.ome.tif", description=text) == pytest.approx(50)
    (tmp_path / "a.ome.tif").write_bytes(b"II*\0")
    assert open_micrograph(tmp_path / "b.ome.tif").nm_per_px is None


def test_ome_behind_a_long_comment(tmp_path):
    text = f"<!-- {'x' * 5000} -->" + ome('<Image><Pixels PhysicalSizeX="1" PhysicalSizeY="1"/></Image>')[38:]
    assert size(tmp_path / "a.ome.tif", description=text.encode()) == pytest.approx(1000)
