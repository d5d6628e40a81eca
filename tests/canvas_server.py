"""A Canvas of one course on this machine: it keeps state, and speaks the documented endpoints.

Faults are queued per request: a status to answer with before or after the work is
done, or a connection that is cut.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qsl, urlsplit

TOKEN = "7~secretTokenOfTheInstructor"
PER_PAGE = 3


class CanvasState:
    """What Canvas holds; tests read and change it directly."""

    def __init__(self, users, *, rubric=(), possible=26):
        self.users = {user["id"]: user for user in users}
        self.assignment = {
            "id": 4312, "name": "Activity 6", "points_possible": possible,
            "course_id": 27, "rubric": list(rubric),
        }  # fmt: skip
        self.submissions = {
            number: {"user_id": number, "assignment_id": 4312, "score": None, "grade": None,
                     "excused": False, "graded_at": None, "submitted_at": "2024-10-17T10:00:00Z",
                     "submission_comments": [], "rubric_assessment": {}, "attempt": 1}
            for number in self.users
        }  # fmt: skip
        self.files: dict[int, dict] = {}
        self.progresses: dict[int, dict] = {}
        self.log: list[tuple[str, str]] = []
        self.tokens_seen: set[str] = set()
        self.faults: list[tuple[str, str, object]] = []
        self.remaining: list[float] = []
        self.clock = "2030-01-01T00:00:00Z"
        self.missing_in_bulk: set[int] = set()
        self.polls_needed = 2

    def fail(self, method, path, how, times=1):
        """Queue a fault for requests whose path matches: a status, ("after", status), "cut" or
        "cut after"."""
        self.faults += [(method, path, how)] * times

    def comments(self, number):
        return [row["comment"] for row in self.submissions[number]["submission_comments"]]

    def attachments(self, number):
        return [
            [file["display_name"] for file in row["attachments"]]
            for row in self.submissions[number]["submission_comments"]
        ]

    # --- what the endpoints do ---------------------------------------------------

    def grade(self, number, posted):
        submission = self.submissions[number]
        if posted.endswith("%"):
            submission["score"] = round(
                float(posted[:-1]) * self.assignment["points_possible"] / 100, 2
            )
        elif posted in ("complete", "incomplete"):
            submission["score"] = self.assignment["points_possible"] if posted == "complete" else 0
        else:
            submission["score"] = float(posted)
        submission["grade"] = posted
        submission["graded_at"] = self.clock

    def assess(self, number, fields):
        for path, value in fields:
            match = re.fullmatch(r"\[?([^\[\]]+)\]?\[(points|comments)\]", path)
            if match:
                row = self.submissions[number]["rubric_assessment"].setdefault(match[1], {})
                row[match[2]] = float(value) if match[2] == "points" else value


def nested(name):
    """``grade_data[7][posted_grade]`` as its parts."""
    return re.findall(r"[^\[\]]+", name)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for each answer; two of them wait 40 ms for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    state: CanvasState

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.work("GET")

    def do_POST(self):
        self.work("POST")

    def do_PUT(self):
        self.work("PUT")

    def work(self, method):
        state = self.state
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state.log.append((method, parts.path))
        for fault in state.faults:
            if fault[0] == method and re.search(fault[1], parts.path):
                state.faults.remove(fault)
                how = fault[2]
                if how == "cut":
                    self.cut()
                    return
                if isinstance(how, int):
                    self.refuse(how)
                    return
                self.route(method, parts, body)
                if how == "cut after":
                    self.cut()
                else:
                    self.refuse(how[1])
                return
        self.answer(*self.route(method, parts, body))

    def cut(self):
        self.close_connection = True
        self.connection.close()

    def refuse(self, status):
        text = "403 Forbidden (Rate Limit Exceeded)" if status == 403 else "{}"
        headers = {"X-Rate-Limit-Remaining": "0.0"} if status in (403, 429) else {}
        self.answer(status, text, headers)

    def answer(self, status, answer, headers=None):
        data = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        given = {"X-Rate-Limit-Remaining": "650.0", **(headers or {})}
        if self.state.remaining and "X-Rate-Limit-Remaining" not in (headers or {}):
            given["X-Rate-Limit-Remaining"] = str(self.state.remaining.pop(0))
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def route(self, method, parts, body):
        state = self.state
        path = parts.path
        if method == "POST" and path == "/upload":
            assert "Authorization" not in self.headers, "the token went to the file store"
            return self.upload(body)
        state.tokens_seen.add(self.headers.get("Authorization", ""))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return (
                401,
                {"errors": [{"message": "Invalid access token."}]},
                {"WWW-Authenticate": "x"},
            )
        if not path.startswith("/api/v1/"):
            return 404, {}, {}
        path = path.removeprefix("/api/v1/")
        fields = parse_qsl(body.decode(), keep_blank_values=True)
        base = "courses/27/assignments/4312"
        if path == "courses/27":
            return 200, {"id": 27, "name": "Deep Learning"}, {}
        if path == base:
            return 200, state.assignment, {}
        if path == f"{base}/submissions" and method == "GET":
            return self.page(dict(parse_qsl(parts.query)))
        if path == f"{base}/submissions/update_grades" and method == "POST":
            return self.bulk(fields)
        if match := re.fullmatch(r"progress/(\d+)", path):
            return self.progress(int(match[1]))
        if match := re.fullmatch(rf"{base}/submissions/(\d+)(/comments/files)?", path):
            number = int(match[1])
            if number not in state.submissions:
                return 404, {"errors": [{"message": "no such user"}]}, {}
            if match[2]:
                file = len(state.files) + 501
                state.files[file] = {"id": file, "display_name": dict(fields)["name"], "data": None}
                where = f"http://{self.headers['Host']}/upload"
                return 200, {"upload_url": where, "upload_params": {"key": str(file)}}, {}
            if method == "PUT":
                return self.edit(number, fields)
            return 200, self.shown(number), {}
        return 404, {"errors": [{"message": f"no route {path}"}]}, {}

    def shown(self, number):
        return {**self.state.submissions[number], "user": self.state.users[number]}

    def page(self, query):
        numbers = sorted(self.state.submissions)
        page = int(query.get("page", 1))
        rows = [self.shown(number) for number in numbers[(page - 1) * PER_PAGE : page * PER_PAGE]]
        links = {}
        if page * PER_PAGE < len(numbers):
            path = self.path.partition("?")[0]
            following = f"http://{self.headers['Host']}{path}?page={page + 1}&per_page=100"
            links["Link"] = f'<{following}>; rel="next"'
        return 200, rows, links

    def bulk(self, fields):
        state = self.state
        grouped: dict[int, list] = {}
        for name, value in fields:
            _, number, *rest = nested(name)
            grouped.setdefault(int(number), []).append((rest, value))
        failed = []
        for number, rows in grouped.items():
            if number not in state.submissions or number in state.missing_in_bulk:
                failed.append(number)
                continue
            for rest, value in rows:
                if rest == ["posted_grade"]:
                    state.grade(number, value)
                elif rest[0] == "rubric_assessment":
                    state.assess(number, [(f"{rest[1]}[{rest[2]}]", value)])
        number = len(state.progresses) + 1
        state.progresses[number] = {
            "id": number, "workflow_state": "queued", "polls": 0,
            "final": "failed" if failed else "completed",
            "message": f"Couldn't find User(s) with API ids {failed}" if failed else None,
        }  # fmt: skip
        return 200, self.told(number), {}

    def told(self, number):
        row = self.state.progresses[number]
        done = row["polls"] >= self.state.polls_needed
        return {"id": number, "tag": "submissions_update", "completion": 100 if done else 0,
                "workflow_state": row["final"] if done else "running",
                "message": row["message"] if done else None}  # fmt: skip

    def progress(self, number):
        self.state.progresses[number]["polls"] += 1
        return 200, self.told(number), {}

    def edit(self, number, fields):
        state = self.state
        given = dict(fields)
        if "submission[posted_grade]" in given:
            state.grade(number, given["submission[posted_grade]"])
        state.assess(number, [(name.removeprefix("rubric_assessment"), value)
                              for name, value in fields if name.startswith("rubric_assessment")])  # fmt: skip
        # A file alone is a comment too.
        if any(name.startswith("comment[") for name in given):
            files = [int(value) for name, value in fields if name == "comment[file_ids][]"]
            assert all(state.files[file]["data"] for file in files), "a file that was not uploaded"
            state.submissions[number]["submission_comments"].append(
                {"id": 900 + len(state.log), "comment": given.get("comment[text_comment]", ""),
                 "attachments": [state.files[file] for file in files]}
            )  # fmt: skip
        public = json.loads(json.dumps(self.shown(number), default=lambda data: "bytes"))
        return 200, public, {}

    def upload(self, body):
        key = re.search(rb'name="key"\r\n\r\n(\d+)', body)
        name = re.search(rb'name="file"; filename="([^"]+)"', body)
        content = body.partition(b'filename="')[2].partition(b"\r\n\r\n")[2]
        file = self.state.files[int(key[1])]
        assert name[1].decode() == file["display_name"]
        file["data"] = content.rpartition(b"\r\n--")[0].decode()
        shown = {"id": file["id"], "display_name": file["display_name"], "url": "http://x/f"}
        return 201, f"while(1);{json.dumps(shown)}", {}


class Quick(ThreadingHTTPServer):
    """Without the look-up of this machine's name, which may wait for a network."""

    daemon_threads = True

    def server_bind(self):
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address


@contextmanager
def running(state):
    """The address of a server that holds the state, while the block runs."""
    handler = type("Bound", (Handler,), {"state": state})
    server = Quick(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
