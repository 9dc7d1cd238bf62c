"""The program that turns layouts into PDF, run as a child with limits: JSON on stdin, JSON on stdout, no file written.

It imports nothing of recover, so that it starts fast and runs isolated (`python -I`). A job is `{name, layout, data,
timestamp}`; its answer `{name, pdf}` (base64) or `{name, error, hint}`. Fonts are those inside typst; those of the
system are used only when a job says so.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

MAX_CPU_SECONDS = 60
MAX_MEMORY_BYTES = 3 * 1024**3
"""Address space, of which threads and font maps take most; real use is far below."""

HERE = Path(__file__).resolve().parent
"""What a layout could reach at most: this folder of source text. The parent refuses layouts that read anything."""


def limit() -> None:
    """Bound processor time, memory and core files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout is what bounds it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def make_pdf(job: dict[str, Any], fonts: Any) -> dict[str, str]:
    """Compile one job."""
    import typst

    compiler = typst.Compiler(
        job["layout"].encode(),
        root=str(HERE),
        font_paths=fonts,
        ignore_system_fonts=not job["system_fonts"],
        sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
        package_path=str(HERE / "no-packages"),
        package_cache_path=str(HERE / "no-packages"),
    )
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=job["timestamp"])
        if not isinstance(pdf, bytes):
            return {"name": job["name"], "error": "no single document came out", "hint": ""}
    except typst.TypstError as error:
        return {"name": job["name"], "error": error.diagnostic or error.message, "hint": "; ".join(error.hints)}
    return {"name": job["name"], "pdf": base64.b64encode(pdf).decode("ascii")}


def main() -> None:
    """Read the jobs, compile each, write the answers."""
    limit()
    import typst

    jobs = json.load(sys.stdin.buffer)
    wants_system = any(job["system_fonts"] for job in jobs)
    fonts = typst.Fonts(include_system_fonts=wants_system, include_embedded_fonts=True)
    answers = [make_pdf(job, fonts) for job in jobs]
    sys.stdout.buffer.write(json.dumps(answers).encode())


if __name__ == "__main__":
    main()
