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


def test_a_file_may_have_two_million_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b"{}" + b" " * 1_999_998)
    assert files.read_json(path) == {}


def test_a_link_in_the_way_to_a_file_counts_and_one_that_leads_to_itself_is_told(tmp_path: Path) -> None:
    inside, outside = tmp_path / "connector", tmp_path / "outside"
    for place in (inside / "real", outside):
        place.mkdir(parents=True)
        (place / "a.json").write_text('{"a": 1}')
    (inside / "out").symlink_to(outside)
    (inside / "in").symlink_to(inside / "real")
    (inside / "loop.json").symlink_to(inside / "loop.json")
    assert files.read_inside(inside, Path("in/a.json")) == {"a": 1}
    assert files.read_inside(inside, Path("real/../real/a.json")) == {"a": 1}
    with pytest.raises(ValueError, match="leads out of the connector folder"):
        files.read_inside(inside, Path("out/a.json"))
    with pytest.raises((ValueError, OSError), match=r"leads to itself|symbolic links"):
        files.read_inside(inside, Path("loop.json"))


def test_the_files_of_actions_stand_in_one_order_and_no_others_do(tmp_path: Path) -> None:
    for name in ("b/z.json", "b/a.json", "a/m.json", "connector.json", "b/deep/no.json", "b/no.txt"):
        path = tmp_path / "definitions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    found = [path.as_posix() for path in files.definition_files(tmp_path)]
    assert found == ["definitions/a/m.json", "definitions/b/a.json", "definitions/b/z.json"]


def test_a_folder_of_another_format_is_known_by_its_file_unless_it_is_a_connector_folder(tmp_path: Path) -> None:
    assert files.importer_of(tmp_path) is None
    (tmp_path / "apiDefinition.swagger.json").write_text("{}")
    assert files.importer_of(tmp_path).__name__ == "connector.importing.package"
    assert files.find(tmp_path) == tmp_path.resolve()
    (tmp_path / "definitions").mkdir()
    (tmp_path / files.MANIFEST).write_text("{}")
    assert files.importer_of(tmp_path) is None
