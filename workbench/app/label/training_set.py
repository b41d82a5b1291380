"""The labelled set that a page adds to and corrects; part of the session's state."""

from __future__ import annotations

from collections.abc import Callable

from traitlets import List, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.opening import Opening
from workbench.app.core.polling import Background, in_background
from workbench.app.core.subjects import subject
from workbench.app.label.state import LabelState
from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, open_dataset
from workbench.micrographs.labelling.label_paths import add_to_set, sets_in, values_of

FIRST_NAME = "training-set"
_NOT_IN_NAMES = '/\\:*?"<>|'


@subject("training_set", order=60)
class TrainingSet(Subject):
    """A set in the data folder, by its name: built here, or one of someone else.

    Parameters
    ----------
    session : Context
    """

    name = Unicode(FIRST_NAME)
    members: List[str] = List(Unicode(), help="names of its micrographs")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session

    def names(self) -> list[str]:
        """Return the names of the labelled sets in the data folder."""
        return sets_in(self._session.data.root)

    def add(self, name: str | None = None) -> Background:
        """Put the open micrograph and its label into a set, in the background; into the same again, to correct it.

        Parameters
        ----------
        name : str, optional
            Of the set's folder, which is made where there is none; by default ``name``.

        Returns
        -------
        Background
            Ends when it is added, or ``Session.message`` says why not.

        Raises
        ------
        WorkbenchError
            If the name is none for a folder, or nothing is drawn.
        """
        chosen = (self.name if name is None else name).strip()
        if not chosen or chosen.startswith(".") or any(mark in chosen for mark in _NOT_IN_NAMES):
            raise WorkbenchError(f"{chosen!r} cannot be the name of a set; use letters, digits, - and _.")
        micrograph, values = self._session.subject(LabelState).snapshot()
        folder = self._session.data.root / chosen

        def work() -> None:
            added = add_to_set(folder, micrograph, values)
            self.name = chosen
            self.look()
            count = f"{len(self.members)} micrograph{'' if len(self.members) == 1 else 's'}"
            self._session.subject(LabelState).saved = f"{added} is in the set {chosen}, which has {count}"

        return self._started(work)

    def look(self) -> None:
        """List the micrographs of the set; none where there is no such set, and why where it is broken."""
        path = self._session.data.root / self.name
        if not self.name or not path.exists():
            self.members = []
            return
        try:
            self.members = [pair.name for pair in self._opened().micrographs]
        except WorkbenchError as error:
            self.members = []
            self._session.message = str(error)

    def open(self, member: str) -> Background:
        """Open a micrograph of the set with its label, to be corrected, in the background.

        A set that was built here is corrected in place; of any other a draft is made, to be added to a set of your own.
        """
        opening = self._session.subject(Opening)
        ticket = opening.click()

        def work() -> None:
            found = next((pair for pair in self._opened().micrographs if pair.name == member), None)
            if found is None:
                raise WorkbenchError(f"{self.name} has no micrograph {member}; look again.")
            micrograph, _label = found.load()
            if not opening.latest(ticket):
                return  # something else was clicked since
            self._session.subject(LabelState).begin_with(micrograph, values_of(found))
            source = micrograph.source
            if source is not None and source.parent.name == "images":
                opening.file(str(source), nm_per_px=found.nm_per_px, ticket=ticket).join()
            else:
                opening.show(ticket, micrograph)

        return self._started(work)

    def _opened(self) -> LabelledDataset:
        return open_dataset(self._session.data.resolve(self.name))

    def _started(self, work: Callable[[], None]) -> Background:
        return in_background(
            work, "training set", "the training set", lambda why: setattr(self._session, "message", why)
        )
