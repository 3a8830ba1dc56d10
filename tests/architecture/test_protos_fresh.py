"""The committed generated code is what the contracts say."""

from __future__ import annotations

from pathlib import Path

from protos.generate import GENERATED, contracts, generate, install, tree


def test_generated_code_is_fresh(tmp_path: Path):
    """Regenerating gives exactly the committed files: nobody edited them, nobody forgot to run `make proto`."""
    generate(tmp_path)

    committed = tree(GENERATED)

    assert tree(tmp_path) == committed, "run `make proto` and commit protos/gen"


def test_every_contract_lies_where_its_package_says():
    """Folder, proto package and import path are one name, so generated imports work unedited."""
    root = GENERATED.parent

    for name in contracts():
        package = name.rpartition("/")[0].replace("/", ".")

        assert f"\npackage {package};\n" in (root / name).read_text(encoding="utf-8"), name


def test_installing_removes_what_no_contract_makes_any_more(tmp_path: Path):
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    for folder in (fresh, target):
        folder.mkdir()
    (fresh / "kept.py").write_text("new")
    (target / "kept.py").write_text("old")
    (target / "gone.py").write_text("stale")

    changed = install(fresh, target)

    assert changed == ["gone.py", "kept.py"]
    assert tree(target) == {"kept.py": b"new"}
