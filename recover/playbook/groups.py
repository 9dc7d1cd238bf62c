"""What the groups that a playbook includes are called, for pictures and handouts: a loaded playbook keeps ids only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recover.playbook.layers import playbook_files, with_shipped
from recover.playbook.library import Library
from recover.playbook.problems import Problems


def group_titles(playbook: Path | str, roots: Sequence[Path] = ()) -> dict[str, str]:
    """Return the title of each included group by the include's name; empty for a playbook that is not there.

    Faults are not told here: `load_playbook` has told them.
    """
    layered = with_shipped(roots)
    path = _file(playbook, layered)
    if path is None:
        return {}
    if path.parent.parent not in layered:
        layered = [path.parent.parent, *layered]
    library = Library(layered, Problems())
    source = library.playbook(path)
    if source is None:
        return {}
    found = {}
    includes = source.entries.table("include")
    for name, row in includes.items():
        group = library.group(row.text("use"), includes.key_places[name])
        if group is not None:
            found[name] = group.entries.text("title")
    return found


def _file(playbook: Path | str, roots: Sequence[Path]) -> Path | None:
    if isinstance(playbook, str) and playbook == Path(playbook).name:
        return playbook_files(roots).get(playbook)
    path = Path(playbook)
    path = path / "playbook.yaml" if path.is_dir() else path
    return path.absolute() if path.is_file() else None
