"""A document as a page: loads nothing, runs nothing, read by screen readers and keyboards, on phones and on paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from recover.errors import TemplateError
from recover.packet.document import Document
from recover.packet.formats.web import STYLE_PATH, policy, write_html
from recover.packet.tree import texts
from recover.packet.words.direction import bare, directed
from tests.packet import papers

STYLE = (Path(__file__).resolve().parents[2] / "templates" / STYLE_PATH).read_text("utf-8")
WIDTHS = (390, 1280)
PAPERS = tuple(directed(each) for each in papers.PAPERS)
ARABIC = PAPERS[1]


class Read(HTMLParser):
    """What a page holds: its tags with attributes, and its text outside of the style."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in_style = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._in_style else data

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("document", PAPERS, ids=lambda each: each.stem)
def test_every_text_is_on_the_page(document: Document) -> None:
    """Title, head, small print, body, attachments, remarks and reference of a document are all on its page."""
    shown = bare(words(Read(write_html(document, STYLE)).text))
    told = [document.title, document.reference, *document.lead, *document.attachments, *document.remarks]
    told += [each for pair in document.head for each in pair]
    assert [each for each in (*told, *texts(document.blocks)) if bare(words(each)) not in shown] == []


def test_marks_are_on_the_page() -> None:
    """Practice, an unreviewed translation and lines to sign are said on the page, and only where they belong."""
    marked = replace(papers.ENGLISH, is_practice=True, is_unreviewed=True, signature="notary")
    bare = replace(papers.ENGLISH, signature="none")
    found = ["PRACTICE: fictional", "has not been reviewed", "Place and day", "For the notary public"]
    assert [each for each in found if each not in Read(write_html(marked, STYLE)).text] == []
    assert [each for each in found if each in Read(write_html(bare, STYLE)).text] == []


@pytest.mark.parametrize("text", papers.HOSTILE, ids=range(len(papers.HOSTILE)))
def test_hostile_text_adds_no_tag_and_no_attribute(text: str) -> None:
    """Whatever stands in any text, the page has the tags and attributes of a page with harmless text."""
    harmless, found = (Read(write_html(papers.hostile(each), STYLE)) for each in ("harmless", text))
    # A long word may break, a date may not: those are the elements a text can bring with it, and they carry nothing.
    own = (("wbr", {}), ("span", {"class": "whole"}))
    shapes = [[(tag, sorted(each)) for tag, each in page.tags if (tag, each) not in own] for page in (harmless, found)]
    assert shapes[1] == shapes[0]
    assert not re.search("[\u202a-\u202e\x00-\x08\x0b-\x1f\ue000]", found.text)


def test_the_policy_names_the_style_and_allows_nothing_else() -> None:
    """The page's policy is the hash of its own style; a page has one style, no script and no address to load."""
    page = Read(write_html(papers.timeline(3), STYLE))
    policies = [each["content"] for tag, each in page.tags if each.get("http-equiv")]
    assert policies == [policy(STYLE)]
    assert page.names().count("style") == 1
    assert not {"script", "link", "img", "iframe", "object", "a", "form", "base"} & set(page.names())
    assert not {name for _, each in page.tags for name in each} & {"src", "href", "style", "srcset", "onload"}


@pytest.mark.parametrize("style", ["", "p { color: red } </style><script>"], ids=["empty", "ends the element"])
def test_a_style_that_is_none_is_refused(style: str) -> None:
    """A style that is missing or could end its element makes no page."""
    with pytest.raises(TemplateError, match="style of the page"):
        write_html(papers.ENGLISH, style)


def test_same_document_same_bytes() -> None:
    """The same document and style give the same bytes; line ends of another system change nothing."""
    once = write_html(ARABIC, STYLE)
    assert once == write_html(ARABIC, STYLE.replace("\n", "\r\n"))


def test_direction_and_language() -> None:
    """The page says its language with region and its direction; fixed text is isolated from left to right."""
    page = Read(write_html(ARABIC, STYLE))
    assert page.tags[0] == ("html", {"lang": "ar-LB", "dir": "rtl"})
    assert f'<bdi dir="ltr">{papers.ADDRESS}</bdi>'.encode() in write_html(ARABIC, STYLE)
    assert Read(write_html(papers.AZERBAIJANI, STYLE)).tags[0] == ("html", {"lang": "az", "dir": "ltr"})


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The installed Chromium, started once for this module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=shutil.which("chromium"))
        yield found
        found.close()


class Seen:
    """A page as a browser opened it: what it asked for, what it complained about."""

    def __init__(self, browser: Any, path: Path, content: bytes, width: int) -> None:
        path.write_bytes(content)
        self.page = browser.new_page(viewport={"width": width, "height": 844})
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.requests = [each for each in self.requests if each != path.as_uri()]

    def violations(self) -> list[str]:
        """Run axe-core; every rule of WCAG 2.2 AA and of best practice."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than its window, on either side."""
        widest: int = self.page.evaluate(
            """() => { const all = [...document.body.querySelectorAll('*')]
                .filter(e => !e.closest('.scroll') && !e.closest('thead'))
                .map(e => e.getBoundingClientRect()).filter(r => r.width);
              return Math.ceil(Math.max(document.documentElement.scrollWidth - innerWidth,
                ...all.map(r => Math.max(r.right - innerWidth, -r.left)))) }"""
        )
        return max(widest, 0)


BROWSED = (*PAPERS, replace(papers.hostile(" ".join(papers.HOSTILE)), stem="hostile"))


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("document", BROWSED, ids=lambda each: each.stem.replace("/", "-"))
def test_a_browser_has_nothing_to_complain(browser: Any, tmp_path: Path, document: Document, width: int) -> None:
    """In Chromium, on a phone and a desk: no request, no complaint, nothing sideways, no violation for axe-core."""
    seen = Seen(browser, tmp_path / "page.html", write_html(document, STYLE), width)
    assert (seen.requests, seen.complaints, seen.sideways()) == ([], [], 0)
    assert seen.violations() == []
    seen.page.close()


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("profile", "language"), [("lawyer", ""), ("lawyer", "ar"), ("victim", "ar")])
def test_the_pages_of_a_case(browser: Any, tmp_path: Path, profile: str, language: str) -> None:
    """Cover, timeline with pictures and letters of a case: nothing to complain about, on a phone and a desk."""
    for document in papers.of_a_case(profile, language):
        for width in WIDTHS:
            seen = Seen(browser, tmp_path / "page.html", write_html(document, STYLE), width)
            assert (seen.requests, seen.complaints, seen.sideways(), seen.violations()) == ([], [], 0, [])
            seen.page.close()


@pytest.mark.needs("chromium")
def test_the_checks_in_the_browser_can_fail(browser: Any, tmp_path: Path) -> None:
    """A page that loads a picture, is too wide, and has neither language nor contrast is found to be all of that."""
    bad = b"<title>x</title><p style='width:900px;color:#ccc'>text<img src='http://127.0.0.1:9/x.png'>"
    seen = Seen(browser, tmp_path / "bad.html", bad, 390)
    seen.page.wait_for_load_state()
    assert seen.requests == ["http://127.0.0.1:9/x.png"]
    assert seen.complaints
    assert seen.sideways() > 500
    found = " ".join(seen.violations())
    assert [rule for rule in ("color-contrast", "html-has-lang", "image-alt") if rule not in found] == []
    seen.page.close()


@pytest.mark.needs("chromium")
def test_a_right_to_left_page_is_mirrored(browser: Any, tmp_path: Path) -> None:
    """In Arabic the first column and the labels stand right, and an address and a date keep their order."""
    seen = Seen(browser, tmp_path / "page.html", write_html(ARABIC, STYLE), 1280)
    left = seen.page.evaluate("() => [...document.querySelectorAll('th')].map(e => e.getBoundingClientRect().left)")
    assert left == sorted(left, reverse=True)
    label, text = seen.page.evaluate(
        "() => ['dt', 'dd'].map(name => document.querySelector(name).getBoundingClientRect().left)"
    )
    assert label > text
    order = """(wanted) => {
        let node = [...document.querySelectorAll('bdi')].find(e => e.textContent == wanted);
        while (node.firstChild) node = node.firstChild;
        const at = n => { const r = document.createRange(); r.setStart(node, n); r.setEnd(node, n + 1);
          return r.getBoundingClientRect().left };
        return [at(0), at(4), at(wanted.length - 1)] }"""
    for wanted in (papers.ADDRESS, papers.DAY):
        first, middle, last = seen.page.evaluate(order, wanted)
        assert first < middle < last
    seen.page.close()


@pytest.mark.needs("chromium")
def test_what_scrolls_takes_the_keyboard(browser: Any, tmp_path: Path) -> None:
    """On a phone a drawing is wider than the page: Tab leads to it, it has a name, and arrow keys move it."""
    seen = Seen(browser, tmp_path / "page.html", write_html(papers.timeline(3), STYLE), 390)
    seen.page.keyboard.press("Tab")
    name = "document.getElementById(document.activeElement.getAttribute('aria-labelledby')).textContent"
    assert seen.page.evaluate(name) == "Control over the Page"
    seen.page.keyboard.press("ArrowRight")
    for _ in range(100):  # not wait_for_function, which evaluates text, as the page's policy forbids
        if seen.page.evaluate("document.activeElement.scrollLeft") > 0:
            break
        seen.page.wait_for_timeout(50)
    assert seen.page.evaluate("document.activeElement.scrollLeft") > 0
    seen.page.close()


@pytest.mark.needs("chromium")
def test_a_screen_reader_finds_its_way(browser: Any, tmp_path: Path) -> None:
    """On a phone, where rows stand as blocks, the browser still tells of landmarks, headings, a table and its rows."""
    seen = Seen(browser, tmp_path / "page.html", write_html(papers.ENGLISH, STYLE), 390)
    told = seen.page.locator("body").aria_snapshot()
    order = ["banner", "main", 'heading "Statement on a hijacked Facebook Page" [level=1]', "list", "listitem"]
    order += ['table "Assets that were blocked"', 'columnheader "ID"', 'cell "100064000000102"', "contentinfo"]
    places = [told.find(each) for each in order]
    assert places == sorted(places)
    assert -1 not in places
    seen.page.close()


@pytest.mark.needs("chromium")
def test_a_table_keeps_ids_whole(browser: Any, tmp_path: Path) -> None:
    """Beside long texts a column of ids is as wide as an id, and a whole fingerprint breaks without a sign in it."""
    cells = (papers.PAGE_ID, "a sentence of some length " * 5, "f" * 64, "b" * 300)
    document = replace(papers.ENGLISH, blocks=(papers.table(("ID", "What", "SHA-256", "Long"), cells),))
    seen = Seen(browser, tmp_path / "page.html", write_html(document, STYLE), 1280)
    heights = seen.page.evaluate("() => [...document.querySelectorAll('td')].map(e => { const r = "
        "document.createRange(); r.selectNodeContents(e); return r.getClientRects().length })")  # fmt: skip
    assert heights[0] == 1
    assert (heights[2] > 1, seen.sideways()) == (True, 0)
    assert seen.page.locator("td").nth(2).text_content() == "f" * 64
    seen.page.close()


def test_dates_and_ids_stay_on_one_line() -> None:
    """A date in digits and an id with hyphens are marked to stay whole; an address and a word are not."""
    shown = papers.said(
        "on (2026-10-05), FB-551201, see https://example.org/a-1/2026-10-05 and well-known 24-hour things"
    )
    page = write_html(replace(papers.ENGLISH, blocks=(shown,), head=()), STYLE).decode()
    assert re.findall('<span class="whole">(.*?)</span>', page) == ["2026-10-05", "FB-551201"]


@pytest.mark.needs("chromium", "pdftotext")
def test_a_printed_page_holds_everything(browser: Any, tmp_path: Path) -> None:
    """Printed from the browser, every row of a table is on paper and its header stands on every page."""
    import subprocess

    seen = Seen(browser, tmp_path / "page.html", write_html(papers.timeline(80), STYLE), 1280)
    printed = tmp_path / "page.pdf"
    seen.page.pdf(path=str(printed), prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, check=True).stdout.decode()
    pages = text.split("\f")[:-1]
    assert len(pages) > 2
    assert [n for n in range(1, 81) if f"Post number {n} was" not in words(text)] == []
    assert [n for n, page in enumerate(pages) if "What happened" not in page] == []
    seen.page.close()
