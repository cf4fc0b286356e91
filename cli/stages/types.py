"""What a stage of a run is, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.stages.job import Job

Tell = Callable[[float], None]
"""Gets the share (0 to 1) of a stage that is done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A stage's files by name, its sections of the summary by dotted name, and a few words for the display.

    ``seconds`` is the stage's own wall time where it is not the time that the pipeline waited for it.
    """

    files: Mapping[str, str | bytes]
    summary: Mapping[str, Any] = field(default_factory=dict[str, Any])
    note: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the stages whose files it builds on, the sections of the summary it fills, its work, what ``--print-after``
    prints of it (a file, which some designs have no need of, or what makes a text), sections that it fills where a design
    asks for them, and the form of its files: a run whose files have another one does the stage again."""

    name: str
    needs: tuple[str, ...]
    sections: tuple[str, ...]
    run: Callable[[Job, Tell], Outcome]
    shows: str | Callable[[Job, Path], str]
    may_fill: tuple[str, ...] = ()
    form: int = 1

    def text(self, job: Job, folder: Path) -> str:
        """What is shown of the stage when it is finished."""
        if not isinstance(self.shows, str):
            return self.shows(job, folder)
        path = folder / self.shows
        return path.read_text(encoding="utf-8") if path.exists() else f"# {self.name} has nothing to show for this design"
