"""Canvas through ``canvasapi``: patient, serial, and sure of what was done.

A request that Canvas refused for its rate may be sent again.  One that broke off
may have been done all the same, so that it is sent again only after a look.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from grader.limits import (
    PUSH_BACKOFF_SECONDS,
    PUSH_BATCH,
    PUSH_POLLS,
    PUSH_RATE_LOW,
    PUSH_TIMEOUT_SECONDS,
)
from grader.push.plan import Held, Target, has_comment
from grader.push.token import PushError, Token

_Value = TypeVar("_Value")
Sleep = Callable[[float], None]

#: Answers of a server after which the same request may succeed.
_PASSING = frozenset({403, 429, 500, 502, 503, 504})
#: Those after which the request was certainly not carried out.
_NOT_DONE = frozenset({403, 429})


class Failed(Exception):
    """Canvas did not do what it was asked for one student; the text says why."""


class Client:
    """One assignment in Canvas.  Raises PushError where Canvas cannot be used at all."""

    def __init__(
        self, url: str, token: Token, course: int, assignment: int, *, sleep: Sleep = time.sleep
    ) -> None:
        try:
            from canvasapi import Canvas
        except ImportError:
            raise PushError(
                "sending to Canvas needs the extra `canvas`: pip install 'homework-grader[canvas]'"
            ) from None

        self._token = token
        self._sleep = sleep
        self._status = 0
        self._remaining: float | None = None
        self._retry_after = 0.0
        with warnings.catch_warnings():
            # find_url lets plain HTTP pass for this machine only.
            warnings.simplefilter("ignore", UserWarning)
            canvas = Canvas(url, token.reveal())
        self._course_id, self._assignment_id = course, assignment
        # The library shows neither status nor headers of an answer, and waits for ever.
        self._requester: Any = canvas._Canvas__requester  # noqa: SLF001
        session = self._requester._session  # noqa: SLF001
        session.hooks["response"].append(self._note)
        session.request = partial(session.request, timeout=PUSH_TIMEOUT_SECONDS)
        self._canvas = canvas
        self._assignment: Any = None

    # --- how requests are made ----------------------------------------------------

    def _note(self, response: Any, *_: Any, **__: Any) -> None:
        self._status = response.status_code
        self._remaining = _number(response.headers.get("X-Rate-Limit-Remaining"))
        self._retry_after = _number(response.headers.get("Retry-After")) or 0.0

    def _request(
        self, request: Callable[[], _Value], done: Callable[[], bool] | None = None
    ) -> _Value | None:
        """The value of a request, sent again where that is sound.

        ``done`` looks whether a request that broke off was carried out; then the
        value is None.  Raises Failed.
        """
        from canvasapi.exceptions import CanvasException
        from requests import RequestException

        why = ""
        for attempt, pause in enumerate((0.0, *PUSH_BACKOFF_SECONDS)):
            if pause:
                self._sleep(max(pause, self._retry_after))
                if self._status not in _NOT_DONE and done is not None and done():
                    return None
            elif self._remaining is not None and self._remaining < PUSH_RATE_LOW:
                # Canvas gives back some ten units a second.
                self._sleep((PUSH_RATE_LOW - self._remaining) / 10)
            self._status = 0
            try:
                return request()
            except CanvasException as error:
                why = self._token.hide(str(error)) or type(error).__name__
                if self._status not in _PASSING or (
                    # A 403 that speaks of no rate is most likely a "no" for good.
                    attempt >= 2 and self._status == 403 and "rate limit" not in why.lower()
                ):
                    raise Failed(why) from None
            except RequestException as error:
                # ValueError too: an answer that should be JSON and is a page of HTML.
                why = f"no answer ({type(error).__name__})"
            except ValueError as error:
                why = f"an answer that makes no sense ({self._token.hide(str(error))[:80]})"
        raise Failed(f"{why}, after {len(PUSH_BACKOFF_SECONDS) + 1} attempts")

    def _must(self, request: Callable[[], _Value], what: str) -> _Value:
        """The value of a request without which nothing goes.  Raises PushError."""
        try:
            value = self._request(request)
        except Failed as error:
            if self._status == 401:
                raise PushError("Canvas refuses the token: is it right, and not expired?") from None
            if self._status == 404:
                raise PushError(f"Canvas has no {what}, or this token may not see it") from None
            raise PushError(f"Canvas: {what}: {error}") from None
        assert value is not None
        return value

    # --- what Canvas holds ----------------------------------------------------------

    def target(self) -> Target:
        """The assignment.  Raises PushError."""
        course = self._must(
            lambda: self._canvas.get_course(self._course_id), f"course {self._course_id}"
        )
        self._assignment = self._must(
            lambda: course.get_assignment(self._assignment_id), f"assignment {self._assignment_id}"
        )
        given = vars(self._assignment)
        criteria = given.get("rubric") or ()
        return Target(
            course=str(self._course_id),
            assignment=str(self._assignment_id),
            name=str(given.get("name") or ""),
            possible=_fraction(given.get("points_possible")),
            criteria={str(row.get("description")): str(row.get("id")) for row in criteria},
        )

    def held(self) -> tuple[Held, ...]:
        """Every submission as Canvas holds it now, page after page.  Raises PushError."""
        include = ["submission_comments", "user", "rubric_assessment"]
        found = self._must(
            lambda: list(self._assignment.get_submissions(include=include)), "list of submissions"
        )
        return tuple(_held(vars(submission)) for submission in found)

    def _one(self, user_id: str) -> Any:
        return self._assignment.get_submission(
            int(user_id), include=["submission_comments", "user", "rubric_assessment"]
        )

    # --- what is sent -----------------------------------------------------------------

    def send_grades(
        self, grades: Mapping[str, tuple[str | None, Mapping[str, tuple[float, str]] | None]]
    ) -> str | None:
        """Send grades and rubric points of many students, and wait until Canvas has them.

        Returns what Canvas said where it did not do all of them: who is missing, only
        a look at what it holds now tells.
        """
        said: str | None = None
        users = list(grades)
        for start in range(0, len(users), PUSH_BATCH):
            data = {user: _grade_data(*grades[user]) for user in users[start : start + PUSH_BATCH]}
            try:
                # The same grade twice is one grade, so this may be sent again.
                progress = self._request(
                    lambda data=data: self._assignment.submissions_bulk_update(grade_data=data)  # type: ignore[misc]
                )
                said = self._wait(progress) or said
            except Failed as error:
                said = str(error)
        return said

    def _wait(self, progress: Any) -> str | None:
        for poll in range(PUSH_POLLS):
            state = str(vars(progress).get("workflow_state"))
            if state == "completed":
                return None
            if state == "failed":
                return self._token.hide(str(vars(progress).get("message") or "Canvas says: failed"))
            self._sleep(min(5.0, 0.5 * (poll + 1)))
            progress = self._request(progress.query)
        return "Canvas had not done all of it in time"

    def send_grade(
        self, user_id: str, grade: str | None, rubric: Mapping[str, tuple[float, str]] | None
    ) -> None:
        """Send one student's grade and rubric points.  Raises Failed."""
        data: dict[str, Any] = {}
        if grade is not None:
            data["submission"] = {"posted_grade": grade}
        if rubric is not None:
            data["rubric_assessment"] = _assessment(rubric)
        submission = self._request(lambda: self._one(user_id))
        assert submission is not None
        self._request(lambda: submission.edit(**data))

    def send_comment(self, user_id: str, comment: str, page: Path | None) -> None:
        """Add one comment, with a page where there is one, once.  Raises Failed."""
        from canvasapi.upload import Uploader

        submission = self._request(lambda: self._one(user_id))
        assert submission is not None
        if has_comment(_held(vars(submission)), comment):
            return
        data: dict[str, Any] = {"text_comment": comment}
        if page is not None:
            # An upload that broke off leaves a file that no comment shows.  The library's
            # own `upload_comment` would add a comment without words for the file.
            where = (
                f"courses/{self._course_id}/assignments/{self._assignment_id}"
                f"/submissions/{user_id}/comments/files"
            )
            uploaded = self._request(lambda: Uploader(self._requester, where, page).start())
            assert uploaded is not None
            accepted, answer = uploaded
            if not accepted or "id" not in answer:
                raise Failed("Canvas did not take the feedback file")
            data["file_ids"] = [answer["id"]]

        def is_there() -> bool:
            # Where that cannot be seen either, this fails: better no comment than two.
            found = self._request(lambda: self._one(user_id))
            return has_comment(_held(vars(found)), comment)

        self._request(lambda: submission.edit(comment=data), done=is_there)


def _grade_data(
    grade: str | None, rubric: Mapping[str, tuple[float, str]] | None
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if grade is not None:
        data["posted_grade"] = grade
    if rubric is not None:
        data["rubric_assessment"] = _assessment(rubric)
    return data


def _assessment(rubric: Mapping[str, tuple[float, str]]) -> dict[str, Any]:
    return {
        criterion: {"points": points, "comments": comment}
        for criterion, (points, comment) in rubric.items()
    }


def _held(given: Mapping[str, Any]) -> Held:
    user = given.get("user") or {}
    comments: Iterable[Mapping[str, Any]] = given.get("submission_comments") or ()
    rubric = given.get("rubric_assessment") or {}
    points = {str(key): _fraction(row.get("points")) for key, row in rubric.items()}
    return Held(
        user_id=str(given.get("user_id")),
        name=str(user.get("name") or ""),
        sis_user_id=str(user.get("sis_user_id") or ""),
        login_id=str(user.get("login_id") or ""),
        score=_fraction(given.get("score")),
        grade=None if given.get("grade") is None else str(given["grade"]),
        excused=bool(given.get("excused")),
        graded_at=_time(given.get("graded_at")),
        submitted_at=_time(given.get("submitted_at")),
        comments=tuple(str(row.get("comment") or "") for row in comments),
        rubric={key: value for key, value in points.items() if value is not None},
    )


def _fraction(value: Any) -> Fraction | None:
    return Fraction(str(value)) if isinstance(value, int | float) else None


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
