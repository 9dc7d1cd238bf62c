"""What a helper types to work a Page through two losses, an identity contest and a blocked cascade; all is invented.

`Helper.reply` is shown what the screen says since the last line typed and gives the next one. It knows answers by words
of the question. Questions it has no words for are left open, checklists are ticked, and in the list of what can be done
it follows `PLAN`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

Replies = Sequence[tuple[str, str]]
"""(words of the question, what is typed); each once, the first that fits first."""

FIRST = (
    ("Can you talk freely", "1"),
    ("in danger at this moment", "1"),
    ("Which Page was taken? Name", "Qonşu Səsləri"),
    ("Address (URL)", "https://www.facebook.com/100064000000101"),
    ("Numeric ID", "100064000000101"),
    ("Handle", "skip"),
    ("Who can still get in?", "nobody"),
    ("Evidence: The mail that says you were removed", "missing"),
    ("Because?", "no mail of 2017 was kept"),
    ("Evidence: The Page as it looks now", "missing"),
    ("Because?", "the Page shows nothing of its admins"),
    ("Evidence: A list of admins", "file"),
    ("Which file or folder?", "FILES/admins-2016.png"),
    ("What is it, in a few words?", "Admin list of 2016"),
    ("When was it photographed", "2016"),
    ("Could a state body", "yes"),
    ("Who could be harmed", "the family and two sources"),
    ("Who is asking for help?", "holder"),
    ("What name should stand", "Nərmin Əhmədli"),
    ("In which time zone", "Asia/Baku"),
    ("In which language do you want", "az"),
    ("live in the European Union", "no"),
    ("How can we reach you", "qonsu-press@example.org"),
    ("Does this address hang", "no"),
    ("Is it a secret that you", "no"),
    ("prepare and send letters to the platform", "written"),
    ("To which platform", "Meta, all accounts in the list, no ID copy, signed 10 August 2026"),
    ("a partner organisation carries this", "written"),
    ("Which partner, with what", "One partner for Meta, without ID and video"),
    ("May a lawyer", "no"),
    ("first proof", "security_mails"),
    ("second proof", "receipts"),
    ("do you believe", "confirmed"),
    ("what was checked", "Two independent proofs of control seen by two helpers; ID not relied on"),
    ("device you are using now free of doubt", "yes"),
    ("Could another admin have removed", "no"),
    ("Is there a clean device", "yes"),
    ("What about the mailbox", "safe"),
    ("undoes a change", "none"),
    ("What about the holder's own profile", "fine"),
)

_ASSETS = (
    ("100064000000101", "facebook-page", "Qonşu Səsləri", "outlet", "taken", "2017-03"),
    *(
        (f"10006400000010{number}", "facebook-page", f"Qonşu Səsləri {number}", "outlet", "none", "skip")
        for number in range(2, 7)
    ),
    ("100005000000201", "facebook-profile", "Nərmin Əhmədli", "holder", "none", "skip"),
    ("17841400000000301", "instagram", "qonsu.sesleri", "outlet", "none", "skip"),
)
_ADMINS = (
    ("100005000000201", "Nərmin Əhmədli", "holder", "keep"),
    ("100005000000202", "Second admin", "admin", "keep"),
)


def _assets() -> Replies:
    rows = []
    for number, (key, kind, name, whose, action, at) in enumerate(_ASSETS):
        rows += [
            ("Is there another one?" if number else "Which accounts, Pages and groups", "add"),
            ("Its number", key), ("What is it?", kind), ("Its name", name), ("Whose is it?", whose),
            ("What happened to it?", action), ("^When?", at), ("Which last day for an appeal", "skip"),
            ("Does its screen offer", "skip"), ("When was it appealed in the app?", "skip"),
            ("Which reference did the appeal get?", "skip"),
        ]  # fmt: skip
    return [*rows, ("Is there another one?", "done")]


def _admins() -> Replies:
    rows = []
    for number, (key, name, role, wanted) in enumerate(_ADMINS):
        rows += [
            ("Is there another one?" if number else "Who could manage the Page", "add"),
            ("The number of the profile", key), ("^Name", name), ("^Role", role), ("Should this person manage", wanted),
            ("Until when was this person", "2017-03"),
        ]  # fmt: skip
    return [*rows, ("Is there another one?", "done")]


def _approved(title: str) -> Replies:
    return [
        (f"{title} … Did the client approve exactly", "yes"), ("^How?", "read aloud over the safe line"),
        ("In which language was it read", "az"),
    ]  # fmt: skip


def _sent(title: str, ticket: str, at: str) -> Replies:
    return [*_approved(title), ("Has it gone out?", "yes"), ("^When?", at), ("Which ticket or reference", ticket)]


def _file(asked: str, name: str, title: str, when: str) -> Replies:
    return [
        (f"Evidence: {asked}", "file"), ("Which file or folder?", f"FILES/{name}"),
        ("What is it, in a few words?", title), ("When was it photographed", when),
    ]  # fmt: skip


FORM = (
    ("When did you last have control", "2017-03"),
    ("When did you lose it?", "2017-03"),
    ("What did the taker change?", "all admins removed; unknown admins publish since about October 2025"),
    ("What are you to this Page", "founder of the Page and its first admin since March 2014"),
    ("When were posts deleted?", "skip"),
    ("What was deleted?", "skip"),
    *_sent("Statement on a hijacked", "FB-551201", "2026-08-12 10:20"),
    *_file("The platform's own mails", "security-mails.mbox", "31 mails with full headers", "2026-08-10"),
    *_file("Receipts for advertisements", "receipt-1.pdf", "Advertising receipt of March 2015", "2015-03"),
    ("Who controlled it from when to when", "Founded in March 2014, managed until March 2017 with one colleague."),
    ("Should a declaration be sworn", "no"),
)
BACK = (
    ("What did the other side do?", "restored"),
    ("When did it come?", "2026-09-02 18:05"),
    ("What does it say", "access restored"),
    ("When did access come back?", "2026-09-02 18:05"),
    *_file("The message that says it is yours", "restored.eml", "The mail that access was restored", "2026-09-02"),
)
CHECKS = (
    ("The check of 2026-09-09?", "done"),
    ("What was seen?", "no anomaly"),
    ("The check of 2026-09-16?", "anomaly"),
    ("What was seen?", "unknown login alert on the second admin's mailbox"),
    ("The check of 2026-09-23?", "missed"),
    ("What was seen?", "nobody was on duty"),
)
AGAIN = (
    ("Was access lost again?", "yes"),
    ("When was it lost again?", "2026-10-05 21:40"),
    *_file("The mail that says you were removed again", "removed.eml", "The mail of the second removal", "2026-10-05"),
    *_file("Copies of posts that were deleted", "deleted-posts.html", "Archive of 12 deleted posts", "2026-10-06"),
    ("What was left open after the first", "The second admin was never reviewed; the third weekly check was missed."),
    ("What did the taker change this time?", "the holder removed as admin, new posts published"),
    ("When were posts deleted?", "2026-10-05 22:05"),
    ("What was deleted?", "12 posts of 2014 to 2016"),
    *_sent("Statement on a hijacked", "FB-559877", "2026-10-06 08:15"),
)
CONTEST = (
    ("What did the other side do?", "identity_contested"),
    ("When did it come?", "2026-10-07 11:30"),
    ("What does it say", "another person filed an ID and says the holder is the hacker"),
    ("When did you learn of the claim?", "2026-10-07 11:30"),
    ("What exactly was claimed?", "another person filed an ID and says that the holder is the hacker"),
    ("Who else may hold a copy", "likely"),
    *_file("The message that tells you of the claim", "support-message.eml", "Message of 7 October", "2026-10-07"),
)
PROOFS = (
    ("Should we ask Meta which papers", "skip"),
    ("Evidence: The platform's own mails", "here"),
    ("Which exhibit?", "E02"),
    *_file("A live video of the holder", "live-video.mp4", "Live video of the holder", "2026-10-11"),
    *_file("An ID scan", "id-scan.png", "ID scan", "2026-10-11"),
    ("Would you do a live video check", "yes"),
    ("Who can confirm that the Page is yours?", "add"),
    ("Organisation or person", "Media Trust Example"),
    ("Since when have they known you?", "2015"),
    ("Did they agree to be named", "yes"),
    ("Is there another one?", "done"),
    *_approved("Another person claims"),
    ("Has it gone out?", "no"),
)


def _changed(row: str, action: str, at: str, button: str, screen_date: str = "") -> Replies:
    """Change what happened to an account, in one go."""
    columns = [("What happened to it?", action), ("When?", at), ("Does its screen offer", button)]
    if screen_date:
        columns.append(("Which last day for an appeal", screen_date))
    rows = [("Which answer?", "LABEL Which accounts, Pages and groups"), ("Which row?", f"LABEL {row}")]
    for asked, value in columns:
        rows += [("What about it?" if len(rows) == 2 else "What else about it?", f"LABEL {asked}"), (asked, value)]
    return [*rows, ("What else about it?", "LABEL That is all")]


CASCADE = (
    *_changed("100005000000201", "suspended", "2026-10-09 06:10", "yes", "2027-04-07"),
    *_file("The screen of each blocked account", "profile-suspended.png", "Screen of the profile", "2026-10-09"),
    *_file("The notices or complaints", "five-notices.mbox", "Five notices of the night", "2026-10-08"),
    ("What do the notices have in common?", "impersonation, in the same words in all five notices"),
    ("When did the first notice or block come?", "2026-10-08 02:10"),
    ("The button was pressed once", "1"),
    ("When was it appealed in the app?", "2026-10-12 09:00"),
    ("Which reference did the appeal get?", "AP-77810"),
    ("Where can readers find you", "qonsu.example.org"),
    *(
        reply
        for number in range(2, 7)
        for reply in _changed(f"10006400000010{number}", "unpublished", "2026-10-09 06:10", "no")
    ),
    *_changed("17841400000000301", "disabled", "2026-10-09 06:25", "yes"),
    ("The button was pressed once", "skip"),
)
LATE = (*_approved("Appeal for accounts"), ("Has it gone out?", "no"))
"""What is approved once nothing in the letters changes any more."""

PARTNER = (
    ("^Which partner?", "Helpline Example"),
    ("How urgent is it?", "harm"),
    ("Who is harmed, how, by when?", "The taker reads the Page's inbox, in which sources wrote to the newsroom."),
    ("What is the one thing", "Stop changes of admins on Page 100064000000101 and check both claimants live."),
    ("On which day will the mail go out?", "2026-10-13"),
)
EVENTS = tuple(
    reply
    for when, what, stance, mark in (
        ("2017-03", "The Page was hijacked for the first time; all admins were removed", "holder", "loss"),
        ("2026-09-02 18:05", "Access to the Page was restored", "documented", "restored"),
        ("2026-09-16", "An unknown login alert was noted and not followed up", "helpline", "gap"),
        ("2026-10-05 21:40", "The holder was removed from the Page", "documented", "loss"),
        ("2026-10-05 22:05", "The taker published and deleted 12 posts", "documented", "attack"),
        ("2026-10-08 02:10", "Impersonation notices came against five linked Pages", "documented", "attack"),
    )
    for reply in (
        ("When was it?", when),
        ("What happened?", what),
        ("How is it known?", stance),
        ("What was it, to this case?", mark),
    )
)
PLAN = (
    "An answer came", "2026-09-09", "2026-09-16", "2026-09-23", "left open", "An answer came",
    *["Record something"] * 6, *["Change an answer"] * 7, "left open",
)  # fmt: skip
"""What is chosen in the list of what can be done, in this order."""


@dataclass(slots=True)
class Helper:
    """Types what the script says; `files` is where the exhibits lie."""

    files: Path
    replies: list[tuple[str, str]] = field(
        default_factory=lambda: [
            *FIRST,
            *_assets(),
            *_admins(),
            *FORM,
            *BACK,
            *CHECKS,
            *AGAIN,
            *CONTEST,
            *PROOFS,
            *CASCADE,
            *PARTNER,
            *EVENTS,
        ]
    )
    plan: list[str] = field(default_factory=lambda: list(PLAN))

    def reply(self, screen: str) -> str:
        """Return the line to type after what is on the screen."""
        rows = screen.rstrip().rsplit("\n\n", 1)[-1].splitlines()
        flat, whole = " ".join(" ".join(rows).split()), " ".join(screen.split())
        if "what now?" in flat:
            return self._task(rows)
        # A client who speaks Azerbaijani is asked in it, with the English below as long as nobody has reviewed it.
        lines = {row.strip().removeprefix("en: ") for row in rows}
        for number, (words, typed) in enumerate(self.replies):
            before, _, asked = words.rpartition(" … ")
            if before in whole and ((asked[1:] in lines) if asked.startswith("^") else (asked in flat)):
                del self.replies[number]
                return self._typed(typed, rows)
        return "1" if "[ ] " in flat else "no" if "1) yes 2) no" in flat else "skip"

    def _typed(self, typed: str, rows: Sequence[str]) -> str:
        if typed.startswith("LABEL "):
            return next(row.strip().partition(")")[0] for row in rows if typed[6:] in row)
        return typed.replace("FILES", str(self.files))

    def _task(self, rows: Sequence[str]) -> str:
        while self.plan:
            wanted = self.plan.pop(0)
            for row in rows:
                number, _, title = row.strip().partition(") ")
                if wanted in title:
                    self.replies += [] if self.plan else LATE
                    return number
        return "stop"

    def left(self) -> list[tuple[str, str]]:
        """Return what was never asked for."""
        return self.replies
