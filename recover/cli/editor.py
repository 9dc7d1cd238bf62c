"""The questions of `recover playbook edit`: what should change, and what it should be; nobody needs to know YAML.

Every answer changes a document on the bench; nothing is written here. `run` ends when the trainer wants to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.errors import InterruptedByUser, RecoverError

if TYPE_CHECKING:
    from recover.playbook.document import Keys
    from recover.playbook.editing import Bench

BACK = "-"

TYPES = (
    ("yes-no", "Yes or no"),
    ("choice", "One of several answers"),
    ("many", "Several of several answers"),
    ("text", "A few words"),
    ("instant", "Day and time"),
    ("date", "A day"),
    ("partial-date", "A day, month or year"),
    ("number", "A number"),
    ("url", "An address on the web"),
    ("handle", "A name with @"),
    ("e-mail", "An e-mail address"),
    ("phone", "A phone number"),
    ("person", "A person"),
    ("asset", "An account or page"),
    ("money", "An amount of money"),
)

_FITS = {"choices": ("choice", "many"), "partial": ("instant",), "pattern": ("text",), "least": ("text", "number"),
         "most": ("text", "number"), "needs": ("person", "asset"), "default": ()}  # fmt: skip
"""Key of a question → the types it is for; it goes when the type becomes another one."""

_STEP_TEXTS = (
    ("title", "Title"),
    ("say", "Advice for the helper"),
    ("tell", "Words to read to the client"),
    ("hidden_because", "Why the step may be passed over"),
)
_FACT_TEXTS = (("ask", "The question"), ("why", "Why it is asked"), ("help", "An example, or how to find it"))


class Editor:
    """Asks what to change in one file, until there is nothing more."""

    def __init__(self, invocation: Invocation, bench: Bench, path: Path, copies: list[Path]) -> None:
        self._copies = copies
        self._invocation = invocation
        self._prompts = invocation.prompts
        self._out = invocation.output
        self._bench = bench
        self._path = path
        self._document = bench.open(path)

    @property
    def _value(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._document.value
        return value

    def run(self) -> bool:
        """Ask until the trainer wants to write (True) or leaves without a change (False)."""
        self._out.heading(f"{self._value.get('title', '')} ({self._document.shown})")
        self._out.say("Nothing is written before you have seen it and said yes. `stop` leaves.")
        while True:
            done = bool(self._bench.changed())
            ways: list[tuple[str, str]] = [(name, words) for name, (words, _) in _WAYS.items() if self._has(name)]
            ways += [("write", "That is all: show it and write it")] if done else [("leave", "Nothing; leave")]
            before = self._document.text
            try:
                chosen = self._prompts.pick("What do you want to change?", ways)
                if chosen in ("write", "leave"):
                    return chosen == "write"
                _WAYS[chosen][1](self)
            except InterruptedByUser:
                if not self._bench.changed() or self._prompts.confirm("Leave, and lose what was noted?"):
                    raise
            except RecoverError as problem:
                self._out.error(problem)
            if self._document.text != before:
                self._out.say("noted; not written yet", indent="  ", look=self._out.faint)

    def _has(self, way: str) -> bool:
        needs = {"card": "first_aid", "about": "playbook", "shared": "include", "deadline": "deadlines"}
        return needs.get(way, "steps") in self._value

    # --- picking ---------------------------------------------------------------------------------------------------

    def _step(self, question: str, wanted: Callable[[Mapping[str, Any]], bool] = bool) -> int | None:
        steps = self._value["steps"]
        rows = [(str(number), f"{step['title']} ({step['id']})") for number, step in enumerate(steps) if wanted(step)]
        if not rows:
            self._out.say("There is none.", indent="  ")
            return None
        chosen = self._prompts.pick(question, [*rows, (BACK, "Back")])
        return None if chosen == BACK else int(chosen)

    def _row(self, question: str, rows: Sequence[tuple[str, str]]) -> str | None:
        chosen = self._prompts.pick(question, [*rows, (BACK, "Back")])
        return None if chosen == BACK else chosen

    def _fact(self, question: str) -> str | None:
        facts = self._value.get("facts", {})
        return self._row(question, [(name, f"{fact['ask']} ({name})") for name, fact in facts.items()])

    def _new_text(self, keys: Keys, what: str, *, after: str = "") -> None:
        """Show a text as it is and ask for another one."""
        present = self._document.get(keys)
        if present:
            self._out.say(f"{what}, as it is now:", indent="  ", look=self._out.faint)
            self._out.say(line(present), indent="    ")
        typed = self._prompts.paragraph(f"{what}: what should it say?")
        self._document.set(keys, " ".join(typed.split()), after=after)

    # --- words -----------------------------------------------------------------------------------------------------

    def words_of_step(self) -> None:
        """Change a text of a step: title, advice, words to read, an item of its checklist, a piece of evidence."""
        number = self._step("Words of which step?")
        if number is None:
            return
        step = self._value["steps"][number]
        rows = [(key, f"{name}: {_short(step.get(key, '(nothing yet)'))}") for key, name in _STEP_TEXTS]
        rows += [(f"do.{i}.text", f"To do: {_short(item['text'])}") for i, item in enumerate(step.get("do", ()))]
        rows += [(f"evidence.{i}.title", f"Evidence: {_short(need['title'])}")
                 for i, need in enumerate(step.get("evidence", ()))]  # fmt: skip
        chosen = self._row("Which words?", rows)
        if chosen is not None:
            key, _, rest = chosen.partition(".")
            words: Keys = (key, int(rest.partition(".")[0]), rest.partition(".")[2]) if rest else (key,)
            self._new_text(("steps", number, *words), "The text", after=_AFTER.get(key, ""))

    def about(self) -> None:
        """Change title, summary, what the client would say, who wrote it, or until when the playbook may be used."""
        rows = [("title", "Title"), ("summary", "Summary"), ("triage.says", "What a client would say"),
                ("authors", "Who wrote it"),
                ("valid_until", "The day until which it may be used without a review")]  # fmt: skip
        chosen = self._row("Which of these?", rows)
        if chosen == "valid_until":
            self._document.set((chosen,), self._day("Until which day?", self._document.get((chosen,))))
        elif chosen == "authors":
            now = ", ".join(map(str, self._value.get("authors", [])))
            typed = self._prompts.text(
                "Who wrote it, as others should read it?", shape="names, with commas", default=now
            )
            self._document.set((chosen,), [each.strip() for each in typed.split(",") if each.strip()])
        elif chosen is not None:
            self._new_text(tuple(chosen.split(".")), dict(rows)[chosen])

    def card(self) -> None:
        """Change, add or take out a line of the first-aid card."""
        lines = self._value["first_aid"]["lines"]
        rows = [(str(number), text) for number, text in enumerate(lines)]
        chosen = self._row("Which line?", [*rows, ("new", "A new line")])
        if chosen is None:
            return
        if chosen == "new":
            typed = self._prompts.paragraph("The new line: true for anyone, naming nobody")
            after = self._row("Behind which line?", rows)
            self._document.append(("first_aid", "lines"), " ".join(typed.split()), after=int(after) if after else None)
            return
        keys: Keys = ("first_aid", "lines", int(chosen))
        how = self._prompts.pick("And what?", [("change", "Say it differently"), ("remove", "Take it out")])
        self._document.remove(keys) if how == "remove" else self._new_text(keys, "The line")

    # --- questions -------------------------------------------------------------------------------------------------

    def question(self) -> None:
        """Change the words or the answers of a question."""
        name = self._fact("Which question?")
        if name is None:
            return
        fact = self._value["facts"][name]
        rows = [(key, f"{what}: {_short(fact.get(key, '(nothing yet)'))}") for key, what in _FACT_TEXTS]
        rows += [(f"choices.{value}", f"Answer: {label}") for value, label in fact.get("choices", {}).items()]
        rows += [("new", "A further answer")] if "choices" in fact else []
        rows += [("type", f"How it is answered: {dict(TYPES).get(fact['type'], fact['type'])}"),
                 ("further", "Ask it in a further step"), ("no more", "Ask it no more in a step")]  # fmt: skip
        chosen = self._row("What of it?", rows)
        if chosen is None:
            return
        keys: Keys = ("facts", name, *chosen.split(".", 1))
        if chosen == "new":
            self._new_choice(name)
        elif chosen == "type":
            self._new_type(name)
        elif chosen == "further":
            number = self._step("In which step?", lambda step: name not in step.get("ask", ()))
            if number is not None:
                self._ask_it(number, name)
        elif chosen == "no more":
            number = self._step("In which step?", lambda step: name in step.get("ask", ()))
            if number is not None:
                asked = self._value["steps"][number]["ask"]
                self._document.remove(("steps", number, "ask", asked.index(name)))
        else:
            self._new_text(keys, "The text", after="ask" if chosen == "why" else "why" if chosen == "help" else "")

    def new_question(self) -> None:
        """Add a question: its words, how it is answered, why it is asked, and in which step."""
        number = self._step("In which step is it asked?")
        if number is None:
            return
        ask = self._prompts.text("The question, in words for the client")
        why = self._prompts.text("Why is it asked?", why="people answer better, and may decline, when they know")
        kind = self._prompts.pick("How is it answered?", TYPES)
        name = self._identifier(ask, self._value.get("facts", {}))
        fact: dict[str, Any] = {"type": kind, "ask": ask, "why": why}
        if kind in ("choice", "many"):
            fact["choices"] = self._choices()
        if kind == "asset":
            fact["needs"] = ["name"]
        if self._prompts.confirm("May it stay open?", why="the step is complete without an answer then"):
            fact["optional"] = "true"
        self._document.set(("facts", name), fact)
        self._ask_it(number, name)
        if "optional" not in fact:
            self._answer_in_stories(number, name, ask)

    def _ask_it(self, number: int, name: str) -> None:
        asked = self._value["steps"][number].get("ask", [])
        facts = self._value["facts"]
        rows = [(str(place), facts[each]["ask"] if each in facts else each) for place, each in enumerate(asked)]
        after = self._row("Behind which question?", rows) if len(rows) > 1 else None
        self._document.append(("steps", number, "ask"), name, after=int(after) if after else None)

    def _answer_in_stories(self, number: int, name: str, ask: str) -> None:
        """Offer to answer a new question in every story that answers another question of the same step."""
        acts = self._acts_that_answer(number)
        if not acts:
            return
        answer = self._prompts.text(
            f"What do the stories of this playbook answer to \u201c{ask}\u201d?",
            why="a story that comes to a question without an answer stops there",
            shape="the value, such as yes, no, dont-know or a choice's id",
            default="dont-know",
        )
        for story, act, neighbour in acts:
            space = neighbour.partition(".")[0]
            self._bench.open(story).set(("acts", act, "answers", f"{space}.{name}"), answer, after=neighbour)
        self._out.say(f"answered in {len(acts)} act{'s' if len(acts) != 1 else ''} of the stories", indent="  ")

    def _acts_that_answer(self, number: int) -> list[tuple[Path, int, str]]:
        """Return (story, act, answered question) where a question of the step is answered first."""
        space = self._path.parent.name.replace("-", "_")
        asked = self._value["steps"][number]["ask"]
        wanted = {each if "." in each else f"{space}.{each}" for each in asked if not each.startswith("item.")}
        found = []
        for story in sorted((self._path.parent / "stories").glob("*.yaml")):
            for act, row in enumerate(self._bench.open(story).value.get("acts", [])):
                answered = [each for each in row.get("answers", {}) if each in wanted and each.startswith(f"{space}.")]
                if answered:
                    found.append((story, act, answered[-1]))
                    break
        return found

    def _choices(self) -> dict[str, str]:
        made: dict[str, str] = {}
        while True:
            label = self._prompts.text("An answer" if len(made) < 2 else "A further answer", optional=len(made) >= 2,
                                       blank="that is all")  # fmt: skip
            if not label:
                return made
            made[self._identifier(label, made)] = label

    def _new_type(self, name: str) -> None:
        """Change how a question is answered, with the answers a choice needs; what no longer fits goes."""
        kind = self._prompts.pick("How is it answered?", TYPES)
        fact = self._value["facts"][name]
        self._document.set(("facts", name, "type"), kind)
        if kind in ("choice", "many") and "choices" not in fact:
            self._document.set(("facts", name, "choices"), self._choices())
        for key, kinds in _FITS.items():
            if key in fact and kind not in kinds:
                self._document.remove(("facts", name, key))
        if kind == "asset" and "needs" not in fact:
            self._document.set(("facts", name, "needs"), ["name"])
        self._out.say("Conditions that look at this question may need a change; lint will say so.", indent="  ")

    def _new_choice(self, name: str) -> None:
        label = self._prompts.text("The answer, as it is read")
        choices = self._value["facts"][name]["choices"]
        self._document.set(("facts", name, "choices", self._identifier(label, choices)), label)
        self._out.say("Steps that branch on this question may need a branch for it; lint will say so.", indent="  ")

    def _identifier(self, words: str, taken: Mapping[str, Any]) -> str:
        """Offer a permanent id made of the words, and ask until it can be one."""
        from recover.playbook import grammar

        offered = slug(words, taken)
        while True:
            typed = self._prompts.text("Its permanent id, for conditions and answers files", default=offered)
            fault = grammar.ID.check(typed)
            if fault is None and typed not in taken:
                return typed
            self._out.say(f"{fault.message if fault else 'This id is taken'}.", indent="  ")

    # --- what is done ----------------------------------------------------------------------------------------------

    def checklist(self) -> None:
        """Add or take out something to do."""
        number = self._step("In which step?")
        if number is None:
            return
        items = self._value["steps"][number].get("do", [])
        rows = [(str(place), f"Take out: {item['text']}") for place, item in enumerate(items)]
        chosen = self._row("And what?", [("new", "Something new to do"), *rows])
        if chosen == "new":
            text = self._prompts.text("What is to be done?")
            item = {"id": self._identifier(text, {each["id"]: "" for each in items}), "text": text}
            why = "critical: leaving it open needs a reason"
            if self._prompts.confirm("May the step never be left without it?", why=why):
                item["critical"] = "true"
            self._document.append(("steps", number, "do"), item)
        elif chosen is not None:
            self._document.remove(("steps", number, "do", int(chosen)))

    def reply(self) -> None:
        """Say what happens when the other side does something: a further outcome, another way, other days."""
        from recover.playbook.wording import OUTCOMES

        number = self._step("Which wait?", lambda step: "outcomes" in step)
        if number is None:
            return
        outcomes = self._value["steps"][number]["outcomes"]
        rows = [(name, f"{OUTCOMES.get(name, name)}: {_where(go)}") for name, go in outcomes.items()]
        new = [(name, f"New: {words}") for name, words in OUTCOMES.items() if name not in outcomes]
        chosen = self._row("What did the other side do?", [*rows, ("remind", "When to look into the inbox"), *new])
        if chosen is None:
            return
        keys: Keys = ("steps", number, "outcomes", chosen)
        if chosen == "remind":
            now = ", ".join(str(each) for each in self._value["steps"][number].get("wait", {}).get("remind", []))
            typed = self._prompts.text("After which days?", shape="7d, 14d", default=now)
            self._document.set(("steps", number, "wait", "remind"), [each.strip() for each in typed.split(",")])
        elif chosen == "silence":
            after = self._length("After how long without an answer?", outcomes.get("silence", {}).get("after", "14d"))
            now = outcomes.get("silence", {}).get("go", "")
            self._document.set(keys, {"after": after, "go": self._target(number, now)})
        else:
            self._document.set(keys, self._target(number, outcomes.get(chosen, "")))

    def _target(self, number: int, now: str) -> str:
        """Ask where the case goes, Enter keeps `now`; a new step may be made for it."""
        steps = self._value["steps"]
        rows = [(step["id"], f"{step['title']} ({step['id']})") for step in steps]
        rows += [(name, f"What is shared: {name}") for name in self._value.get("include", {})]
        rows.append(("+", "A new step"))
        chosen = self._prompts.pick("Where does the case go then?", rows, default=now)
        return self._new_step(number) if chosen == "+" else chosen

    def _new_step(self, after: int) -> str:
        title = self._prompts.text("The title of the new step")
        say = self._prompts.paragraph("Advice for the helper")
        taken = {step["id"]: "" for step in self._value["steps"]} | dict(self._value.get("include", {}))
        step = {"id": self._identifier(title, taken), "title": title, "say": " ".join(say.split())}
        go = self._prompts.pick(
            "And after it?",
            [(each["id"], f"{each['title']} ({each['id']})") for each in self._value["steps"]]
            + [("+", "This line of work is over")],
        )
        step |= {"end": "done"} if go == "+" else {"next": go}
        self._document.append(("steps",), step, after=after)
        return step["id"]

    # --- dates -----------------------------------------------------------------------------------------------------

    def deadline(self) -> None:
        """Change a deadline: its words, or the length of its rule, with where that comes from."""
        rows = [(str(number), f"{each['title']} ({each['rule']})")
                for number, each in enumerate(self._value["deadlines"])]  # fmt: skip
        chosen = self._row("Which deadline?", rows)
        if chosen is None:
            return
        row = self._value["deadlines"][int(chosen)]
        what = self._row("What of it?", [
            ("title", "Its title"), ("note", "A note beside it"), ("rule", f"How long it is (rule {row['rule']})"),
            ("screen_date", "The question that asks for a date on the screen, which counts before the rule"),
        ])  # fmt: skip
        keys: Keys = ("deadlines", int(chosen))
        if what == "rule":
            self._rule(row["rule"])
        elif what == "screen_date":
            facts = self._value.get("facts", {})
            dates = [(name, fact["ask"]) for name, fact in facts.items() if fact["type"] in ("date", "instant")]
            named = self._row("Which question?", dates)
            if named is not None:
                self._document.set((*keys, what), named)
        elif what is not None:
            self._new_text((*keys, what), "The text")

    def _rule(self, rule: str) -> None:
        from recover.cli.changing import own_folder
        from recover.playbook.creating import own_row

        path, keys = own_row(self._bench, "rules", rule, own_folder(self._invocation))
        document = self._bench.document(path)
        row = document.get(keys)
        self._out.say(f"{line(row['title'])}: {', '.join(row['lengths']) or 'no date is known'}", indent="  ")
        self._out.say(f"source: {line('; '.join(row['sources']))}", indent="  ")
        self._out.say(f"checked on {line(row['checked_on'])}, certainty {line(row['certainty'])}", indent="  ")
        self._out.say("A rule counts for every playbook that names it.", indent="  ")
        lengths = [self._length("How long is it now?", row["lengths"][0] if row["lengths"] else "30d")]
        source = self._prompts.text("Where does it say so?", why="a date without a source helps nobody before a judge")
        checked = self._day("When did you look there?", self._today())
        certainty = self._prompts.pick("How sure is it?", [
            ("A", "Their own text, seen"), ("B", "Their own text, but older"), ("C", "Somebody else says so"),
            ("D", "Nobody could confirm it"),
        ], default="C")  # fmt: skip
        review = self._day("When must somebody look again?", _later(checked, 190 if certainty == "A" else 120))
        for key, value in (("lengths", lengths), ("sources", [source]), ("checked_on", checked),
                           ("certainty", certainty), ("review_by", review)):  # fmt: skip
            document.set((*keys, key), value)

    def _length(self, question: str, default: str) -> str:
        from recover import times

        while True:
            typed = self._prompts.text(question, shape="24h, 14d, 2w, 6m or 1y", default=default)
            try:
                return times.parse_length(typed).text
            except RecoverError as problem:
                self._out.say(f"{problem.message}. ({problem.hint})", indent="  ")

    def _day(self, question: str, default: str) -> str:
        from recover import times

        while True:
            when = times.read_when(self._prompts.text(question, shape="2026-11-23", default=default))
            if when.is_day:
                return when.text[:10]
            self._out.say("A whole day, please: 2026-11-23.", indent="  ")

    @staticmethod
    def _today() -> str:
        from recover import times

        return times.now().date().isoformat()

    # --- what several playbooks share ------------------------------------------------------------------------------

    def shared(self) -> None:
        """Go on in a part that several playbooks include."""
        from recover.cli.changing import own_file
        from recover.playbook.editing import find_source

        includes = self._value["include"]
        chosen = self._row("Which part?", [(row["use"], f"{name}: {row['use']}") for name, row in includes.items()])
        if chosen is None:
            return
        self._out.say("What changes there changes in every playbook that includes it.", indent="  ")
        source = find_source(chosen, self._invocation.roots())
        path = own_file(self._invocation, source, self._copies, may_ask=True)
        Editor(self._invocation, self._bench, path, self._copies).run()


_WAYS: dict[str, tuple[str, Callable[[Editor], None]]] = {
    "step": ("Words of a step: advice, what is read to the client, checklist, evidence", Editor.words_of_step),
    "question": ("A question: its words, its answers", Editor.question),
    "new": ("Ask something new", Editor.new_question),
    "checklist": ("Something to do: add it or take it out", Editor.checklist),
    "reply": ("What the platform answers, and what follows; how long to wait", Editor.reply),
    "deadline": ("A deadline", Editor.deadline),
    "card": ("The first-aid card", Editor.card),
    "about": ("Title, summary, how long it may be used", Editor.about),
    "shared": ("A part that several playbooks share", Editor.shared),
}

_AFTER = {"say": "title", "tell": "say", "hidden_because": "visible_if"}


def slug(words: str, taken: Mapping[str, Any]) -> str:
    """Return an id made of the first words of a text, in ASCII, that is not taken."""
    import unicodedata

    from recover.playbook import grammar

    flat = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    found = [word for word in re.findall(r"[a-z0-9]+", flat) if word not in _SMALL]
    name = "_".join(found[:4])[:40].rstrip("_") or "new"
    name = name if name[0].isalpha() else f"n_{name}"
    name = name if grammar.ID.check(name) is None else f"{name}_1"
    number = 2
    while name in taken:
        name = f"{name.rstrip('0123456789').rstrip('_')}_{number}"
        number += 1
    return name


_SMALL = frozenset({"the", "a", "an", "is", "are", "was", "were", "do", "does", "did", "of", "to", "you", "your", "it"})


def _short(text: str) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= 60 else flat[:57] + "…"


def _where(go: Any) -> str:
    return f"{go['go']} after {go['after']}" if isinstance(go, Mapping) else str(go)


def _later(day: str, days: int) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
