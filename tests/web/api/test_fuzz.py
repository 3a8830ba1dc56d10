"""Every operation with input that nobody thought of: no failure, and every answer is as the description has it."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation, BaseSchema

from tests.web.api.conftest import Desk, Program

Operation = APIOperation[Any, Any, Any, Any]
_EXAMPLES = 25
_SOUND = re.compile("[0-9A-Za-z_-]{1,64}")
_SPREADSHEETS = ("编号,单位名称\r\nA-1,县水务局\r\n".encode(), b"\xef\xbb\xbf", b"PK\x03\x04", b'"', b",,,\n\n,")
_NOT_CHECKED = ("positive_data_acceptance", "ignored_auth", "use_after_free", "ensure_resource_availability")
"""What a schema cannot say: that a page's token is one the node made, that an import can be kept, that a closed ledger
takes a person."""
load_all_checks()
openapi.media_type("text/csv", st.sampled_from(_SPREADSHEETS) | st.binary(max_size=200))
openapi.media_type(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    st.sampled_from(_SPREADSHEETS) | st.binary(max_size=200),
)


@pytest.fixture(scope="module")
def described(desk: Desk, program: Program) -> BaseSchema:
    """The interface as it describes itself, with things that are really there among what is asked for."""
    known: dict[str, list[str]] = {
        "letter_id": [one["letter_id"] for one in program.found("/letters")["items"]] + [desk.closed_letter_id],
        "matter_id": [one["matter_id"] for one in program.found("/matters")["items"]],
        "ledger": [one["name"] for one in program.found("/ledgers")["items"]],
    }
    config = SchemathesisConfig.from_dict({"headers": {"Authorization": f"Bearer {program.token}"}})
    schema = openapi.from_url(f"{desk.address}/api/v1/openapi.json", config=config)

    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        del context
        for name, value in (path_parameters or {}).items():
            number = zlib.crc32(str(value).encode())
            if name in known and _SOUND.fullmatch(str(value)) and number % 3:
                path_parameters[name] = known[name][number % len(known[name])]  # type: ignore[index]
        return path_parameters

    schema.hook(map_path_parameters)
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
def test_no_input_makes_the_interface_fail_or_answer_other_than_described(described: BaseSchema, mode: GenerationMode):
    """Boundary values of every parameter first, then what chance makes of the schema; always the same chance."""
    asked = 0
    for result in described.get_all_operations():
        operation = cast("Operation", result.ok())  # type: ignore[union-attr]  # a fault of the description fails here
        for case in described.iter_coverage_cases(
            operation, generation_modes=[mode], generation_config=described.config.generation
        ):
            _answered(case)
            asked += 1
        _by_chance(operation, mode)

    assert asked > 10


def _by_chance(operation: Operation, mode: GenerationMode) -> None:
    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def answers(case: Case[Any]) -> None:
        _answered(case)

    with suppress(Unsatisfiable):  # an operation without input takes no wrong one
        answers()


def _answered(case: Case[Any]) -> None:
    excluded: list[Any] = [CHECKS.get_one(name) for name in _NOT_CHECKED]
    case.call_and_validate(excluded_checks=excluded)
