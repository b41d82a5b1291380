"""The weights that a run starts from."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from workbench.errors import RecipeError
from workbench.networks.loading import load_network
from workbench.networks.module import DISTANCE, SegmentationModule
from workbench.networks.registry import build, describe
from workbench.training.recipe import Recipe


def start(
    recipe: Recipe, *, resumed: bool = False, say: Callable[[str], None] | None = None
) -> SegmentationModule:
    """Build the network of a recipe with the weights it starts from; none are fetched that others replace.

    Parameters
    ----------
    recipe : Recipe
    resumed : bool
        Leave the weights as they are drawn, for those of the run replace them.
    say : callable(str), optional
        Told where weights begin fresh or are left: a network of one output may be the start of one that has the
        distance too, whose layers for it begin with fresh weights, and the other way round.

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
        given = cast(SegmentationModule, earlier.module).state_dict()
        own = module.state_dict()
        fresh = {name: own[name] for name in own if name.startswith(DISTANCE) and name not in given}
        left = [name for name in given if name.startswith(DISTANCE) and name not in own]
        try:
            module.load_state_dict({**{name: given[name] for name in given if name not in left}, **fresh})
        except RuntimeError as error:
            raise RecipeError(
                f"{recipe.name}: the weights of {recipe.start_from} do not fit {recipe.architecture} with these "
                f"options; its own are {earlier.card.options}."
            ) from error
        if say is not None and fresh:
            why = "makes the distance of other layers" if left else "has one output"
            say(f"{recipe.start_from} {why}: the layers of the distance ({', '.join(fresh)}) begin fresh")
        elif say is not None and left:
            say(f"{recipe.start_from} has a second output, the distance: its layers are left out")
    return module
