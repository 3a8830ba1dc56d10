"""No file, however damaged, gets anything out of the loader but a rulebook or a RulebookError that tells where."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.chassis.rulebook import RulebookError, RuleFault, load
from services.chassis.rulebook.load import DEFAULT_FOLDER
from tests.unit.rulebook.small import SMALL, write_small

_LINES = SMALL.splitlines()
_WORDS = ("", "x", "\\u0000", "\U0001f600", "长" * 2001)
_BARE = [
    "0",
    "-1",
    "99999999999999999999",
    "1.5",
    "nan",
    "true",
    "0x1F",
    "1979-05-27",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "[]",
    "[[]]",
    "{}",
]
_VALUES = (*_BARE, '["a",1]', "{a={b=1}}", '"""\n"quoted"\n"""', "'''\\'''", *(f'"{word}"' for word in _WORDS))
_KEYS = (
    "id",
    "zh",
    "valid_from",
    "valid_to",
    "form",
    "shares.north",
    '"a b".c',
    "''",
    "sub_units",
    "steps",
    "approvals",
)
_HEADERS = (
    "[document]",
    "[[body]]",
    "[[body.sub_units]]",
    "[duty]",
    "[[a.b]]",
    "[x]",
    "[[due_rule]]",
    '[["sett.ing"]]',
)

line = st.integers(0, len(_LINES) - 1)
damage = st.one_of(
    st.tuples(st.just("drop"), line, st.just("")),
    st.tuples(st.just("double"), line, st.just("")),
    st.tuples(st.just("value"), line, st.sampled_from(_VALUES)),
    st.tuples(st.just("insert"), line, st.tuples(st.sampled_from(_KEYS), st.sampled_from(_VALUES)).map(" = ".join)),
    st.tuples(st.just("insert"), line, st.sampled_from(_HEADERS)),
    st.tuples(st.just("insert"), line, st.text(max_size=20)),
    st.tuples(st.just("cut"), line, st.just("")),
)


def damaged(steps: list[tuple[str, int, str]]) -> str:
    lines = list(_LINES)
    for what, at, text in steps:
        place = min(at, len(lines) - 1)
        if what == "drop" and len(lines) > 1:
            del lines[place]
        elif what == "double":
            lines.insert(place, lines[place])
        elif what == "value" and " = " in lines[place]:
            lines[place] = f"{lines[place].partition(' = ')[0]} = {text}"
        elif what == "insert":
            lines.insert(place, text)
        elif what == "cut":
            lines[place] = lines[place][: len(lines[place]) // 2]
    return "\n".join(lines)


def loads_or_tells(folder: Path) -> None:
    told: tuple[RuleFault, ...] | None = None
    try:
        load(folder)
    except RulebookError as error:
        told = error.faults
    assert told != ()
    assert all(fault.file and fault.line >= 0 and fault.key and fault.en and fault.zh for fault in told or ())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(damage, min_size=1, max_size=6))
@example(steps=[("insert", 0, "'' = 0")])
def test_a_damaged_file_loads_or_is_refused_with_places(tmp_path: Path, steps: list[tuple[str, int, str]]):
    text = damaged(steps).encode("utf-8", "surrogatepass").decode("utf-8", "replace")

    loads_or_tells(write_small(tmp_path, text))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), at=st.integers(0, len(SMALL)))
def test_foreign_bytes_in_a_file_are_refused_with_places(tmp_path: Path, data: bytes, at: int):
    write_small(tmp_path)
    whole = SMALL.encode()
    (tmp_path / "rules.toml").write_bytes(whole[:at] + data + whole[at:])

    loads_or_tells(tmp_path)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(path.name for path in DEFAULT_FOLDER.rglob("*.toml"))),
    at=st.floats(0, 1),
    lost=st.integers(1, 2000),
)
def test_a_shipped_file_that_lost_lines_is_refused_with_places(tmp_path: Path, name: str, at: float, lost: int):
    """Laid over the shipped rules as a county's own file of the same name."""
    source = next(DEFAULT_FOLDER.rglob(name))
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    place = int(at * (len(lines) - 1))
    for old in tmp_path.rglob("*.toml"):
        old.unlink()
    target = tmp_path / source.relative_to(DEFAULT_FOLDER)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(lines[:place] + lines[place + lost :]), encoding="utf-8")

    loads_or_tells(tmp_path)
