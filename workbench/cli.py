"""One command line: each command is a function that a notebook could call, and ends with 0 or one line on stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.batch_command import batch
from workbench.errors import Stopped, WorkbenchError
from workbench.explain_command import explain
from workbench.measure_command import measure
from workbench.repeat_command import repeat
from workbench.segment_command import segment
from workbench.version import __version__

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Segment high-resolution TEM micrographs. Without a command: the dashboard, in the browser.",
)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"hrtem-workbench {__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    debug: Annotated[  # noqa: ARG001 - taken out by main() before, wherever it stands; here for --help
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - heard before everything else
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Serve the dashboard where no command is given."""
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="On 127.0.0.1.")] = 8866,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the file picker; nothing outside it opens.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Serve the dashboard until Ctrl-C."""
    from workbench.app.serving.serve import serve as serve_page

    serve_page(port, data, not no_browser)


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="On 127.0.0.1.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open JupyterLab on the lessons until Ctrl-C."""
    from workbench.app.serving.serve import lab as serve_lab

    serve_lab(port, not no_browser)


app.command()(segment)
app.command()(batch)
app.command()(explain)
app.command()(measure)
app.command()(repeat)


@app.command()
def networks(as_json: Annotated[bool, typer.Option("--json", help="The cards as JSON.")] = False) -> None:
    """List the networks that can be loaded by name."""
    from workbench.networks.loading import networks as list_networks

    cards = list_networks()
    if as_json:
        print(json.dumps([card.model_dump(mode="json") for card in cards], indent=1))
        return
    for card in cards:
        scores = "; ".join(
            f"{score.metric} {score.value:.3f} on {score.set}, {score.split}"
            for score in card.scores
            if not score.where
        )
        print(f"{card.name:16} {card.label:18} {scores or card.trained_on}")


@app.command()
def simulate(
    count: Annotated[int, typer.Option(min=1, help="Micrographs.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same set.")],
    out: Annotated[Path, typer.Option(help="Folder of the set.")],
    conditions: Annotated[
        str, typer.Option(help="training, supported, field, wide, sim-low-contrast, full, or a .toml file.")
    ] = "training",
    images_per_wave: Annotated[int, typer.Option(min=1, help="Micrographs of each specimen.")] = 2,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the set does not depend on it.")] = 1,
) -> None:
    """Simulate a labelled set of nanoparticles on amorphous carbon; the same command goes on where one was stopped."""
    from workbench.micrographs.simulation import simulate_set

    simulate_set(
        out,
        count,
        seed,
        conditions=conditions,
        images_per_wave=images_per_wave,
        workers=workers,
        progress=lambda _done, text: print(text, flush=True),
    )


@app.command(name="import")
def import_network(
    file: Annotated[Path, typer.Argument(help="Published weights; nothing in them is executed.")],
    name: Annotated[str, typer.Option("--as", help="Name in the user's folder.")],
) -> None:
    """Convert published weights to a .safetensors file in the user's folder."""
    from workbench.networks.published import import_published

    print(import_published(file, name))


@app.command(name="card-range")
def card_range(
    network: Annotated[str, typer.Argument(help="Name, or .safetensors file; its card is written anew.")],
    sets: Annotated[list[str], typer.Argument(help="The labelled sets that it was trained on.")],
    at_most: Annotated[int, typer.Option(min=8, help="Micrographs measured, spread over the sets.")] = 200,
) -> None:
    """Measure a network's training sets and put noise, contrast and skewness on its card."""
    from workbench.micrographs.datasets.labelled_dataset import open_dataset
    from workbench.networks.checkpoint import read_card, replace_card
    from workbench.networks.domain_check import FEWEST, MEASURES, measure_range
    from workbench.networks.loading import locate

    path = locate(network) or Path(network)
    card = read_card(path)
    found = measure_range([open_dataset(one) for one in sets], card.input, at_most=at_most)
    if found is None:
        raise WorkbenchError(
            f"{card.label}: a range needs {FEWEST} micrographs of a training set; give more."
        )
    replace_card(path, card.model_copy(update={"training_range": found}))
    told = (
        f"{what} {known.low:g} to {known.high:g}" for what in MEASURES for known in [getattr(found, what)]
    )
    print(f"{path}: {', '.join(told)}, from {found.micrographs} micrographs of {found.sets}")


@app.command()
def train(
    recipe: Annotated[Path | None, typer.Argument(help="TOML.")] = None,
    runs: Annotated[
        Path | None, typer.Option(help="Folder of runs; an interrupted run of the same name is resumed.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Folder of a run that was interrupted.")] = None,
) -> None:
    """Train a network as a recipe says; under torchrun on many devices and machines."""
    from workbench.stopping import asked_to_stop
    from workbench.training.loop import train as train_network
    from workbench.training.run_folder import RunFolder

    if (recipe is None) == (resume is None):
        raise WorkbenchError("Give either a recipe (TOML) or --resume with the folder of a run.")
    if resume is not None:
        begun = RunFolder.open(resume)
        what: Any = begun.recipe()
        runs = begun.folder.parent
    else:
        what = recipe
    # torchrun ends its processes by a signal when one has failed: then the others could wait for it for ever
    alone = "LOCAL_RANK" not in os.environ
    listen = asked_to_stop("stopping: the step ends and its state is written; once more to end at once")
    try:
        with listen if alone else nullcontext() as stop:
            run = train_network(
                what, runs=runs, progress=lambda _done, text: print(text, flush=True), stop=stop
            )
    except Stopped as stopped:  # on purpose, and nothing is lost: no failure
        print(stopped)
        return
    if os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")) == "0":  # of several processes, one speaks
        print(run.checkpoint)


@app.command()
def study(
    plan: Annotated[Path, typer.Argument(help="TOML: a base recipe and a grid.")],
    out: Annotated[Path, typer.Option(help="Folder of runs, results and page; a study there goes on.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Cells at a time on this machine; by default one a GPU.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler to work instead.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try cells again that failed.")] = False,
    page_only: Annotated[
        bool, typer.Option("--page-only", help="Only write the page, from what is done.")
    ] = False,
) -> None:
    """Train and score every combination of a grid, and write one page; the same command goes on where it stopped."""
    from workbench.stopping import asked_to_stop
    from workbench.study import run_study

    try:
        with asked_to_stop(
            "stopping: each cell ends its step and keeps its state; once more to end at once"
        ) as stop:
            report = run_study(
                plan,
                out,
                workers=workers,
                scheduler=scheduler,
                retry=retry,
                page_only=page_only,
                progress=lambda _done, text: print(text, flush=True),
                stop=stop,
            )
    except Stopped:  # on purpose, and nothing is lost: no failure; why has been told
        return
    print(report.page)
    if report.missing:
        print(
            f"{report.missing} cell{' is' if report.missing == 1 else 's are'} not done; the same command goes on."
        )
    if report.failed:
        name, why = next(iter(report.failed.items()))
        count = len(report.failed)
        failed = f"{count} cells failed, such as {name}" if count > 1 else f"{name} failed"
        raise WorkbenchError(f"{failed}: {why} --retry tries again.")


@app.command()
def doctor() -> None:
    """Say which versions and devices are here, and what is missing."""
    from workbench.doctor import examine

    for line in examine():
        print(line)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; errors end it with code 1 and one line on stderr, or a traceback under --debug."""
    for stream in (sys.stdout, sys.stderr):  # a file's name may hold what the terminal cannot say
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]
    _guarded(lambda: app(given), debug)


def _guarded(act: Callable[[], Any], debug: bool) -> None:
    try:
        act()
    except (WorkbenchError, OSError) as error:
        if debug:
            raise
        print(" ".join(_sentence(error).split()), file=sys.stderr)
        sys.exit(1)


def _sentence(error: WorkbenchError | OSError) -> str:
    """Return what went wrong for a person to act on, where the system itself refused something too."""
    if isinstance(error, WorkbenchError) or not error.strerror:
        return str(error)
    named = isinstance(error.filename, str | bytes | os.PathLike)
    where = os.fsdecode(error.filename) if named else "A file"
    return f"{where}: {error.strerror.lower()}; choose another file or folder."
