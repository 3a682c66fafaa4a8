"""Files in a real browser: chosen, sent to the sandbox, seen as code, and saved."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import expect

from tests.page.browser import serving
from tests.page.conftest import Open
from tests.page.test_page import field, output, run_button, tab
from tests.vectors.files import FOLDERS

pytestmark = pytest.mark.slow


def test_a_file_is_chosen_sent_and_saved(visit: Open, tmp_path: Path) -> None:
    with serving(tmp_path / "state", FOLDERS["archive"], ARCHIVE_KEY="k") as url:
        page = visit("#upload_document", url=url)
        actions = page.get_by_role("navigation", name="Actions")
        actions.get_by_text("Upload document").click()
        field(page, "Document").set_input_files({"name": "cat.png", "mimeType": "image/png", "buffer": b"picture"})
        expect(page.locator("#inputs")).to_contain_text("cat.png, 7 bytes")
        tab(page, "Code").click()
        expect(page.get_by_role("tabpanel", name="Code")).to_contain_text('File("cat.png")')
        run_button(page).click()
        tab(page, "Output").click()
        expect(output(page)).to_contain_text("Succeeded")
        actions.get_by_text("Get content").click()
        field(page, "ID").fill("d1")
        run_button(page).click()
        expect(output(page)).to_contain_text("7 bytes")
        with page.expect_download() as download:
            output(page).get_by_role("button", name="Download").click()
        saved = Path(download.value.path()).read_bytes()
        page.goto("about:blank")  # it asks for the call limit now and then, and its server ends here
    assert saved == b"Example"
