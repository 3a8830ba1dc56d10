"""A whole ledger leaves as a file only when two persons stand for it, and never with who complained."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import disclosures_service_pb2 as pb
from services.chassis.errors import GuantongError
from services.chassis.ledgers.parse import prepare
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served
from tests.integration.ledgers.test_unsealing import approve, refused

NAME, PHONE = "张大山", "13800138000"
SERVICE = "Disclosures"


@pytest.fixture
async def filled(served: Served) -> Served:
    rows = csv_bytes(PETITION_HEADER, f"X-1,2026-01-05,云岭镇,村组,诉求,{NAME},{PHONE}")
    await served.put(rows, "import", ledger=PETITIONS.name)
    return served


async def ask(served: Served, *, ledger: str = PETITIONS.name, form: str = "csv", who: str = "clerk") -> str:
    request = pb.AskExportRequest(request_id=f"ask-{who}", ledger=ledger, format=form, reason="年度核对")
    return str((await served.call(SERVICE, request, who)).disclosure_id)


async def take(served: Served, asked: str, who: str = "clerk", request_id: str = "take") -> Any:
    return await served.call(SERVICE, pb.TakeExportRequest(request_id=request_id, disclosure_id=asked), who)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_one_asks_another_approves_and_the_file_has_no_petitioner(filled: Served, form: str):
    asked = await ask(filled, form=form)
    assert await refused(take(filled, asked)) == "DISCLOSURE_NOT_OPEN"
    await approve(filled, asked)

    file = (await take(filled, asked)).file
    (row,) = prepare(PETITIONS.spec, file).rows
    assert (row.values["number"], row.sealed) == ("X-1", {})
    assert not any(word.encode() in file for word in (NAME, PHONE, "petition_ref"))
    (entry,) = filled.entries("disclosure.taken")
    assert (entry["ledger"], entry["by"], len(str(entry["file_digest"]))) == (PETITIONS.name, "clerk", 64)


async def test_nobody_approves_a_file_for_themselves(filled: Served):
    asked = await ask(filled, who="leader")
    assert await refused(approve(filled, asked, "leader")) == "DISCLOSURE_SAME_PERSON"
    assert filled.entries("disclosure.approved") == []


async def test_the_file_leaves_once_and_is_not_kept_for_a_repetition(filled: Served):
    asked = await ask(filled)
    await approve(filled, asked)
    assert await refused(take(filled, asked, "clerk-2")) == "DISCLOSURE_NOT_OPEN"
    assert (await take(filled, asked)).file

    assert not (await take(filled, asked)).file
    assert await refused(take(filled, asked, request_id="again")) == "DISCLOSURE_NOT_OPEN"


async def test_an_approved_export_opens_no_identity_and_the_other_way_round(filled: Served):
    asked = await ask(filled)
    await approve(filled, asked)
    sealed = pb.TakeSealedIdentityRequest(request_id="cross", disclosure_id=asked)
    assert await refused(filled.call(SERVICE, sealed)) == "DISCLOSURE_NOT_OPEN"


@pytest.mark.parametrize("ledger", ["petitioner_vault", "accounts", "disclosures", "../test_issues", ""])
async def test_the_vault_and_every_other_table_is_no_ledger(filled: Served, ledger: str):
    assert await refused(ask(filled, ledger=ledger)) == "LEDGER_UNKNOWN"


async def test_a_format_nobody_can_read_is_refused_before_anybody_is_asked(filled: Served):
    with pytest.raises(GuantongError) as error:
        await ask(filled, ledger=ISSUES.name, form="pdf")
    assert error.value.facts["field"] == "format"
