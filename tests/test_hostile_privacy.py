"""Nothing over the network, nothing outside of the folders named, nothing for others to read.

The real program runs with an audit hook that records every connection and every file that is
opened for writing.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

HOOK = """
import json, os, sys
LOG = os.open(os.environ["AUDIT"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto",
                 "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        os.write(LOG, (json.dumps([event, repr(arguments)]) + "\\n").encode())
    elif event == "open" and isinstance(arguments[2], int) and isinstance(arguments[0], str):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            os.write(LOG, (json.dumps(["write", os.path.abspath(arguments[0])]) + "\\n").encode())
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.symlink", "os.link"):
        os.write(LOG, (json.dumps(["write", os.path.abspath(str(arguments[0]))]) + "\\n").encode())
sys.addaudithook(hook)
"""


def _run(folder: Path, root: Path, *arguments: str) -> tuple[str, list[list[str]]]:
    hook = folder / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    log = folder / "audit.log"
    log.unlink(missing_ok=True)
    old = os.umask(0o000)  # the program must not rely on it
    try:
        run = subprocess.run(
            [sys.executable, "-B", "-m", "grader", *arguments],
            cwd=root, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": f"{hook}{os.pathsep}{root}", "AUDIT": str(log),
                 "HOME": str(folder / "home"), "GRADER_CACHE_DIR": str(folder / "cache"), "XDG_CACHE_HOME": str(folder / "home" / "cache")},
        )  # fmt: skip
    finally:
        os.umask(old)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout + run.stderr, [json.loads(line) for line in log.read_text().splitlines()]


def test_grading_stays_in_its_folders_and_off_the_network(tmp_path: Path, root: Path) -> None:
    out = tmp_path / "out"
    page = tmp_path / "check.html"
    rubric = str(root / "rubrics" / "activity6.yaml")
    runs = (
        ("grade", rubric, str(root / "submissions_sample"), "-o", str(out)),
        ("check", rubric, str(root / "submissions_sample" / "ben.yaml"), "--html", str(page)),
        ("export", "csv", str(out / "results.json"), "-o", str(tmp_path / "out" / "r.csv")),
    )
    for run in runs:
        _, seen = _run(tmp_path, root, *run)
        assert [row for row in seen if row[0] != "write"] == []
        allowed = (str(tmp_path), os.devnull)
        assert [row for row in seen if not row[1].startswith(allowed)] == []


def test_what_is_written_is_for_its_owner_only(tmp_path: Path, root: Path) -> None:
    out = tmp_path / "out"
    _run(tmp_path, root, "grade", str(root / "rubrics" / "activity6.yaml"),
         str(root / "submissions_sample"), "-o", str(out))  # fmt: skip
    for path in (out, *out.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path}: {mode:o}"


def test_messages_carry_no_answers_of_others(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.json").write_text(
            json.dumps({"student": {"name": f"Student {number}", "id": str(number)},
                        "assignment": "activity6",
                        "answers": {"q1": {"phi_0": f"secret_{number} (", "nope": f"hidden_{number}"}}}),
            encoding="utf-8",
        )  # fmt: skip
    said, _ = _run(tmp_path, root, "grade", str(root / "rubrics" / "activity6.yaml"), str(folder),
                   "-o", str(tmp_path / "out"))  # fmt: skip
    assert "secret_" not in said
    assert "hidden_" not in said
    for page in (tmp_path / "out" / "feedback").iterdir():
        own = page.name.partition("-")[0]
        text = page.read_text(encoding="utf-8")
        others = [
            n for n in "012" if n != own and (f"secret_{n}" in text or f"Student {n}" in text)
        ]
        assert others == [], page.name
