"""What a network is.

``workbench.networks`` is this package and, called, the list of networks: a subpackage always becomes an
attribute of its parent, so the two share the name that the contract promises.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.networks.card import Card


class _Networks(ModuleType):
    def __call__(self) -> list[Card]:
        from workbench.networks.loading import networks

        return networks()


sys.modules[__name__].__class__ = _Networks
