"""Whether a run can start: what can be known of a recipe without torch."""

from __future__ import annotations

from workbench.errors import RecipeError
from workbench.networks.checkpoint import read_card
from workbench.networks.loading import networks, runs_folder
from workbench.training.recipe import Recipe
from workbench.training.run_folder import RunFolder


def check_start(recipe: Recipe) -> None:
    """Check a recipe as a run does at its start, as far as that can be known without torch.

    Raises
    ------
    RecipeError, DatasetError
        If the run cannot start: its name is taken, the weights to start from are of another architecture, or the data
        set is too small.
    """
    from workbench.training.datasets import check_crop, choose

    run = RunFolder(runs_folder() / recipe.name)
    if run.status in ("running", "queued", "paused"):
        raise RecipeError(f"{recipe.name} is being trained already; give this run another name.")
    if run.state_file.exists() and not recipe.same_numbers(run.recipe()):
        raise RecipeError(f"There is a run {recipe.name} with another recipe; give this one another name.")
    known = {card.name: card for card in networks()}
    if recipe.name in known and not run.checkpoint.exists():
        raise RecipeError(f"There is a network {recipe.name} already; give this one another name.")
    if recipe.start_from is not None:
        card = known.get(recipe.start_from)
        other = (read_card(recipe.start_from) if card is None else card).architecture
        if other != recipe.architecture:
            raise RecipeError(
                f"{recipe.start_from} is a {other}, and its weights fit no {recipe.architecture}; choose others."
            )
    chosen = choose(recipe)
    micrograph, _mask = chosen.training[0].read()
    check_crop(recipe, min(micrograph.shape))
