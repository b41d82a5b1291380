"""One file a family of methods; each method enters itself with ``@method``."""

from workbench.explanation.methods.registry import Method, find_method, method_names

__all__ = ["Method", "find_method", "method_names"]
