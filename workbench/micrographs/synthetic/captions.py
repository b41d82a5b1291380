"""What is written on a micrograph, drawn at random: letters, a scale bar, a data bar, arrows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.micrographs.synthetic.burnt_in import FONTS, BurntIn


def draw_marks(shape: tuple[int, int], rng: np.random.Generator) -> tuple[BurntIn, ...]:
    """Draw what is burnt in: a letter in a corner, a scale bar, seldom a data bar or arrows.

    Half of the frames are crops of a picture up to twice as wide, near one of its corners: its marks may be cut.

    Parameters
    ----------
    shape : (int, int)
        Of the frame.
    rng : Generator
    """
    whole, first = shape, (0, 0)
    if rng.random() < 0.5:
        whole = (int(shape[0] * rng.uniform(1, 2)), int(shape[1] * rng.uniform(1, 2)))
        first = (_first(shape[0], whole[0], rng), _first(shape[1], whole[1], rng))
    marks: list[BurntIn] = []
    font = FONTS[int(rng.integers(len(FONTS)))]
    size = float(np.clip(min(whole) * np.exp(rng.uniform(np.log(0.05), np.log(0.14))), 9, 60))
    if rng.random() < 0.12 and first[0] in (0, whole[0] - shape[0]):
        marks.append(_data_bar(shape, font, first[0] == 0 and whole[0] > shape[0], rng))
    if rng.random() < 0.7:
        marks.append(_at(_letters(whole, size, font, rng), first))
    if rng.random() < 0.75:
        marks.append(_at(_scale_bar(whole, 0.7 * size, font, rng), first))
    for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.15 else 0):
        row, column = rng.uniform(0.1, 0.9, 2) * shape
        marks.append(
            BurntIn(
                "arrow",
                float(row),
                float(column),
                float(rng.uniform(10, 24)),
                tone=_tone(rng),
                length_px=float(rng.uniform(18, 60)),
                angle=float(rng.uniform(0, 2 * np.pi)),
            )
        )
    return tuple(marks)


def _first(length: int, whole: int, rng: np.random.Generator) -> int:
    """Return where a crop begins in a picture: at its beginning, at its end, or a little away from there."""
    away = int(rng.uniform(0, 0.12) * length) if rng.random() < 0.5 else 0
    return min(away, whole - length) if rng.random() < 0.5 else max(whole - length - away, 0)


def _at(mark: BurntIn, first: tuple[int, int]) -> BurntIn:
    return replace(mark, row=mark.row - first[0], column=mark.column - first[1])


def _tone(rng: np.random.Generator) -> int:
    return int(rng.choice([0, 255, int(rng.integers(0, 256))], p=[0.45, 0.45, 0.1]))


def _ground(tone: int, chance: float, rng: np.random.Generator) -> int | None:
    return (0 if tone > 127 else 255) if rng.random() < chance else None


def _letters(shape: tuple[int, int], size: float, font: str, rng: np.random.Generator) -> BurntIn:
    letter = "abcdefghijABCDEFGH"[int(rng.integers(18))]
    text = str(
        rng.choice([letter, f"({letter})", f"{letter})", f"{letter}{int(rng.integers(1, 5))}", f"{letter}'"])
    )
    if rng.random() < 0.1:
        text = str(rng.choice(["Au NPs", "SiO2", "Ag", "PTFE", "TiO2", "pH 7", "24 h", "sample 3", "Pt/C"]))
    tone = _tone(rng)
    right, down = rng.random() < 0.15, rng.random() < 0.1
    column = (
        shape[1] - size * (0.7 * len(text) + 0.3) if right else float(rng.uniform(0, 0.03) * shape[1]) + 2
    )
    row = shape[0] - 1.4 * size if down else float(rng.uniform(0, 0.03) * shape[0]) + 1
    return BurntIn("letters", row, column, size, text, tone, _ground(tone, 0.25, rng), font=font)


def _scale_bar(shape: tuple[int, int], size: float, font: str, rng: np.random.Generator) -> BurntIn:
    number = int(rng.choice([1, 2, 5, 10, 20, 50, 100, 200, 500]))
    text = (
        f"{number}{rng.choice([' ', ''])}{rng.choice(['nm', 'nm', 'nm', 'µm'])}"
        if rng.random() < 0.85
        else ""
    )
    text = text if font else text.replace("µ", "u")  # which Pillow's own does not have
    length = float(rng.uniform(0.12, 0.4) * shape[1])
    tone = _tone(rng)
    wide = max(length, 0.6 * size * len(text))
    left = rng.random() < 0.4
    column = (0.05 * shape[1] if left else shape[1] - wide - 0.05 * shape[1]) + (wide - length) / 2
    return BurntIn(
        "scale bar",
        shape[0] - float(rng.uniform(1.7, 2.6)) * size,
        column,
        size,
        text,
        tone,
        _ground(tone, 0.25, rng),
        length,
        style=("bar", "bar", "bar", "ticks", "arrows")[int(rng.integers(5))],
        font=font,
    )


def _data_bar(shape: tuple[int, int], font: str, top: bool, rng: np.random.Generator) -> BurntIn:
    tone = 0 if rng.random() < 0.5 else 255
    lines = int(rng.integers(1, 4))
    words = (
        "HV=200.0kV",
        "Direct Mag: 50000x",
        "Print Mag: 64300x @ 51 mm",
        "TEM Mode: Imaging",
        "200 nm",
        "Cal: 0.21 nm/pix",
    )
    text = "\n".join("   ".join(rng.choice(words, 2)) for _ in range(lines))
    row = 0.0 if top or rng.random() < 0.1 else float(shape[0])
    size = float(lines * rng.uniform(11, 16))
    return BurntIn(
        "data bar", row, 6.0, size, text, tone, 255 - tone, float(rng.uniform(0, 0.2) * shape[1]), font=font
    )
