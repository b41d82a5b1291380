"""The errors of the workbench: few classes, one root, each message written for the person who has to act."""


class WorkbenchError(Exception):
    """Root of every error that the workbench raises on purpose.

    The message is one sentence: what happened, to what, and what to do about it.

    Examples
    --------
    >>> import workbench as wb
    >>> try:
    ...     wb.open_micrograph("gone.dm3")
    ... except wb.WorkbenchError as error:
    ...     print(error)
    gone.dm3 does not exist; check the name.
    """


class MicrographError(WorkbenchError):
    """A micrograph cannot be read or used as asked."""


class NetworkError(WorkbenchError):
    """A network, or the file that holds its weights, cannot be used."""


class DatasetError(WorkbenchError):
    """A labelled set is incomplete or contradicts itself."""


class RecipeError(WorkbenchError):
    """A training recipe, or the plan of a study, asks for something that does not exist or cannot be done."""


class ComputeError(WorkbenchError):
    """Work could not be done: no worker, no device, no memory, no room on the disk."""


class Stopped(WorkbenchError):
    """The person pressed stop; no result follows."""


class ExplanationError(WorkbenchError):
    """What a person asked to have explained does not exist, or the method cannot explain it."""
