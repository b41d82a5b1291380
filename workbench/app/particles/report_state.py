"""What a person types for the report: what no file knows of a sample."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from traitlets import Unicode

from workbench.app.core.context import Subject
from workbench.app.core.session_file import SessionState
from workbench.app.core.subjects import subject

LONGEST_LINE, LONGEST_NOTE = 300, 5000
Line = Annotated[str, Field(max_length=LONGEST_LINE)]


class ReportTexts(BaseModel):
    """What is typed for the report; empty: not stated."""

    model_config = ConfigDict(extra="forbid")

    sample: Line = ""
    microscope: Line = Field("", description="empty: as the file of the micrograph says")
    operator: Line = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class ReportSaved(SessionState):
    """Its field of a saved session."""

    report: ReportTexts = Field(default_factory=ReportTexts, description="what is typed for the report")


@subject("report", order=145)
class ReportState(Subject):
    """What is typed for the report, see `workbench.write_report`; what is longer than a report holds is cut off.

    Attributes
    ----------
    sample, microscope, operator, note : str
        Empty: not stated; of the microscope that which the file says.
    """

    saves = ReportSaved
    kept_names = ("sample", "microscope", "operator", "note")

    sample = Unicode("")
    microscope = Unicode("")
    operator = Unicode("")
    note = Unicode("")

    def type_in(self, name: str, typed: str) -> None:
        """Take what a person typed into one of the fields."""
        most = LONGEST_NOTE if name == "note" else LONGEST_LINE
        setattr(self, name, typed.strip()[:most])

    def keywords(self) -> dict[str, Any]:
        """Return what is stated, as keywords of `workbench.write_report`."""
        return {name: said for name in self.kept_names if (said := getattr(self, name))}

    def to_save(self) -> dict[str, Any]:
        """Return what was typed."""
        return {"report": ReportTexts(**self.keywords())}

    def restore(self, saved: ReportSaved) -> None:
        """Put back what was saved."""
        for name in self.kept_names:
            setattr(self, name, getattr(saved.report, name))
