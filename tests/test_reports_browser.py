"""A real browser runs nothing and asks for nothing, whatever a student wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grader.reports import render_report

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DATA = Path(__file__).parent / "data" / "reports_results.json"
BOBBY = 2

#: Each would rename the page or fetch a file, if anything ran or loaded.
VECTORS = (
    "<script>document.title='pwned'</script>",
    "<img src=SERVER/a.png onerror=\"document.title='pwned'\">",
    "\"><svg onload=document.title='pwned'>",
    "</style><style>body{background:url(SERVER/b.png)}</style>",
    "<math><mtext></math><script>document.title='pwned'</script>",
    "</code><iframe srcdoc=\"<script>parent.document.title='pwned'</script>\">",
    "<link rel=stylesheet href=SERVER/c.css><base href=SERVER>",
    r"\text{</math><script>document.title='pwned'</script>}",
    r"\href{SERVER/d}{x}",
    "<meta http-equiv=refresh content='0;url=SERVER/e'>",
    "{{7*7}}",
)


@pytest.fixture
def server():
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    thread.join()
    running.server_close()


def opened(path: Path, profile: Path) -> str:
    """The page as the browser has it after loading."""
    if CHROMIUM is None:
        pytest.skip("no chromium")
    run = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={profile}", "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return run.stdout


def test_nothing_runs_and_nothing_is_asked_for(server, tmp_path):
    address, asked = server
    vectors = [vector.replace("SERVER", address) for vector in VECTORS]
    document = json.loads(DATA.read_text(encoding="utf-8"))
    student = document["students"][BOBBY]
    student["student"]["name"] = "Bobby " + " ".join(vectors)
    student["notes"] = vectors
    document["unread"] = [{"file": vector, "error": vector} for vector in vectors]
    for part, vector in zip(student["parts"], vectors, strict=True):
        part |= {"answer": vector, "read_as": vector, "feedback": [vector, f"`{vector}`"]}
        part["notes"] = [f"${vector}$"]
    for name, index in (("html", BOBBY), ("class", None)):
        path = tmp_path / f"{name}.html"
        path.write_text(render_report(document, name, index), encoding="utf-8")
        found = opened(path, tmp_path / f"profile-{name}")
        assert "<title>pwned" not in found
        assert "Bobby &lt;script&gt;" in found
        assert not any(f"<{tag}" in found for tag in ("iframe", "img", "link", "base"))
        # The class page has the script that sorts its tables, and no other.
        assert found.count("<script") == (1 if name == "class" else 0)
    assert asked == []


def test_the_test_would_see_it(server, tmp_path):
    address, asked = server
    path = tmp_path / "bad.html"
    path.write_text(f"<title>x</title>{VECTORS[0]}{VECTORS[1].replace('SERVER', address)}")
    assert "<title>pwned" in opened(path, tmp_path / "profile")
    assert asked == ["/a.png"]
