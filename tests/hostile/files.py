"""Files that attack the readers: YAML and archives, by name, as bytes."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Callable

#: A submission that must come through whatever stands beside it.
GOOD = b"student: {name: Good, id: '7'}\nassignment: activity6\nanswers: {q1: {phi_0: '1'}}\n"


def named(name: str) -> bytes:
    """A sound submission under a name."""
    return GOOD.replace(b"Good", name.encode()).replace(b"'7'", b"'8'")


def _yaml(answer: str, before: str = "") -> bytes:
    head = f"{before}student: {{name: X, id: '1'}}\nassignment: activity6\nanswers:\n  q1:\n"
    return f"{head}    phi_0: {answer}\n".encode()


def _laughs() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 10)]
    return _yaml("*a9", "\n".join(lines) + "\n")


def _merges() -> bytes:
    lines = ["m0: &m0 {a0: 1}"]
    lines += [f"m{k}: &m{k} {{<<: [*m{k - 1}, *m{k - 1}], a{k}: 1}}" for k in range(1, 40)]
    return _yaml("{<<: *m39}", "\n".join(lines) + "\n")


#: YAML by name: the bytes of an answers file.
YAML: dict[str, Callable[[], bytes]] = {
    "billion laughs": _laughs,
    "merges that double": _merges,
    "an anchor inside itself": lambda: _yaml("&a [*a, *a]"),
    "ten thousand anchors": lambda: _yaml(
        "*k0", "".join(f"k{k}: &k{k} 1\n" for k in range(10_000))
    ),
    "ten thousand aliases": lambda: _yaml("[" + ", ".join(["*k"] * 10_000) + "]", "k: &k 1\n"),
    "deep lists": lambda: _yaml("[" * 50_000 + "]" * 50_000),
    "deep mappings": lambda: _yaml("{a: " * 20_000 + "1" + "}" * 20_000),
    "deep blocks": lambda: _yaml("1") + b"".join(b" " * k + b"a:\n" for k in range(1_000)),
    "open lists": lambda: _yaml("[" * 100_000),
    "dashes": lambda: _yaml("1") + b"- " * 100_000,
    "50 MB": lambda: _yaml("1") + b"# " + b"x" * 50_000_000,
    "5 MB": lambda: _yaml("1") + b"\n" * 4_900_000,
    "blanks": lambda: _yaml("1") + b" " * 990_000,
    "lines": lambda: _yaml("1") + b"\n" * 19_990,
    "comments": lambda: _yaml("1") + b"# x\n" * 19_990,
    "300,000 keys": lambda: _yaml("1") + b"".join(b"    a%d: 1\n" % k for k in range(300_000)),
    "as many keys as are read": lambda: (
        _yaml("1") + b"".join(b"    a%d: 1\n" % k for k in range(19_990))
    ),
    "a key as long as a file": lambda: _yaml("1") + b"    " + b"k" * 990_000 + b": 1\n",
    "twenty thousand documents": lambda: _yaml("1") + b"---\n" * 19_990,
    "twenty thousand directives": lambda: b"%TAG ! x\n" * 19_990 + _yaml("1"),
    "a duplicate key": lambda: _yaml("'1'\n    phi_0: '2'"),
    "a student twice": lambda: _yaml("'1'") + b"student: {name: Y, id: '2'}\n",
    "a python object": lambda: _yaml("!!python/object/apply:os.system ['touch hacked']"),
    "a python name": lambda: _yaml("!!python/name:os.system"),
    "a python module": lambda: _yaml("!!python/module:os"),
    "a binary": lambda: _yaml("!!binary aGVsbG8="),
    "a tag of its own": lambda: _yaml("!<tag:yaml.org,2002:python/none> x"),
    "zero bytes": lambda: _yaml("1") + b"\0" * 1000,
    "no text at all": lambda: bytes(range(256)) * 4_000,
    "broken UTF-8": lambda: _yaml("1") + b"# \xff\xfe\xfa\n",
    "UTF-16 of half a character": lambda: (
        b"\xff\xfe" + _yaml("1").decode().encode("utf-16-le")[:-1]
    ),
    "escapes of surrogates": lambda: _yaml(r'"\uD800 \uDFFF"'),
    "quotes that never close": lambda: _yaml("'" + "x\n\n" * 9_990),
    "backslashes in quotes": lambda: _yaml('"' + "\\" * 1_000_000),
    "brackets of all kinds": lambda: _yaml("([{" * 300_000),
    "colons": lambda: _yaml(": " * 500_000),
    "question marks": lambda: _yaml("1") + b"? " * 100_000,
}


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes], deflated: bool = True) -> bytes:
    out = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members of one name
        with zipfile.ZipFile(out, "w", how) as archive:
            for name, data in members:
                archive.writestr(name, data, how)
    return out.getvalue()


def _with(name: str | zipfile.ZipInfo, data: bytes) -> bytes:
    """An archive of Canvas's with a sound submission and one that attacks."""
    return _zip(("ada_1001_5001_activity6.yaml", named("Ada")), (name, data))


def _info(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    info.create_system = 3
    return info


def _encrypted() -> bytes:
    raw = bytearray(_with("eve_1002_5002_a.yaml", named("Eve")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.rindex(mark) + at] |= 1
    return bytes(raw)


def _lying() -> bytes:
    """A member that states a size of ten bytes, and unpacks to twenty megabytes."""
    raw = bytearray(_with("eve_1002_5002_a.yaml", b"\0" * 20_000_000))
    at = raw.rindex(b"PK\x01\x02") + 24
    raw[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(raw)


def _bomb(size: int) -> bytes:
    return _with("eve_1002_5002_a.yaml", b"a" * size)


def _nested(depth: int) -> bytes:
    data = named("Eve")
    for _ in range(depth):
        data = _zip(("eve_1002_5002_a.zip", data))
    return data


def _many(count: int) -> bytes:
    return _zip(*((f"p{k}_{k}_{k}_a.txt", b"") for k in range(count)), deflated=False)


def _odd_names() -> bytes:
    raw = _with("eve_1002_5002_QQQQ.yaml", named("Eve"))
    return raw.replace(b"QQQQ", b"\x8e\xff\xfe\x81")


def _commented() -> bytes:
    raw = _with("eve_1002_5002_a.yaml", named("Eve"))
    return raw[:-2] + (65_535).to_bytes(2, "little") + b"PK\x05\x06" * 16_383 + b"xxx"


#: Archives by name.
ZIPS: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: _bomb(50_000_000),
    "a bomb of many": lambda: _zip(
        ("ada_1001_5001_activity6.yaml", named("Ada")),
        *((f"e{k}_{2000 + k}_{k}_a.yaml", b"#" * 4_900_000) for k in range(20)),
    ),
    "a member that lies": _lying,
    "archives in archives": lambda: _with("eve_1002_5002_a.zip", _nested(50)),
    "a name that leads out": lambda: _with("../../eve_1002_5002_a.yaml", named("Eve")),
    "a name that leads out by backslashes": lambda: _with(
        "..\\..\\eve_1002_5002_a.yaml", named("Eve")
    ),
    "an absolute name": lambda: _with("/etc/eve_1002_5002_a.yaml", named("Eve")),
    "a drive": lambda: _with("C:\\eve_1002_5002_a.yaml", named("Eve")),
    "a symbolic link": lambda: _with(_info("eve_1002_5002_a.yaml", stat.S_IFLNK), b"/etc/passwd"),
    "a device": lambda: _with(_info("eve_1002_5002_a.yaml", stat.S_IFCHR), b""),
    "encrypted": _encrypted,
    "names that are no UTF-8": _odd_names,
    "names that steer a terminal": lambda: _with("eve_1002_5002_\x1b[2J\u202ea.yaml", named("Eve")),
    "two entries that differ by case": lambda: _zip(
        ("ada_1001_5001_activity6.yaml", named("Ada")),
        ("eve_1002_5002_a.yaml", named("Eve")),
        ("EVE_1003_5003_A.yaml", named("Eva")),
    ),
    "one name twice": lambda: _zip(
        ("ada_1001_5001_activity6.yaml", named("Ada")),
        ("eve_1002_5002_a.yaml", named("Eve")),
        ("eve_1002_5002_a.yaml", named("Eva")),
    ),
    "a hundred thousand entries": lambda: _many(100_000),
    "a hundred thousand folders deep": lambda: _with("a/" * 30_000 + "a.yaml", named("Eve")),
    "cut in half": lambda: _with("eve_1002_5002_a.yaml", named("Eve") * 50)[:-60],
    "no archive": lambda: b"PK\x03\x04" + b"x" * 1_000,
    "empty": lambda: b"",
    "a comment of 65,535 bytes": _commented,
    "a method that no one knows": lambda: _with("eve_1002_5002_a.yaml", named("Eve")).replace(
        b"\x08\x00", b"\x63\x00"
    ),
}
