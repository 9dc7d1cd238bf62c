"""Titles of dates as a packet's reader reads them: the playbook's own through its translation, ours from the words."""

from __future__ import annotations

import re

from recover.case.survey import DueItem
from recover.packet.readers.view import View
from recover.packet.words.phrases import is_english, phrase

_CHECK = re.compile(r"(?P<title>.*): check (?P<number>[0-9]+)", re.DOTALL)
_BEFORE = {"reminder": ("Check inbox and spam: ", "due-remind"), "silence": ("No answer: ", "due-silence")}
"""Kind of date → what the engine puts before a step's title, and the words for it."""


def due_title(item: DueItem, view: View) -> str:
    """Return what is due, and for which of several things; English with a mark where it is not translated."""
    title = said_title(item, view)
    return f"{title}: {item.element_title}" if item.element_title else title


def said_title(item: DueItem, view: View) -> str:
    """Return what is due, whichever of several things it is for; a promise stays in the words of who gave it."""
    if item.kind == "promise" or is_english(view.language):
        return item.title
    if item.kind == "check" and (found := _CHECK.fullmatch(item.title)):
        return phrase("due-check", view.language, title=view.said(found["title"]), number=found["number"])
    before, key = _BEFORE.get(item.kind, ("", ""))
    if before and item.title.startswith(before):
        return phrase(key, view.language, title=view.said(item.title.removeprefix(before)))
    return view.said(item.title)
