"""A playbook as a handout: everything is in it, for people who read no YAML, and nothing of it acts."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from recover.errors import TemplateError
from recover.packet.letters.front_matter import load_letter
from recover.packet.tree import plain_text
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from recover.preview.blanks import blank_letter
from recover.preview.handout import Handout
from recover.preview.page import CSP, handout_html
from recover.preview.sheets import handout_pdf
from tests.cli.runner import recover
from tests.preview.ground import handout_of, layouts, style

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) \" ' &"
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            self.ids += [str(value)] if name == "id" else []
            self.targets += [str(value)] if name == "href" else []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def handout() -> Handout:
    return handout_of("hijacked-page")


@pytest.fixture(scope="module")
def page(handout: Handout) -> Page:
    return Page(handout_html(handout, style()))


@pytest.mark.parametrize("name", playbook_ids())
def test_everything_a_trainer_wrote_is_in_the_handout(name: str) -> None:
    """Card, every step's words, questions with reason and choices, checklist, evidence, gates and dates are there."""
    playbook = load_playbook(name)
    text = Page(handout_html(handout_of(name), style())).text
    asked = {fact for step in playbook.steps for fact in step.ask}
    wanted = [playbook.title, playbook.summary, *playbook.first_aid.lines, *(gate.why for gate in playbook.gates)]
    for step in playbook.steps:
        wanted += [step.title, step.say, step.tell, *(item.text for item in step.do)]
        wanted += [need.title for need in step.evidence]
    for fact in playbook.facts:
        if fact.id in asked:
            wanted += [fact.ask, fact.why, fact.help, *(choice.label for choice in fact.choices)]
    wanted += [deadline.title for deadline in playbook.deadlines]
    assert [words for words in wanted if " ".join(words.split()) not in text] == []


def test_every_screen_is_numbered_and_linked(handout: Handout, page: Page) -> None:
    """Each link leads to something on the page, nothing has the same name twice, no link leaves the page."""
    assert all(target.startswith("#") for target in page.targets)
    assert {target[1:] for target in page.targets} - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))
    screens = [screen.number for chapter in handout.chapters for screen in chapter.screens]
    assert screens == list(range(1, len(screens) + 1))


def test_a_page_needs_and_loads_nothing(page: Page) -> None:
    """No script, no picture, no style from elsewhere, no event handler; the policy forbids all of it."""
    assert not {"script", "img", "iframe", "object", "link", "form", "input", "base"} & set(page.tags)
    assert not any(name.startswith("on") or name in ("src", "style") for name in page.attributes)
    assert CSP.startswith("default-src 'none'")
    assert "script-src" not in CSP


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    """There is one main part and one first heading, a way past the contents, and headings leave out no level."""
    assert page.tags.count("main") == 1
    assert page.tags.count("h1") == 1
    assert "#main" in page.targets
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_hostile_words_stay_words(handout: Handout) -> None:
    """What a playbook from outside says is escaped wherever it is printed."""
    chapter = handout.chapters[1]
    screen = replace(chapter.screens[0], title=HOSTILE, say=HOSTILE, tell=HOSTILE, marks=(HOSTILE,))
    bad = replace(
        handout,
        title=HOSTILE,
        lead=(HOSTILE,),
        card=(HOSTILE,),
        card_title=HOSTILE,
        chapters=(replace(chapter, title=HOSTILE, screens=(screen,)),),
        facts=tuple(replace(fact, title=HOSTILE, lines=(HOSTILE,), sources=(HOSTILE,)) for fact in handout.facts),
    )
    found = Page(handout_html(bad, style()))
    assert not {"script", "img"} & set(found.tags)
    assert "onerror" not in found.attributes


def test_a_style_cannot_end_its_element(handout: Handout) -> None:
    """A style with a `<` is refused."""
    with pytest.raises(TemplateError):
        handout_html(handout, "</style><script>")


def test_a_fact_past_its_day_is_marked() -> None:
    """Whoever prints the handout next year sees what nobody has checked again, and that the playbook is too old."""
    later = handout_of("hijacked-page", "2027-12-01")
    assert any(fact.is_stale for fact in later.facts)
    assert len(later.warnings) == 2
    assert handout_of("hijacked-page").warnings == ()


def test_facts_name_their_sources(handout: Handout) -> None:
    """Each channel, date and clause that is used says where it comes from and how sure it is."""
    kinds = {fact.kind for fact in handout.facts}
    assert kinds == {"way to send", "date", "the platform's rule"}
    assert all(fact.sources and "checked 20" in fact.checked for fact in handout.facts)


def test_conditions_are_words(handout: Handout) -> None:
    """A step for holders in the Union says so; no name of a fact is left in what holds a step."""
    marks = [mark for chapter in handout.chapters for screen in chapter.screens for mark in screen.marks]
    assert any("Only if the account holder is in the European Union." in mark for mark in marks)
    assert not any("==" in mark or "intake." in mark for mark in marks)


def test_where_each_answer_leads(handout: Handout) -> None:
    """Each outcome of a wait is named with the step it leads to."""
    screens = {screen.id: screen for chapter in handout.chapters for screen in chapter.screens}
    told = {way.title: way.words for way in screens["reply"].onward}
    assert told["They ask for an ID"] == "They ask for an ID"
    assert "No answer after 14 days" in told["A follow-up needs something new"]


def test_a_letter_is_printed_with_all_its_branches() -> None:
    """Slots say what goes there, each arm of an `if` says when it is printed, and lists are printed once."""
    path = "letters/page-hijack-statement.en.md"
    templates = Path(__file__).resolve().parents[2] / "templates" / path
    facts = {fact.id: fact for fact in load_playbook("hijacked-page").facts}
    letter = load_letter(templates.read_text("utf-8"), path)
    text = plain_text(blank_letter(letter, facts, load_registry()))
    assert "‹name of the account holder›" in text
    assert "‹When did you last have control?›" in text
    assert "Please do not decide on a copy of an identity document alone" in text
    assert "⟨if “When was it lost again?” is known⟩" in text
    assert "{{" not in text
    assert "{%" not in text


def test_a_letter_is_printed_without_its_marks_and_with_its_closing_line() -> None:
    """`SWORN:` and `SAFETY:` are for the program; whose statement the rest is stands there as a reader will see it."""
    text = (
        "---\nletter: a\nlanguage: en\ntitle: A title\nto: platform\n---\nSWORN: I declare.\n\n- SAFETY: Take care.\n\n"
        "{{ holder.statement }}\n"
    )
    told = plain_text(blank_letter(load_letter(text, "letters/a.en.md"), {}, load_registry()))
    assert told.splitlines()[::2] == [
        "I declare.",
        "- Take care.",
        "What has no exhibit number is the statement of the account holder.",
    ]


def test_a_question_in_a_letter_is_no_markup() -> None:
    """A question's wording enters a letter as text."""
    path = "letters/x.en.md"
    text = "---\nletter: x\nlanguage: en\ntitle: X\nto: platform\nslots:\n  a: {fact: p.a}\n---\n{{ a }}\n"
    from recover.playbook.model import Fact, FactType

    facts = {"p.a": Fact("p.a", FactType.TEXT, "**bold** [x](javascript:alert) <b>?")}
    (paragraph,) = blank_letter(load_letter(text, path), facts, load_registry())
    assert plain_text((paragraph,)).strip() == "‹**bold** [x](javascript:alert) <b>?›"


def test_the_pdf_has_the_same_words(handout: Handout) -> None:
    """The PDF is tagged, says its language and title, and holds every screen's title and the card."""
    content = handout_pdf(handout, layouts(), AS_OF)
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert str(root["/MarkInfo"]["/Marked"]) == "True"  # type: ignore[index]
    assert str(root["/Lang"]).startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == handout.title
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    squeezed = text.replace(" ", "")
    for chapter in handout.chapters:
        for screen in chapter.screens:
            assert screen.title.replace(" ", "") in squeezed
    assert handout.card[0].replace(" ", "") in squeezed


def test_the_same_handout_gives_the_same_pdf() -> None:
    """Nothing in it depends on the machine's clock."""
    handout = handout_of("phishing-app")
    assert handout_pdf(handout, layouts(), AS_OF) == handout_pdf(handout, layouts(), AS_OF)


def test_the_command_writes_new_files_only(tmp_path: Path) -> None:
    """The name tells the format; a file that is there stays as it is; a PDF does not go to the terminal."""
    for name in ("h.html", "h.pdf"):
        assert recover("playbook", "preview", "phishing-app", "--out", tmp_path / name).code == 0
    assert (tmp_path / "h.pdf").read_bytes().startswith(b"%PDF")
    before = (tmp_path / "h.html").read_bytes()
    assert recover("playbook", "preview", "phishing-app", "--out", tmp_path / "h.html").code == 2
    assert (tmp_path / "h.html").read_bytes() == before
    assert recover("playbook", "preview", "phishing-app", "--format", "pdf").code == 2
    assert recover("playbook", "preview", "phishing-app", "--format", "doc").code == 2


def test_the_graph_command_knows_both_formats(tmp_path: Path) -> None:
    """SVG unless the name or the option says Mermaid."""
    assert recover("playbook", "graph", "phishing-app").out.startswith("<svg ")
    assert recover("playbook", "graph", "phishing-app", "--format", "mermaid").out.startswith("flowchart TD")
    assert recover("playbook", "graph", "phishing-app", "--out", tmp_path / "g.mmd").code == 0
    assert (tmp_path / "g.mmd").read_text("utf-8").startswith("flowchart TD")
    assert recover("playbook", "graph", "no-such-playbook").code == 10


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [360, 1200])
def test_a_phone_shows_it_without_scrolling_sideways(tmp_path: Path, handout: Handout, width: int) -> None:
    """In a browser the page is as wide as the screen; only a drawing may be moved sideways."""
    probe = "<script>document.title = 'width ' + document.documentElement.scrollWidth</script>"
    text = handout_html(handout, style())
    # The page allows no script; the probe is let in for the measurement only.
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text).replace("</body>", probe + "</body>")
    (tmp_path / "page.html").write_text(text, "utf-8")
    frame = f'<iframe id="f" src="page.html" width="{width}" height="700"></iframe>'
    (tmp_path / "frame.html").write_text(
        f"<!DOCTYPE html><body>{frame}<script>f.onload = () => document.body.dataset.width = "
        "f.contentDocument.documentElement.scrollWidth</script></body>",
        "utf-8",
    )
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=4000", "--dump-dom",
         (tmp_path / "frame.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'data-width="(\d+)"', done.stdout)
    assert found is not None, done.stdout[-500:]
    assert int(found[1]) <= width


def test_a_name_with_another_ending_is_no_format(tmp_path: Path) -> None:
    """HTML under a name that promises a Word file would open as garbage: refused, with the endings there are."""
    result = recover("playbook", "preview", "phishing-app", "--out", tmp_path / "handout.docx")
    assert result.code == 2
    assert ".html" in result.err
    assert not (tmp_path / "handout.docx").exists()


@pytest.mark.parametrize("name", ["hijacked-page", "hijacked-profile", "hijacked-google"])
def test_gates_are_told_without_signs_and_in_reading_order(name: str) -> None:
    """No operator of the condition language is left in a sentence; held steps are named from first to last."""
    rows = [row for gate in handout_of(name).gates for row in (gate.text, *gate.notes)]
    assert not [row for row in rows if re.search(r"[!=<>]=|==", row)]
    for row in rows:
        if row.startswith("holds step"):
            numbers = [int(each) for each in re.findall(r"\d+", row)]
            assert numbers == sorted(numbers)
