from __future__ import annotations

from pathlib import Path

import pytest

from connector.definition import files
from connector.errors import DefinitionError
from tests.connector.parcels import write_folder


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON: .* \\(line 1, column 2\\)"),
        (b"", "not JSON"),
        (b"[1]", "must hold a JSON object"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "the key “c” stands twice in one object"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b" " * 2_000_001, "larger than 2 MB"),
    ],
    ids=["broken", "empty", "list", "key twice", "not utf-8", "deep", "large"],
)
def test_a_file_that_is_no_json_object_is_told_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        files.read_json(path)


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_not(tmp_path: Path) -> None:
    inside = tmp_path / "connector"
    inside.mkdir()
    (tmp_path / "secret.json").write_text('{"a": 1}')
    (inside / "real.json").write_text('{"a": 2}')
    (inside / "out.json").symlink_to(tmp_path / "secret.json")
    (inside / "in.json").symlink_to(inside / "real.json")
    assert files.read_inside(inside, Path("in.json")) == {"a": 2}
    for path in ("out.json", "../secret.json"):
        with pytest.raises(ValueError, match="leads out of the connector folder"):
            files.read_inside(inside, Path(path))


def test_a_connector_is_found_by_its_path(tmp_path: Path) -> None:
    made = write_folder(tmp_path / "parcels")
    assert files.find(made) == files.find(str(made)) == made.resolve()


def test_a_connector_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"There is no connector “.*nowhere”.*installed: ") as caught:
        files.find(tmp_path / "nowhere")
    assert all(name in str(caught.value) for name in files.available())


def test_a_package_may_announce_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "parcels_package")
    (tmp_path / "parcels_package/__init__.py").write_text("")
    info = tmp_path / "parcels-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parcels\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[connector.bundles]\nparcels = parcels_package\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert files.find("parcels") == tmp_path / "parcels_package"
