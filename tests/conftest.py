"""Shared test ground: no network, no home of the person who runs the tests, and programs that may be missing.

A test marked `needs("age")` runs where that program is installed; `.ci/run` installs them all and fails if one was
left out.
"""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

# A busy machine once took more than hypothesis' 200 ms to read a zone's file, and the test failed for it. What is slow
# is measured by benchmarks/, never by a property.
settings.register_profile("recover", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("recover")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("needs"):
            missing = [program for program in mark.args if shutil.which(program) is None]
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the real home, state and configuration folders, and from a real keyring."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in ("RECOVER_VAULT", "RECOVER_PLAYBOOKS", "NO_COLOR", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every program is installed (`RECOVER_TESTS_COMPLETE=1`), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("RECOVER_TESTS_COMPLETE") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
