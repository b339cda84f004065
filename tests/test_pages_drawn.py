"""What a machine can see of a drawing: texts inside their boxes, the switch of light and dark."""

from __future__ import annotations

import re
from itertools import pairwise

from metanarrative.map.check import check_page
from metanarrative.map.page import Page, render
from metanarrative.map.views import flow


def test_a_flow_box_holds_its_number_and_both_lines() -> None:
    box = flow._box("policy:duplicates", "other copies or languages", 2, 10, 20, 130, 52, {}, False, quiet=True)
    lines = [
        (float(y), float(size)) for y, size in re.findall(r'<text x="[\d.]+" y="([\d.]+)" font-size="([\d.]+)"', box)
    ]
    assert len(lines) == 3
    assert min(y - 0.8 * size for y, size in lines) > 20
    assert max(y + 0.25 * size for y, size in lines) < 72
    # and no line stands on the one above it
    assert all(below[0] - above[0] >= below[1] for above, below in pairwise(lines))


def test_pages_that_are_only_read_have_the_switch_of_light_and_dark_and_no_other_script() -> None:
    page = Page(name="report", lead="x", picture="<p>y</p>", data={}, meta={"title": "t"}, engine="none", wide=True)
    html = render(page)
    assert 'id="theme"' in html
    assert html.count("<script>") == 1
    assert "script-src 'sha256-" in html
    assert check_page(html) == []
