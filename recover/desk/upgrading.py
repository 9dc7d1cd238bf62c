"""A case takes up a newer version of its playbooks: compared first, adopted only when somebody chose to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from recover.case import upgrade
from recover.desk import pinning
from recover.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from recover.case.upgrade import Followed, Upgrade
    from recover.desk.case import OpenCase
    from recover.desk.opening import Desk
    from recover.desk.pinning import Bundle
    from recover.desk.results import Recorded

CHOICES = ("keep", "adopt", "restart")


def newer(desk: Desk, case: OpenCase) -> tuple[Bundle, ...]:
    """Return the case's playbooks as they are installed now, all of them, with what is in force here.

    One that is no longer installed stays as it is pinned. Raises `PlaybookError` for one that is not valid, and
    `RefusedError` while an own folder changes something nobody confirmed.
    """
    found = []
    for bundle in case.bundles:
        try:
            # A language spoken since is read as it is installed, and is no newer version of anything.
            languages = tuple(sorted({each.language for each in bundle.catalogues}))
            found.append(desk.bundle_to_pin(bundle.playbook.id, languages))
        except NotFoundError:
            found.append(bundle)
    return tuple(found)


def explain(case: OpenCase, bundles: Sequence[Bundle]) -> Upgrade:
    """Say what other versions of a case's playbooks would change in it, as of now."""
    return upgrade.explain(case.state, followed(case.bundles), followed(bundles), case.now())


def followed(bundles: Sequence[Bundle]) -> Followed:
    """Return what the engine compares of bundles."""
    return upgrade.Followed(
        playbooks=tuple(bundle.playbook for bundle in bundles),
        registry=pinning.join_registries([bundle.registry for bundle in bundles]),
        letters={about.name: about for bundle in bundles for about in bundle.letters},
        texts=_letter_digests(bundles),
    )


def _letter_digests(bundles: Sequence[Bundle]) -> Mapping[str, str]:
    texts: dict[str, list[str]] = {}
    for bundle in bundles:
        for path, text in sorted(bundle.templates.items()):
            if path.startswith("letters/"):
                texts.setdefault(path.removeprefix("letters/").split(".")[0], []).append(f"{path}\n{text}")
    return {name: sha256("\n".join(found).encode()).hexdigest() for name, found in texts.items()}


def keep(case: OpenCase, found: Upgrade) -> Recorded:
    """Record that a newer version was looked at and the present one kept."""
    told = "; ".join(f"{name} {before} kept, {after} is there" for name, before, after in found.versions)
    return case.note(f"The newer playbook was looked at: {told}.")


def adopt(case: OpenCase, bundles: Sequence[Bundle], found: Upgrade, section: str = "") -> Recorded:
    """Pin the newer versions, set aside the answers that no longer fit, and begin a section again if one is named.

    All in one commit of the log. Raises `UsageError` when nothing would change, or for a section that is not there.
    """
    pinned = {bundle.playbook.id: bundle.digests for bundle in case.bundles}
    changed = [bundle for bundle in bundles if bundle.digests != pinned.get(bundle.playbook.id)]
    if not changed and not section:
        raise UsageError(f"{case.name} follows the newest versions already")
    playbooks = [bundle.playbook for bundle in bundles]
    pins = [pinning.pin(case.log, bundle) for bundle in changed]
    return case.record(
        lambda state: (
            *pins,
            *upgrade.set_aside(found),
            *(upgrade.restart(state, playbooks, section) if section else ()),
        )
    )
