"""A document before it has a format: title, language, head, body and what stands below it, for every writer alike.

`text`, `web`, `word`, `mail` and `pdf` each turn one document into bytes; none of them knows a case. What a reader must
not see is not in a document: redaction is over before one is made.
"""

from __future__ import annotations

from recover.frozen import frozen
from recover.packet.interface import LetterField
from recover.packet.tree import Tree

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@frozen
class Document:
    """One document of a packet."""

    stem: str
    """Path below the packet's folder without its ending: `cover`, `letters/01_page-hijack-statement`."""
    kind: str
    """`cover`, `letter`, `timeline`, `sheet` (any further page of A4) or `phone` (the account holder's page)."""
    title: str
    language: str
    """BCP 47 with a region where it matters: `en`, `az`, `ar-LB`."""
    blocks: Tree
    head: tuple[tuple[str, str], ...] = ()
    """Lines above the title, as (label, text): to whom, on which day."""
    lead: tuple[str, ...] = ()
    """Paragraphs in small print below the title."""
    attachments: tuple[str, ...] = ()
    """Exhibits that go with it, as printed: `E01 Admin list`."""
    enclosed: tuple[str, ...] = ()
    """Their numbers."""
    signature: str = "none"
    """`none`, `holder` or `notary`."""
    remarks: tuple[str, ...] = ()
    """Lines below everything that are no part of what was approved: who changed a text locally."""
    reference: str = ""
    """The case's two-word name."""
    is_practice: bool = False
    is_unreviewed: bool = False
    """A translation nobody has reviewed: every format says so on the page."""
    fields: tuple[LetterField, ...] = ()
    """Boxes of the form it is pasted into; empty when it is one text."""
    most_pages: int | None = None
    paste: tuple[str, ...] = ()
    """Lines for whoever pastes it into a form; no reader gets them, so only the text prints them."""
    is_mail: bool = False
    """It goes out as a mail."""
    address: str = ""
    """The mail address it goes to, where one is known."""

    @property
    def is_right_to_left(self) -> bool:
        """Say whether the language is written from right to left."""
        return self.language.split("-")[0] in RIGHT_TO_LEFT
