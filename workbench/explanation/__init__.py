"""Why did it say so? What in a micrograph made a network give an answer, and how far to trust that."""

from workbench.explanation.explain import explain
from workbench.explanation.explanation import Explanation
from workbench.explanation.targets import Target

__all__ = ["Explanation", "Target", "explain"]
