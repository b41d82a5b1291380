"""``workbench segment``: masks, label images, probabilities, figures and one table of particles of micrographs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.command_options import (
    Device,
    FillHoles,
    Frame,
    KeepMarks,
    Outlines,
    ParticleWidth,
    PixelSizeOfAll,
    ResultsOut,
    SignalName,
    SmallestArea,
    SplitTouching,
    Threshold,
    open_as_asked,
)
from workbench.errors import Stopped, WorkbenchError
from workbench.file_names import printable
from workbench.stopping import STOPPED_BY_SIGNAL

if TYPE_CHECKING:
    from workbench.batch.answers import Answer
    from workbench.batch.result_names import Source
    from workbench.batch.results import ResultsFolder
    from workbench.batch.segmenting import Loaded
    from workbench.micrographs.micrograph import BoolImage, Micrograph
    from workbench.networks.card import Card
    from workbench.networks.network import Network


def segment(
    files: Annotated[
        list[Path], typer.Argument(help="Micrographs, or folders of which each readable file is one.")
    ],
    network: Annotated[
        list[str], typer.Option("--network", "-n", help="Name or .safetensors file; may be repeated.")
    ],
    threshold: Threshold = None,
    min_area: SmallestArea = None,
    fill_holes: FillHoles = False,
    split_touching: SplitTouching = False,
    nm_per_px: PixelSizeOfAll = None,
    particle_px: ParticleWidth = None,
    frame: Frame = None,
    signal: SignalName = None,
    keep_marks: KeepMarks = False,
    rois: Outlines = False,
    out: ResultsOut = Path("out"),
    truth: Annotated[
        Path | None, typer.Option(help="True mask or label image of the one file; prints Dice.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Write masks, label images, probabilities and a figure for each file, and a table of the particles of all."""
    from workbench.batch.result_names import Source
    from workbench.batch.results import ResultsFolder
    from workbench.batch.segmenting import load_networks
    from workbench.micrographs.datasets.lone_mask import read_label
    from workbench.segment_inputs import find_inputs
    from workbench.stopping import asked_to_stop

    inputs = find_inputs(files)
    if truth is not None and len(inputs.files) != 1:
        raise WorkbenchError("--truth belongs to one file; give one micrograph.")
    label = None if truth is None else read_label(truth, frame or 0)
    loaded = load_networks(network, device)
    cleaning = {"min_area": min_area, "fill_holes": fill_holes, "split_touching": split_touching}
    sources = [Source(file, frame or 0, signal) for file in inputs.files]
    with closing(ResultsFolder(out)) as results:
        notes = inputs.notes + results.choose_names(sources, [one.weights for one in loaded])
        notes += [f"{label.said}."] if label is not None and label.said else []
        for note in notes:
            print(note, file=sys.stderr)
        with asked_to_stop("stopping: what is complete stays; once more to end at once") as stop:
            run = _Run(
                results,
                loaded,
                threshold=threshold,
                cleaning=cleaning,
                nm_per_px=nm_per_px,
                particle_px=particle_px,
                any_frame=frame is not None,
                keep_marks=keep_marks,
                rois=rois,
                truth=None if truth is None or label is None else (truth, label.mask, label.unsure),
                stop=stop,
            )
            failed, done = run.all(sources)
            stopped = stop()
        for note in run.summary():
            print(note, file=sys.stderr)
    _end(failed, len(sources), done if stopped else len(sources))


def _end(failed: bool, asked: int, done: int) -> None:
    """Exit as a shell expects where not all went well."""
    if done < asked:
        print(f"stopped: {done} of {asked} micrographs are done; the same command goes on.", file=sys.stderr)
        raise typer.Exit(STOPPED_BY_SIGNAL)
    if failed:
        raise typer.Exit(1)


class _Run:
    """One command: the same networks and settings on one micrograph after another."""

    def __init__(
        self,
        results: ResultsFolder,
        networks: Sequence[Loaded],
        *,
        threshold: float | None,
        cleaning: dict[str, Any],
        nm_per_px: float | None,
        particle_px: float | None,
        any_frame: bool,
        keep_marks: bool,
        rois: bool,
        truth: tuple[Path, BoolImage, BoolImage | None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self._results, self._networks, self._stop = results, networks, stop
        self._threshold, self._cleaning, self._nm_per_px = threshold, cleaning, nm_per_px
        self._particle_px = particle_px
        self._any_frame, self._truth, self._keep_marks = any_frame, truth, keep_marks
        self._rois = rois
        self._before = 0

    def all(self, sources: Sequence[Source]) -> tuple[bool, int]:
        """Do all micrographs until somebody asks to stop; return whether one failed, and how many are done."""
        failed, done = False, 0
        for source in sources:
            if self._stop():
                break
            try:
                self._one(source)
            except Stopped:
                break
            except WorkbenchError as error:
                failed = True
                print(" ".join(str(error).split()), file=sys.stderr)
            done += 1
        return failed, done

    def summary(self) -> list[str]:
        """Return what else a person should know of the folder."""
        notes = []
        if self._before:
            notes.append(
                f"{self._before} micrograph{' was' if self._before == 1 else 's were'} there already "
                "with these networks and settings."
            )
        others, unlike = self._results.others([self._settings(threshold) for threshold in self._thresholds()])
        if others:
            tables = self._results.tables_of_others()
            more = f", {unlike} of them with other settings" if unlike else ""
            notes.append(
                f"{' and '.join(tables)} {'holds' if len(tables) == 1 else 'hold'} {others} other "
                f"micrograph{'' if others == 1 else 's'} of earlier runs{more}."
            )
        return notes

    def _one(self, source: Source) -> None:
        from workbench.batch.segmenting import answers_of, figure_of

        micrograph = open_as_asked(
            source.file,
            source.frame if self._any_frame else None,
            source.signal,
            self._nm_per_px,
            done="segmented",
            keep_marks=self._keep_marks,
        )
        wanted = {
            self._results.network(one.weights): self._results.made_from(
                source, micrograph, one.weights, one.sha256, self._settings(threshold)
            )
            for one, threshold in zip(self._networks, self._thresholds(), strict=True)
        }
        if self._truth is None and (there := self._results.there(source, wanted)) is not None:
            self._before += 1
            for one, known in zip(self._networks, there.values(), strict=True):
                card = one.segmenter.network.card
                found_scale = micrograph.nm_per_px is None and card.particle_px is not None
                said = "" if found_scale else self._left_out(card, micrograph)
                more = f"{said}; there already"
                self._say(source, one, known["particles"], known["area"], more)
            self._outlines_of_earlier(source, micrograph, wanted)
            return
        for one in self._networks:
            warn_outside(one.segmenter.network, micrograph, printable(source.file.name))
        found = answers_of(micrograph, self._networks, wanted, self._particle_px, stop=self._stop)
        for _answer, seen in found:
            if seen.scale_note:
                print(
                    f"{printable(micrograph.name)}, {seen.network.label}: {seen.scale_note}", file=sys.stderr
                )
        drawn = figure_of(micrograph, found, self._results.marked(wanted.values()))
        self._results.keep(source, [answer for answer, _ in found], drawn)
        self._outlines(source, micrograph, [answer for answer, _ in found])
        for one, (answer, seen) in zip(self._networks, found, strict=True):
            left_out = self._left_out(seen.network, micrograph)
            self._say(
                source, one, len(answer.particles), answer.area, left_out + self._dice(source, answer.mask)
            )

    def _outlines(self, source: Source, micrograph: Micrograph, answers: Sequence[Answer]) -> None:
        if self._rois:
            from workbench.batch.outlines import keep_outlines
            from workbench.batch.results import OUTLINES

            for one in answers:
                path = self._results.file(source, OUTLINES, one.network)
                keep_outlines(path, one.labels, micrograph, one.made_from)

    def _outlines_of_earlier(
        self, source: Source, micrograph: Micrograph, wanted: Mapping[str, Mapping[str, Any]]
    ) -> None:
        if self._rois:
            from workbench.batch.outlines import outlines_from_labels
            from workbench.batch.results import OUTLINES

            for network, made_from in wanted.items():
                path = self._results.file(source, OUTLINES, network)
                label_file = self._results.file(source, "labels.tif", network)
                outlines_from_labels(path, label_file, micrograph, made_from)

    def _thresholds(self) -> list[float]:
        return [
            one.segmenter.network.card.threshold if self._threshold is None else self._threshold
            for one in self._networks
        ]

    def _settings(self, threshold: float) -> dict[str, Any]:
        width = {} if self._particle_px is None else {"particle_px": self._particle_px}
        return {"threshold": threshold, **self._cleaning, **width}

    def _left_out(self, card: Card, micrograph: Micrograph) -> str:
        """Say what is left out as the network's card says, where nobody asked for another smallest area."""
        said = card.specks_left_out(micrograph.nm_per_px) if self._cleaning["min_area"] is None else ""
        return f", {said}" if said else ""

    def _dice(self, source: Source, mask: BoolImage) -> str:
        if self._truth is None:
            return ""
        from workbench.segmentation.metrics import dice_hard

        path, true, unsure = self._truth
        if true.shape != mask.shape:
            raise WorkbenchError(f"{path} has shape {true.shape}, but {source.file} has {mask.shape}.")
        sure = slice(None) if unsure is None else ~unsure
        told = f", hard Dice {dice_hard(mask[sure], true[sure]):.4f}"
        return told if unsure is None else f"{told} where the truth is sure"

    def _say(self, source: Source, one: Loaded, particles: int, area: float, more: str) -> None:
        told = f"{particles} particle{'' if particles == 1 else 's'}, {100 * area:.1f} % of the area{more}"
        print(f"{self._results.title(source)}  {one.segmenter.network.card.label}  {told}", flush=True)


def warn_outside(network: Network, micrograph: Micrograph, name: str) -> None:
    """Say on stderr in what a micrograph is unlike the training of a network."""
    from workbench.networks.domain_check import check_domain

    if warnings := check_domain(network, micrograph):
        print(
            f"{name} lies outside what {network.card.label} was trained on ({'; '.join(map(str, warnings))}); "
            "its mask is doubtful.",
            file=sys.stderr,
        )
