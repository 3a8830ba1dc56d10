"""Turn every contract under protos/guantong into the Python code committed in protos/gen, the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent
GENERATED = SOURCES / "gen"
_ROOT = "guantong"
_INIT = '"""Generated from protos/{package}; run `python -m protos.generate` after a change there."""\n'


class GenerateError(Exception):
    """protoc refused a contract; its own words stand above this on standard error."""


def contracts() -> list[str]:
    """Every proto file, relative to the folder that protoc resolves imports from, in a fixed order."""
    return sorted(path.relative_to(SOURCES).as_posix() for path in (SOURCES / _ROOT).rglob("*.proto"))


def generate(target: Path) -> None:
    """Write the code for all contracts into `target`, which must be empty."""
    scripts = Path(sysconfig.get_path("scripts"))
    compiler = subprocess.run(
        [
            *(sys.executable, "-m", "grpc_tools.protoc"),
            f"--proto_path={SOURCES}",
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--python_out={target}",
            f"--grpc_python_out={target}",
            f"--mypy_out=quiet:{target}",
            f"--mypy_grpc_out=quiet:{target}",
            *contracts(),
        ],
        check=False,
    )
    if compiler.returncode != 0:
        raise GenerateError(f"protoc ended with {compiler.returncode}")
    _make_packages(target)


def install(fresh: Path, target: Path) -> list[str]:
    """Bring `target` to the state of `fresh`, touching only files that differ; returns what changed."""
    changed = []
    wanted = tree(fresh)
    present = tree(target)
    for name, content in wanted.items():
        if present.get(name) != content:
            destination = target / name
            destination.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed: a node started meanwhile never imports half a module.
            partial = destination.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(destination)
            changed.append(name)
    for name in present.keys() - wanted.keys():
        (target / name).unlink()
        changed.append(name)
    return sorted(changed)


def tree(folder: Path) -> dict[str, bytes]:
    """The generated files below `folder` and their bytes, byte-code caches left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _make_packages(target: Path) -> None:
    root = target / _ROOT
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        package = folder.relative_to(target).as_posix()
        (folder / "__init__.py").write_text(_INIT.format(package=package), encoding="utf-8")
    (root / "py.typed").write_bytes(b"")


def main() -> int:
    """Regenerate protos/gen in place and say what changed."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        try:
            generate(fresh)
        except GenerateError as error:
            sys.stderr.write(f"{error}; protos/gen is unchanged\n")
            return 1
        changed = install(fresh, GENERATED)
    sys.stdout.write("".join(f"{name}\n" for name in changed) or "protos/gen is already fresh\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
