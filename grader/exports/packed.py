"""ZIP archives that are the same bytes on any day and any machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

#: The first day that a ZIP archive can name.
_DATE = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """An archive of files by name, sorted, readable by their owner only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, whatever made it
            info.external_attr = 0o600 << 16
            content = files[name]
            archive.writestr(info, content.encode("utf-8") if isinstance(content, str) else content)
    return out.getvalue()
