"""To which platform a packet goes, and which letters go with it: one company's packet tells nothing of another's.

A letter belongs to the platform of the channel it takes; where the channel is nobody's in particular (`the platform`),
to the one whose account it names, else to the one it names itself. What belongs to no platform goes to each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recover.errors import RefusedError, UsageError
from recover.packet.interface import LeftOut, Letter, PacketPlan
from recover.packet.readers.platforms import Platform, is_about, keys_of
from recover.packet.readers.profiles import Profiles, load_profiles
from recover.packet.readers.view import Quoted, View

PLATFORM = "platform"


def view_of(plan: PacketPlan) -> View:
    """Return the view a plan was made with."""
    profiles = load_profiles(plan.source.templates)
    profile = profiles.get(plan.profile)
    if not plan.platform:
        return View(plan.source, profiles, profile, plan.ticked, language=plan.language)
    others = tuple(profiles.platform(each) for each in plan.other_platforms)
    one = profiles.platform(plan.platform)
    quoted = quoted_by(plan.letters)
    return View(plan.source, profiles, profile, plan.ticked, one, others, quoted, language=plan.language)


def quoted_by(letters: Sequence[Letter]) -> Quoted:
    """Return what letters say and name themselves; what only goes with them is looked at like everything else."""
    text = "\n".join(letter.text for letter in letters)
    numbers = {number for letter in letters for number in letter.cited}
    numbers.update(number for letter in letters for number in letter.attachments if is_about(text, (number,)))
    return Quoted(text, frozenset(numbers))


def choose_platform(
    view: View, profiles: Profiles, letters: Sequence[Letter], wanted: str, case: str
) -> Platform | None:
    """Return the one platform a packet goes to; None when the case knows of none.

    `wanted` names it, else it is the one on which the contested account is, or the first in the list of accounts; where
    letters go to several and no account decides, `UsageError` (2) names the choices. Raises `RefusedError` (4) for a
    platform the client did not agree to.
    """
    if wanted:
        chosen: Platform | None = profiles.platform(wanted)
    else:
        owners = [owner for letter in letters if (owner := owner_of(letter, view, profiles)) is not None]
        found = list(view.platforms[:1]) or list(dict.fromkeys(owners))
        if len(found) > 1:
            raise UsageError(
                f"this case is with {_listed(found)}; a packet goes to one of them",
                place=case,
                hint=f"add --platform {found[0].id} (or {', '.join(each.id for each in found[1:])})",
            )
        chosen = found[0] if found else None
    agreed = view.consent.platforms
    if chosen is not None and agreed and chosen.id not in agreed:
        raise RefusedError(
            f"the client agreed that {', '.join(agreed)} sees the case, not {chosen.title}",
            place=case,
            hint=f"recover answer {case or 'CASE'} {view.consent.fact}_to",
        )
    return chosen


def owner_of(letter: Letter, view: View, profiles: Profiles) -> Platform | None:
    """Return the platform a letter belongs to, or None when it is nobody's in particular."""
    if letter.to != PLATFORM:
        return None
    of_channel = [each for each in profiles.platforms if each.has_channel(letter.channel)]
    if of_channel:
        return of_channel[0]
    text = f"{letter.title}\n{letter.text}"
    of_account = [each for each in view.platforms if _names_account_of(text, each, view)]
    if len(of_account) == 1:
        return of_account[0]
    addressed = [each for each in profiles.platforms if each.has_address_in(text)]
    if len(addressed) == 1:
        return addressed[0]
    named = [each for each in view.platforms if each.is_named_in(text)]
    return named[0] if len(named) == 1 else None


def _names_account_of(text: str, platform: Platform, view: View) -> bool:
    return any(platform.runs(row) and is_about(text, keys_of(row)) for _, row in view.accounts)


def others_than(
    platform: Platform | None, letters: Sequence[Letter], view: View, profiles: Profiles
) -> tuple[Platform, ...]:
    """Return the other platforms of a case: those of its accounts, and those its letters go to."""
    owners = (owner_of(letter, view, profiles) for letter in letters)
    found = dict.fromkeys((*view.platforms, *(owner for owner in owners if owner is not None)))
    return tuple(each for each in found if each != platform) if platform else ()


def letters_for(
    platform: Platform | None, letters: Sequence[Letter], view: View, profiles: Profiles
) -> tuple[tuple[Letter, ...], list[LeftOut]]:
    """Divide letters into those that go to a platform, and those that stay with the reason."""
    kept: list[Letter] = []
    left: list[LeftOut] = []
    for letter in letters:
        why = _why_elsewhere(platform, letter, view, profiles)
        if why:
            left.append(LeftOut("letter", letter.name, why))
        else:
            kept.append(letter)
    return tuple(kept), left


def _why_elsewhere(platform: Platform | None, letter: Letter, view: View, profiles: Profiles) -> str:
    if platform is None:
        return ""
    owner = owner_of(letter, view, profiles)
    if owner is not None and owner != platform:
        return f"for {owner.title}, not for {platform.title}"
    if letter.to == PLATFORM:
        return ""
    others: Mapping[str, str] = {
        each.id: each.title
        for each in view.platforms
        if each != platform and _names_account_of(f"{letter.title}\n{letter.text}", each, view)
    }
    return f"it names an account on {', '.join(others.values())}" if others else ""


def _listed(platforms: Sequence[Platform]) -> str:
    titles = [each.title for each in platforms]
    return " and ".join([", ".join(titles[:-1]), titles[-1]])
