"""The page for a class: clicked through in a real browser, with nothing from outside and nothing but its own script."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from recover import content
from recover.exercise.page import class_page
from recover.exercise.scenes import Choice, Exercise, Scene, make_exercise
from recover.practice import find_stories
from tests.cli.runner import recover

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script> \"' {{ 7*7 }} & ]]>"

DRIVER = """<!DOCTYPE html><body><iframe id="f" src="page.html" width="360" height="700"></iframe><script>
f.onload = () => {
  const doc = f.contentDocument, seen = [];
  doc.getElementById("start").click();
  for (let turn = 0; turn < 200; turn += 1) {
    const scene = [...doc.querySelectorAll(".scene")].find((each) => !each.hidden);
    if (!scene) break;
    const wrong = [...scene.querySelectorAll(".choice:not([data-right])")];
    if (turn === 0) wrong[0].click();
    scene.querySelector("[data-right]").click();
    seen.push(doc.activeElement.className);
    scene.querySelector(".next").click();
  }
  const end = doc.getElementById("end");
  Object.assign(document.body.dataset, {
    scenes: seen.length, ended: !end.hidden, missed: doc.querySelectorAll("#missed li").length,
    focus: [...new Set(seen)].join(), told: doc.getElementById("missed").textContent,
    width: doc.documentElement.scrollWidth, images: doc.images.length,
  });
};
</script></body>"""


def style() -> str:
    return (content.templates_root() / "preview" / "class.css").read_text("utf-8")


def driven(tmp_path: Path, page: str) -> dict[str, str]:
    """Click through a page in headless Chromium: one wrong turn, then every right one; return what it then shows."""
    (tmp_path / "page.html").write_text(page, "utf-8")
    (tmp_path / "driver.html").write_text(DRIVER, "utf-8")
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=6000", "--dump-dom",
         (tmp_path / "driver.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return dict(re.findall(r'data-(\w+)="([^"]*)"', done.stdout))


@pytest.mark.needs("chromium")
def test_a_class_can_click_through_it_on_a_phone(tmp_path: Path) -> None:
    """Every scene comes up, the keyboard's focus goes along, the wrong turn stands at the end, nothing is too wide."""
    exercise = make_exercise(find_stories(["first-try"])[0])
    shown = driven(tmp_path, class_page(exercise, style()))
    wrong = next(choice for choice in exercise.scenes[0].choices if not choice.is_right)
    assert shown["ended"] == "true"
    assert int(shown["scenes"]) == len(exercise.scenes)
    assert shown["missed"] == "1"
    assert shown["focus"] == "next"
    assert wrong.cost.split(":")[0].split("“")[0] in shown["told"].replace("&quot;", '"')
    assert int(shown["width"]) <= 360


@pytest.mark.needs("chromium")
def test_what_a_story_says_stays_text_in_the_browser(tmp_path: Path) -> None:
    """Markup in every text of a story makes no element and runs nothing; the page still works."""
    choices = (Choice(HOSTILE, HOSTILE), Choice(HOSTILE + "2", HOSTILE, HOSTILE))
    scene = Scene(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE, choices, (HOSTILE,), HOSTILE)
    gates, dates = ((HOSTILE, "open"),), (HOSTILE,)
    exercise = Exercise("x", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (scene,), gates, dates)
    shown = driven(tmp_path, class_page(exercise, style()))
    assert shown["ended"] == "true"
    assert shown["images"] == "0"


def test_the_page_loads_nothing_and_allows_its_own_script_only() -> None:
    """One script, allowed by its digest; no address, no picture, no style from outside."""
    page = class_page(make_exercise(find_stories(["in-time"])[0]), style())
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';".replace("'", "&#x27;") in page
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "http" not in script


def test_the_command_names_story_and_file(tmp_path: Path) -> None:
    """The longest story unless another is named; an existing file is not written over; a PDF is refused."""
    out = tmp_path / "class.html"
    result = recover("playbook", "preview", "phishing-app", "--practice", "--story", "in-time", "--out", out)
    assert result.code == 0, result
    assert "in-time" in result.out
    assert recover("playbook", "preview", "phishing-app", "--practice", "--out", out).code != 0
    assert recover("playbook", "preview", "phishing-app", "--practice", "--out", tmp_path / "c.pdf").code == 2
    assert recover("playbook", "preview", "phishing-app", "--practice", "--story", "no-such").code == 10
    assert recover("playbook", "preview", "phishing-app", "--story", "in-time").code == 2
