"""`recover anchor`: the hash of a checkpoint goes to authorities of time; what leaves, and to whom, is said before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import recorded_json, show_recorded
from recover.errors import NetworkError, PartialError, RecoverError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recover.desk.anchoring import Anchored, Answered, Asking
    from recover.desk.authorities import Authority
    from recover.net import Switch

app = family()

NetworkMode = Annotated[
    str, typer.Option("--network", metavar="MODE", help="off, proxy or direct, instead of what is configured.")
]
NetworkProxy = Annotated[
    str, typer.Option("--proxy", metavar="URL", help="Go out through this proxy only: socks5://127.0.0.1:9050.")
]


@app.add("anchor")
def anchor(
    context: typer.Context,
    case_ref: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    tsa: Annotated[
        list[str] | None,
        typer.Option("--tsa", metavar="NAME|URL", help="Who stamps; repeat it, best under different laws."),
    ] = None,
    tsa_root: Annotated[
        str, typer.Option("--tsa-root", metavar="FILE", help="The root (PEM) by which an authority's URL is believed.")
    ] = "",
    network: NetworkMode = "",
    proxy: NetworkProxy = "",
) -> None:
    """Have the log's checkpoint stamped with the time, so that entries are proven to lie between two stamps."""
    from recover.cli.configuration import configuration_path, network_switch, read_configuration
    from recover.desk import anchoring
    from recover.desk.authorities import choose, known_authorities
    from recover.net import refuse_off

    invocation: Invocation = context.obj
    out = invocation.output
    configured = read_configuration(configuration_path())
    known = known_authorities(configured.authorities, str(configured.path))
    authorities = choose(tsa or configured.anchor, Path(tsa_root) if tsa_root else None, known)
    switch = network_switch(network, proxy)
    refuse_off(switch)
    case = invocation.case(case_ref)
    asked = anchoring.plan(case, authorities)
    _say_before(out, authorities, switch, asked)
    anchored = anchoring.anchor(case, asked, switch, lambda asking: _say_sending(out, asking))
    if out.as_json:
        out.data({**recorded_json(anchored.recorded), "answers": [_answer_json(each) for each in anchored.answers]})
    else:
        _show(out, case.name, anchored)
    _raise_for(case.name, anchored.answers)


def _say_before(out: Output, authorities: Sequence[Authority], switch: Switch, asked: Sequence[Asking]) -> None:
    """Say what leaves and to whom; nothing has been sent yet."""
    from recover import times

    if not asked:
        return
    out.say(
        "What leaves: the SHA-256 of a signed checkpoint and a random number; nothing of the case can be read in it."
    )
    for each in authorities:
        law = f", under the law of {line(each.jurisdiction)}" if each.jurisdiction else ""
        out.say(f"to {line(each.title)}{law}: {line(each.url)}", indent="  ")
        if each.review_by and times.now().date().isoformat() > each.review_by:
            out.say(f"careful: what is known of {each.name} should have been looked at by {line(each.review_by)}")
        if each.certainty == "D":
            out.say(
                f"careful: address and root of {each.name} are not confirmed; compare the root before relying on it"
            )
    out.say(f"{line(switch.words)}; whoever watches sees that, and when, you ask for a time-stamp", indent="  ")
    if len({each.jurisdiction or each.name for each in authorities}) < 2:
        out.say("careful: one authority alone can fail or be doubted; a second one under another law is better")


def _say_sending(out: Output, asking: Asking) -> None:
    queued = ", asked for before" if asking.is_queued else ""
    out.say(
        f"sending to {asking.authority.name}: {asking.digest} (log {asking.log[:8]}, {asking.size} entries{queued})"
    )


def _answer_json(answer: Answered) -> dict[str, object]:
    asking = answer.asking
    return {
        "log": asking.log,
        "size": asking.size,
        "sha256": asking.digest,
        "authority": asking.authority.name,
        "url": asking.authority.url,
        "state": answer.state,
        "at": answer.at,
        "why": answer.why,
        "command": answer.command,
    }


def _show(out: Output, name: str, anchored: Anchored) -> None:
    if not anchored.answers:
        out.result(f"{name}: everything in the log is stamped already; nothing was sent")
    for each in anchored.answers:
        at = f" at {each.at}" if each.at else f": {each.why}"
        out.result(f"{each.state} by {each.asking.authority.name}{line(at)}")
        if each.state == "unverified":
            out.say("the response is kept whole, but counts for nothing here until it can be checked", indent="  ")
        if each.command:
            out.say("check it yourself:", indent="  ")
            out.verbatim(each.command)
    if anchored.recorded.entries:
        show_recorded(out, anchored.recorded, "the answers are in the log")
        out.next_steps((f"recover verify {name} --with-keys", "between which tokens each entry lies"))


def _raise_for(name: str, answers: Sequence[Answered]) -> None:
    """End as the worst that happened: nothing stamped is a failure, something missing is done in part."""
    lacking = [each for each in answers if each.state != "stamped"]
    if not lacking:
        return
    told = "; ".join(f"{each.asking.authority.name} {each.state} ({each.why})" for each in lacking)
    kind: type[RecoverError] = NetworkError if all(each.state == "waiting" for each in answers) else PartialError
    again = f"recover anchor {name}      (asks again for what waits)"
    other = f"recover anchor {name} --tsa NAME      (another authority)"
    waits = any(each.state == "waiting" for each in lacking)
    raise kind(f"not stamped by all: {told}", place=name, hint=again if waits else other)
