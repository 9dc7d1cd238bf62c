"""The longer checks: each supported Python, the exhaustive fault sets, lint, types, the built wheel, benchmarks."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "types"]


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Run the tests of the README's command."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "-n", "auto", *session.posargs)


@nox.session
def exhaustive(session: nox.Session) -> None:
    """Run the complete fault, alteration and state-machine sets (slow)."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "-n", "auto", "-m", "exhaustive", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting, and lint the shipped playbooks."""
    session.install("ruff", "-e", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("recover", "playbook", "lint", "--strict")


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it in a clean place without the checkout, and run the fictional case with it."""
    session.install("build")
    session.run("python", "-m", "build", "--wheel", "--outdir", session.create_tmp())
    session.chdir(session.create_tmp())
    session.run("python", "-m", "pip", "install", "--force-reinstall", "--find-links", ".", "recover-kit")
    session.run("recover", "practice", "neighbour-voices", "--out", "packet-from-wheel")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure beside a peer in the same run and print ratios."""
    session.install("-e", ".[test]")
    session.run("python", "benchmarks/run.py", *session.posargs)
