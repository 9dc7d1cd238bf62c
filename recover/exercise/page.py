"""An exercise as one page that a class clicks through on phones: no server, no network, nothing kept.

Every scene stands in the page; a short script shows one at a time. The policy of the page allows this one script, by
its digest, and nothing else: what a story says is text, whatever it looks like.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from recover.exercise.scenes import Choice, Exercise, Scene
from recover.preview.page import page

SCRIPT = """\
"use strict";
const scenes = [...document.querySelectorAll(".scene")];
const end = document.getElementById("end");
const missed = document.getElementById("missed");
function show(section) {
  for (const each of [...scenes, end, document.getElementById("begin")]) each.hidden = each !== section;
  section.querySelector("h2").focus();
  window.scrollTo(0, 0);
}
function choose(button) {
  const row = button.closest("li"), scene = button.closest(".scene");
  row.querySelector(".answer").hidden = false;
  button.disabled = true;
  if (button.dataset.right) {
    for (const other of scene.querySelectorAll(".choice")) other.disabled = true;
    row.classList.add("right");
    scene.querySelector(".told").hidden = false;
    scene.querySelector(".next").focus();
    return;
  }
  row.classList.add("wrong");
  const line = document.createElement("li");
  for (const part of [button, row.querySelector(".cost"), scene.querySelector(".read")]) {
    const text = document.createElement("p");
    text.textContent = part.textContent;
    line.append(text);
  }
  missed.append(line);
  document.getElementById("none").hidden = true;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("choice")) choose(button);
  if (button.id === "start") show(scenes[0] || end);
  if (button.id === "again") location.reload();
  if (button.classList.contains("next")) show(scenes[scenes.indexOf(button.closest(".scene")) + 1] || end);
});
"""
"""Shows scenes one by one and copies wrong turns into the list at the end; reads and writes text only."""

_DIGEST = b64encode(sha256(SCRIPT.encode()).digest()).decode("ascii")
CSP = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_DIGEST}'; img-src 'none'; "
    "form-action 'none'; base-uri 'none'"
)


def class_page(exercise: Exercise, style: str) -> str:
    """Write an exercise as one HTML document. Raises `TemplateError` for a style that could end its element."""
    scenes = len(exercise.scenes)
    body = [
        _begin(exercise),
        *(_scene(scene, number, scenes) for number, scene in enumerate(exercise.scenes, 1)),
        _end(exercise),
    ]
    return page(f"{exercise.title} (practice)", style, "\n".join(body), CSP, script=f"<script>{SCRIPT}</script>\n")


def _begin(exercise: Exercise) -> str:
    return (
        f'<section id="begin"><p class="kind">Practice: everything here is invented</p>'
        f'<h1>{escape(exercise.title)}</h1><p class="lead">{escape(exercise.playbook)}</p>'
        f'<h2 tabindex="-1">First aid, read aloud: {escape(exercise.card_title)}</h2>{_list(exercise.card)}'
        "<p>You decide, one scene at a time. A wrong turn is told at once, and you choose again. At the end you see "
        "what it would have cost.</p>"
        '<p><button type="button" id="start">Begin</button></p>'
        "<noscript><p><strong>This page needs its own script; switch scripts on for it.</strong></p></noscript>"
        "</section>"
    )


def _scene(scene: Scene, number: int, scenes: int) -> str:
    choices = "".join(map(_choice, scene.choices))
    hint = f"<details><summary>A hint</summary><p>{_broken(scene.hint)}</p></details>" if scene.hint else ""
    last = "See how it ends" if number == scenes else "Go on"
    return (
        f'<section class="scene" hidden><p class="clock">{escape(scene.at)}</p>'
        f'<h2 tabindex="-1">Scene {number} of {scenes}</h2>{_list(scene.happened)}'
        f'<p class="ask">{escape(scene.question)}</p><ol class="choices" aria-live="polite">{choices}</ol>{hint}'
        f'<p class="read" hidden>Read again: {escape(scene.place)}</p>'
        f'<div class="told" hidden>{_list(scene.told)}'
        f'<button type="button" class="next">{last}</button></div></section>'
    )


def _choice(choice: Choice) -> str:
    right = ' data-right="yes"' if choice.is_right else ""
    verdict = "Right." if choice.is_right else "Not this."
    return (
        f'<li><button type="button" class="choice"{right}>{escape(choice.text)}</button>'
        f'<p class="answer" hidden><strong>{verdict}</strong> {escape(choice.answer)}</p>'
        f'<p class="cost" hidden>It would have cost: {escape(choice.cost)}</p></li>'
    )


def _end(exercise: Exercise) -> str:
    words = {"open": "met", "overridden": "opened by decision", "held": "not met"}
    gates = [f"{title}: {words.get(status, status)}" for title, status in exercise.gates]
    return (
        '<section id="end" hidden><h2 tabindex="-1">How it ended</h2>'
        '<h3>What you would have missed</h3><p id="none">Nothing. Every turn was the right one.</p>'
        '<ul id="missed"></ul>'
        f"<h3>Gates</h3>{_list(gates)}<h3>Dates</h3>{_list(exercise.dates)}"
        '<p><button type="button" id="again">Once more</button></p></section>'
    )


def _list(rows: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(row)}</li>" for row in rows)
    return f"<ul>{items}</ul>" if items else ""


def _broken(text: str) -> str:
    return escape(text).replace("\n", "<br>")
