"""What tests read out of a figure that was written."""

import base64
import io
import re
import zlib

from PIL import Image


def inside_pdf(content):
    """The objects of a PDF as they are, and every stream of it that is packed, unpacked."""
    parts = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(parts)


def page_mm(content):
    """Width and height of the page of a PDF."""
    box = re.search(rb"/MediaBox \[\s*([^\]]*)\]", content)[1].split()
    left, low, right, high = map(float, box)
    return (right - left) / 72 * 25.4, (high - low) / 72 * 25.4


def images_of_pdf(content):
    """Width and height in px of each image."""
    found = re.findall(rb"<<[^>]*/Subtype /Image[^>]*>>", content)
    return [
        tuple(int(re.search(rb"/%s (\d+)" % key, one)[1]) for key in (b"Width", b"Height")) for one in found
    ]


def texts_of_svg(content):
    """What each element of text says."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", content)


def images_of_svg(content):
    """The pictures inside."""
    found = re.findall(r"data:image/png;base64,\s*([^\"]*)\"", content)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in found]


def outlines_of_svg(content):
    """The paths of each set of outlines."""
    groups = re.findall(r'<g id="QuadContourSet_\d+">(.*?)</g>', content, re.DOTALL)
    return [re.findall(r'<path d="([^"]+)"', group) for group in groups]
