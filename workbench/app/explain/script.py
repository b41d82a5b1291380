"""What was explained, as lines of Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from workbench.app.core.context import Context
from workbench.app.explain.targets import NetworkTarget


def explained_lines(
    session: Context,
    cells: Iterable[tuple[str, str]],
    targets: Mapping[str, NetworkTarget],
    corners: list[Any],
    options_of: Callable[[str, str], dict[str, Any]],
    variables: Mapping[str, str],
) -> list[str]:
    """Return lines that explain each target that is shown, of the mask that it was taken from, with its figures.

    Parameters
    ----------
    session : Context
    cells : iterable of (str, str)
        Network and method of each map.
    targets : mapping of str to NetworkTarget
    corners : list of (int, int)
        Of a free-hand region.
    options_of : callable(network, method) -> dict
        What the method is given.
    variables : mapping of str to str
        Name of a network -> the variable that holds what it says.
    """
    lines: list[str] = []
    for name, method in cells:
        frozen = targets.get(name)
        if frozen is None or name not in variables:
            continue
        variable, target = variables[name], frozen.target
        at = "" if target.at is None else f"({target.at[0]}, {target.at[1]})"
        if target.kind == "region":
            said = f"wb.Target.inside(m.shape, {corners})"
        elif frozen.settings is None:
            said = at
        else:
            of_one = target.kind in ("particle", "rim") and frozen.settings.parts(
                session.card_as_shown(name).distance
            )
            whole = replace(frozen.settings, split_touching=False)
            mask = f"{variable}.label_image({whole.arguments})"
            if not of_one:
                mask = f"{variable}.mask({frozen.settings.arguments})"
            said = f"wb.Target.{target.kind}({', '.join(part for part in (mask, at) if part)})"
        given = "".join(f", {key}={value!r}" for key, value in options_of(name, method).items())
        loaded = session.version(name).loaded
        lines += [
            f'why = wb.explain(m, {loaded}, {said}, method="{method}"{given})',
            'print(why, why.trust(quick=True).line, why.spectrum().line, sep="\\n")',
        ]
    return ["", "# what made them say so, and how far to trust that", *lines] if lines else []
