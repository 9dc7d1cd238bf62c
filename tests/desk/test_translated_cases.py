"""A case speaks the client's language: as its playbook was translated when the case was opened."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recover import content
from recover.desk import Desk, pinning
from recover.playbook.model import Catalogue
from recover.playbook.translation import catalogue_name, originals_of, reviewed, with_texts, write_catalogue
from tests.desk.conftest import HandClock

QUESTION = "facts.safe_to_talk.ask"


def translate(own: Path, text: str, by: str = "", language: str = "tr") -> None:
    """Put a catalogue of the first question into an own folder."""
    originals = originals_of(content.playbooks_root() / "shared" / "intake.yaml")
    catalogue = with_texts(Catalogue("shared/intake", language, "", "", ()), {QUESTION: text}, originals)
    catalogue = reviewed(catalogue, by, "2026-06-01", originals) if by else catalogue
    path = own / catalogue_name("shared/intake", language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_catalogue(catalogue, originals), "utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def desk(tmp_path: Path, own: Path, clock: HandClock) -> Desk:
    own.mkdir()
    made = Desk(tmp_path / "vault", clock=clock, state_dir=tmp_path / "state", use_keyring=False, roots=(own,))
    made.create_throwaway_vault()
    return made


def test_an_open_case_keeps_the_words_it_was_opened_with(desk: Desk, own: Path) -> None:
    """What a translator changes afterwards changes nothing in an open case, also after it is opened anew."""
    translate(own, "Şimdi rahatça konuşabiliyor musunuz?", by="A. Reader")
    case = desk.start("phishing-app", practice=True, language="tr")
    translate(own, "Konuşabilir misiniz?")
    for each in (case, desk.open(case.name)):
        fact = next(fact for fact in each.playbooks[0].facts if fact.id == "intake.safe_to_talk")
        phrase = each.speech().ask(fact)
        assert (phrase.text, phrase.state) == ("Şimdi rahatça konuşabiliyor musunuz?", "reviewed")
    assert "playbooks/shared/text/tr/intake.yaml" in case.bundles[0].files


def test_the_clients_answer_decides_the_language(desk: Desk, own: Path) -> None:
    """The language named when the case was opened counts until the client names another one."""
    translate(own, "Konuşabilir misiniz?")
    case = desk.start("phishing-app", practice=True, language="tr")
    assert case.speech().language == "tr"
    case.answer("intake.client_language", "az")
    assert (case.speech().language, case.speech("ru").language) == ("az", "ru")
    fact = next(fact for fact in case.playbooks[0].facts if fact.id == "intake.safe_to_talk")
    assert case.speech().ask(fact).state == "unreviewed"
    assert case.speech().ask(fact).text == "İndi sərbəst danışa bilərsiniz?"


def test_a_bundle_of_before_translations_is_read(desk: Desk) -> None:
    """A case opened by an earlier version has no catalogues, and is spoken to in English."""
    bundle = desk.bundle("phishing-app", ("az",))
    document = json.loads(pinning.bundle_bytes(bundle))
    document.pop("catalogues")
    for member in ("parts", "derived_version", "derived_sha256"):
        document["playbook"]["playbook"].pop(member)
    old = pinning.read_bundle(json.dumps(document).encode(), bundle.digests)
    assert (old.catalogues, old.playbook.parts) == ((), ())
    assert bundle.catalogues


def test_a_broken_catalogue_stops_no_case(desk: Desk, own: Path) -> None:
    """At two in the night a case opens; the fault is told, and that catalogue is not pinned."""
    translate(own, "Konuşabilir misiniz?")
    path = own / catalogue_name("shared/intake", "tr")
    path.write_text(path.read_text("utf-8") + "  facts.x.ask: {source: nothing}\n", "utf-8")
    case = desk.start("phishing-app", practice=True, language="tr")
    fact = next(fact for fact in case.playbooks[0].facts if fact.id == "intake.safe_to_talk")
    assert case.speech().ask(fact).text == fact.ask
    assert "playbooks/shared/text/tr/intake.yaml" not in case.bundles[0].files
    _, problems = desk.speech("phishing-app", "tr")
    assert {each.path.rpartition("/text/")[2] for each in problems} == {"tr/intake.yaml"}


def test_a_case_keeps_the_texts_of_its_clients_language_only(desk: Desk, tmp_path: Path) -> None:
    """Dozens of catalogues are neither read nor kept; an answers file names the language as well as `start` does."""
    assert desk.bundle("phishing-app").catalogues == ()
    answers = tmp_path / "answers.yaml"
    answers.write_text("answers:\n  intake.safe_to_talk: yes\n  intake.client_language: ru\n", "utf-8")
    case = desk.open(desk.apply_answers("phishing-app", answers, practice=True).recorded.case)
    assert {each.language for each in case.bundles[0].catalogues} == {"ru"}
    spoken = desk.start("phishing-app", practice=True, language="az")
    assert {each.language for each in spoken.bundles[0].catalogues} == {"az"}


def test_another_language_is_read_when_it_is_first_spoken(desk: Desk, own: Path) -> None:
    """Of a catalogue that was not kept only what fits the pinned English is said."""
    case = desk.start("phishing-app", practice=True, language="az")
    translate(own, "Konuşabilir misiniz?")
    fact = next(fact for fact in case.playbooks[0].facts if fact.id == "intake.safe_to_talk")
    assert case.speech("tr").ask(fact).text == "Konuşabilir misiniz?"
    assert case.speech("az").ask(fact).text == "İndi sərbəst danışa bilərsiniz?"
    path = own / catalogue_name("shared/intake", "tr")
    stale = re.sub(r"source: [0-9a-f]{12}", "source: 000000000000", path.read_text("utf-8"))
    path.write_text(stale, "utf-8")
    assert desk.open(case.name).speech("tr").ask(fact).text == fact.ask


def test_an_own_folder_that_nobody_confirmed_says_nothing(tmp_path: Path, own: Path, clock: HandClock) -> None:
    """A client of a real case never hears a translation that somebody put there unseen."""
    own.mkdir()
    made = Desk(
        tmp_path / "real", clock=clock, state_dir=tmp_path / "state", use_keyring=False, roots=(own,),
        passphrase=lambda: "five unrelated words of a test",
    )  # fmt: skip
    made.create_vault("five unrelated words of a test", recovery="none")
    case = made.start("phishing-app", language="en")
    translate(own, "Konuşabilir misiniz?")
    fact = next(fact for fact in case.playbooks[0].facts if fact.id == "intake.safe_to_talk")
    assert made.open(case.name).speech("tr").ask(fact).text != "Konuşabilir misiniz?"
