"""What comes from outside is read once, within bounds, and lands where the layout has a place for it, or nowhere."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from recover.errors import InputError, NotFoundError
from recover.playbook import adding
from recover.playbook.adding import in_place, lay_out, read_parcel, refuse_links
from recover.playbook.problems import InvalidPlaybookError
from tests.playbook.own import CHANNEL, RULE, shipped, write

PAGE = shipped("hijacked-page/playbook.yaml")


def test_a_single_file_goes_where_its_first_keys_say(tmp_path: Path) -> None:
    """Playbook, group, facts and letter: each has one place; the file's own name is kept where it may be."""
    places = {
        "anything.yaml": (PAGE, "hijacked-page/playbook.yaml"),
        "intake.yaml": (shipped("shared/intake.yaml"), "shared/intake.yaml"),
        "ours.yaml": (RULE, "facts/ours.yaml"),
        "channels/more.yaml": (CHANNEL, "facts/channels/more.yaml"),
        "follow-up.en.md": (shipped("follow-up.en.md"), "letters/follow-up.en.md"),
    }
    for name, (text, place) in places.items():
        (only,) = read_parcel(write(tmp_path, name, text)).files
        assert only.path == place


def test_the_digest_of_a_file_is_the_one_everybody_computes(tmp_path: Path) -> None:
    """It can be compared with `sha256sum` over the phone; of several files, of their sorted list."""
    path = write(tmp_path, "rules.yaml", RULE)
    assert read_parcel(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()
    write(tmp_path, "own/facts/rules.yaml", RULE)
    write(tmp_path, "own/letters/follow-up.en.md", shipped("follow-up.en.md"))
    parcel = read_parcel(tmp_path / "own")
    listed = "".join(f"{each.sha256}  {each.path}\n" for each in parcel.files)
    assert [each.path for each in parcel.files] == ["facts/rules.yaml", "letters/follow-up.en.md"]
    assert parcel.digest == hashlib.sha256(listed.encode()).hexdigest()


def test_a_playbook_s_folder_brings_its_stories_and_letters(tmp_path: Path) -> None:
    """The id decides the folder's name; what has no place in the layout stays behind and is named."""
    folder = tmp_path / "downloaded (1)"
    write(folder, "playbook.yaml", PAGE)
    write(folder, "stories/first-try.yaml", "story: first-try\n")
    write(folder, "stories/files/a.png", "png")
    write(folder, "text/az.yaml", "of: hijacked-page\n")
    write(folder, "letters/follow-up.en.md", shipped("follow-up.en.md"))
    write(folder, "install.sh", "rm -rf /\n")
    write(folder, ".git/config", "[core]\n")
    parcel = read_parcel(folder)
    assert [each.path for each in parcel.files] == [
        "hijacked-page/playbook.yaml",
        "hijacked-page/stories/files/a.png",
        "hijacked-page/stories/first-try.yaml",
        "hijacked-page/text/az.yaml",
        "letters/follow-up.en.md",
    ]
    assert parcel.left_out == ("install.sh",)


def test_packets_layouts_never_come_from_outside(tmp_path: Path) -> None:
    """What a reader may see is decided by profiles; a stranger's are left out."""
    write(tmp_path, "own/facts/rules.yaml", RULE)
    write(tmp_path, "own/templates/packet/profiles.yaml", "profiles: {}\n")
    parcel = read_parcel(tmp_path / "own")
    assert [each.path for each in parcel.files] == ["facts/rules.yaml"]
    assert parcel.left_out == ("templates/packet/profiles.yaml",)


@pytest.mark.parametrize(
    "text",
    [
        PAGE.replace("playbook: hijacked-page", "playbook: ../../evil", 1),
        PAGE.replace("playbook: hijacked-page", "playbook: /etc/evil", 1),
        PAGE.replace("playbook: hijacked-page", "playbook: shared", 1),
        PAGE.replace("playbook: hijacked-page", "playbook: [a]", 1),
        PAGE.replace("playbook: hijacked-page", 'playbook: "CON"', 1),
    ],
    ids=["upwards", "absolute", "a folder of the layout", "a list", "capitals"],
)
def test_an_id_leads_nowhere_else(tmp_path: Path, text: str) -> None:
    """A file's own words decide its place only within the layout."""
    assert text != PAGE
    with pytest.raises(InputError, match="no place in a folder of playbooks"):
        read_parcel(write(tmp_path, "p.yaml", text))


@pytest.mark.parametrize("name", ["LETTER.md", "follow-up.md", "follow up.en.md", "..en.md", "follow-up.en.md.md"])
def test_a_letter_s_name_says_what_and_in_which_language(tmp_path: Path, name: str) -> None:
    """Any other name has no place."""
    with pytest.raises(InputError, match="no place in a folder of playbooks"):
        read_parcel(write(tmp_path, name, "---\nletter: x\n---\n"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("- a\n", InputError),
        ("hello: world\n", InputError),
        ("a: [\n", InvalidPlaybookError),
        ("", InvalidPlaybookError),
    ],
)
def test_what_is_no_playbook_is_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    """A list, other keys, broken YAML, an empty file: each is an error with its place."""
    with pytest.raises(error):
        read_parcel(write(tmp_path, "x.yaml", text))


def test_links_are_never_followed(tmp_path: Path) -> None:
    """Neither the source itself nor anything in it may be a link: it could lead to a client's file."""
    secret = write(tmp_path, "secret.yaml", RULE)
    (tmp_path / "link.yaml").symlink_to(secret)
    with pytest.raises(InputError, match="links are not followed"):
        read_parcel(tmp_path / "link.yaml")
    write(tmp_path, "own/facts/rules.yaml", RULE)
    (tmp_path / "own" / "shared").symlink_to(tmp_path)
    with pytest.raises(InputError, match="links are not followed"):
        read_parcel(tmp_path / "own")


def test_devices_and_pipes_are_refused(tmp_path: Path) -> None:
    """A pipe would hang the command, a device never end."""
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="no file and no folder"):
        read_parcel(tmp_path / "pipe.yaml")
    with pytest.raises(NotFoundError):
        read_parcel(tmp_path / "nothing.yaml")


def test_sizes_and_counts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file too large, too many files, folders too deep: refused before anything is kept."""
    write(tmp_path, "large.yaml", "#" * (adding.MOST_FILE_BYTES + 1))
    with pytest.raises(InputError, match="larger than 4 MiB"):
        read_parcel(tmp_path / "large.yaml")
    write(tmp_path, "deep/a/b/c/d/e/f/g.yaml", RULE)
    with pytest.raises(InputError, match="deeper than"):
        read_parcel(tmp_path / "deep")
    monkeypatch.setattr(adding, "MOST_FILES", 3)
    for number in range(5):
        write(tmp_path, f"many/facts/f{number}.yaml", RULE)
    with pytest.raises(InputError, match="more than 3 files"):
        read_parcel(tmp_path / "many")


def test_a_folder_without_anything_of_ours_is_refused(tmp_path: Path) -> None:
    """Naming the wrong folder says so."""
    write(tmp_path, "photos/a.jpg", "jpg")
    with pytest.raises(InputError, match="nothing in this folder"):
        read_parcel(tmp_path / "photos")


def test_nothing_is_written_through_a_link_in_the_own_folder(tmp_path: Path) -> None:
    """A link in the own folder would put a stranger's file elsewhere."""
    parcel = read_parcel(write(tmp_path, "rules.yaml", RULE))
    own = tmp_path / "own"
    own.mkdir()
    refuse_links(own, parcel)
    (own / "facts").symlink_to(tmp_path)
    with pytest.raises(InputError, match="nothing is written through it"):
        refuse_links(own, parcel)


def test_what_stands_there_is_known_before_it_is_replaced(tmp_path: Path) -> None:
    """The bytes of files of the same name, and of no others."""
    parcel = read_parcel(write(tmp_path, "rules.yaml", RULE))
    assert in_place(tmp_path / "own", parcel) == {}
    lay_out(parcel, tmp_path / "own")
    write(tmp_path, "own/facts/other.yaml", CHANNEL)
    assert in_place(tmp_path / "own", parcel) == {"facts/rules.yaml": RULE.encode()}
