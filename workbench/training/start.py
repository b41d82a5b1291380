"""The weights that a run starts from."""

from __future__ import annotations

from typing import cast

from workbench.errors import RecipeError
from workbench.networks.loading import load_network
from workbench.networks.module import SegmentationModule
from workbench.networks.registry import build, describe
from workbench.training.recipe import Recipe


def start(recipe: Recipe, *, resumed: bool = False) -> SegmentationModule:
    """Build the network of a recipe with the weights it starts from; none are fetched that others replace.

    Parameters
    ----------
    recipe : Recipe
    resumed : bool
        Leave the weights as they are drawn, for those of the run replace them.

    Raises
    ------
    NetworkError
        If the architecture or an option is not known, or the weights to start from are not there.
    RecipeError
        If they belong to another architecture.
    """
    options = recipe.all_options
    if not resumed and recipe.start_from is None:
        return build(recipe.architecture, **options)
    known = describe(recipe.architecture).module.rebuild_options
    module = build(recipe.architecture, **{**options, **{key: known[key] for key in known if key in options}})
    module.options.update(options)
    if recipe.start_from is not None and not resumed:
        # Its dilation may be another: weights do not depend on it.
        earlier = load_network(recipe.start_from)
        if earlier.card.architecture != recipe.architecture:
            raise RecipeError(
                f"{recipe.name}: {recipe.start_from} is a {earlier.card.architecture}, and its weights do not fit "
                f"{recipe.architecture}; name a checkpoint of that architecture."
            )
        try:
            module.load_state_dict(cast(SegmentationModule, earlier.module).state_dict())
        except RuntimeError as error:
            raise RecipeError(
                f"{recipe.name}: the weights of {recipe.start_from} do not fit {recipe.architecture} with these "
                f"options; its own are {earlier.card.options}."
            ) from error
    return module
