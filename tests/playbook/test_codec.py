"""The pinned form: a case reads its playbook back from JSON, exactly, or refuses it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import NewerFormatError, PlaybookError
from recover.playbook.codec import playbook_from_json, playbook_to_json, registry_from_json, registry_to_json
from recover.playbook.loader import load_playbook, load_registry
from recover.playbook.model import MODEL_VERSION
from tests.playbook.ground import GOOD

PLAYBOOK = load_playbook(GOOD / "lost-page", [GOOD])
REGISTRY = load_registry(GOOD)
DOCUMENT: dict[str, Any] = json.loads(json.dumps(playbook_to_json(PLAYBOOK)))


def test_a_playbook_survives_json() -> None:
    """A playbook and a registry written as JSON text and read again are equal to what they were."""
    assert playbook_from_json(DOCUMENT) == PLAYBOOK
    assert registry_from_json(json.loads(json.dumps(registry_to_json(REGISTRY)))) == REGISTRY


def test_every_member_is_written() -> None:
    """Defaults are written too, so that a later default changes nothing in an open case."""
    assert DOCUMENT["playbook"]["facts"][0]["sensitivity"] == "case"
    assert DOCUMENT["playbook"]["steps"][0]["race"] is False


def test_a_newer_form_is_told_from_a_broken_one() -> None:
    """A later version is exit 13 with the upgrade as hint, not a fault of the playbook."""
    with pytest.raises(NewerFormatError, match="newer"):
        playbook_from_json({**DOCUMENT, "version": MODEL_VERSION + 1})


@pytest.mark.parametrize(
    "change",
    [
        lambda d: [],
        lambda d: {},
        lambda d: {**d, "format": "recover-registry"},
        lambda d: {**d, "version": True},
        lambda d: {**d, "version": 0},
        lambda d: {**d, "extra": 1},
        lambda d: {**d, "playbook": {**d["playbook"], "extra": 1}},
        lambda d: {**d, "playbook": {k: v for k, v in d["playbook"].items() if k != "steps"}},
        lambda d: {**d, "playbook": {**d["playbook"], "title": 5}},
        lambda d: {**d, "playbook": {**d["playbook"], "steps": "x"}},
        lambda d: {**d, "playbook": {**d["playbook"], "sources": [["a"]]}},
    ],
)
def test_a_broken_form_is_refused(change: Any) -> None:
    """What is not exactly a pinned playbook is a PlaybookError with a place."""
    with pytest.raises(PlaybookError) as caught:
        playbook_from_json(change(copy.deepcopy(DOCUMENT)))
    assert caught.value.place


def test_a_condition_that_cannot_be_read_is_found() -> None:
    """A pinned condition is parsed when the playbook is read, not when it is too late."""
    broken = copy.deepcopy(DOCUMENT)
    broken["playbook"]["gates"][0]["needs"]["text"] = "__import__('os')"
    with pytest.raises(PlaybookError) as caught:
        playbook_from_json(broken)
    assert caught.value.place == "playbook.gates[0].needs"


def test_a_deep_form_is_refused() -> None:
    """A record nested without end is an error, not a crash."""
    fact = copy.deepcopy(DOCUMENT["playbook"]["facts"][0])
    for _ in range(200):
        fact = {**fact, "fields": [fact]}
    with pytest.raises(PlaybookError, match="deep"):
        playbook_from_json({**DOCUMENT, "playbook": {**DOCUMENT["playbook"], "facts": [fact]}})


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=300)
def test_any_change_is_read_or_refused(data: st.DataObject) -> None:
    """One member anywhere replaced by any JSON gives a playbook or a PlaybookError, nothing else."""
    broken = copy.deepcopy(DOCUMENT)
    node: Any = broken
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(JSON)
            break
        node = inner
    try:
        playbook_from_json(broken)
    except (PlaybookError, NewerFormatError):
        return


def test_reading_back_needs_no_yaml() -> None:
    """An open case never parses YAML: the pinned form is read without ruamel.yaml and pydantic being imported."""
    code = (
        "import json, sys; from recover.playbook.codec import playbook_from_json;"
        "from recover.playbook.values import check;"
        "playbook_from_json(json.load(sys.stdin));"
        "assert not {'ruamel', 'ruamel.yaml', 'pydantic'} & set(sys.modules), 'imported'"
    )
    subprocess.run([sys.executable, "-c", code], input=json.dumps(DOCUMENT), text=True, check=True)
