"""Who complained is handed out sealed, to who asked with a reason, after another approved, once, and on record."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from guantong.node.v1 import disclosures_service_pb2 as pb
from guantong.node.v1 import ledgers_service_pb2 as ledgers
from services.chassis.disclosures.register import COUNTS_FOR
from services.chassis.errors import GuantongError
from services.chassis.ledgers.errors import VaultSealError
from services.chassis.ledgers.vault import VaultEntry, open_half, open_identity
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.integration.ledgers.ledgers_for_tests import (
    FIRST_CUSTODIAN,
    ISSUES,
    PETITIONS,
    SECOND_CUSTODIAN,
    SUITE,
    csv_bytes,
)
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served

NAME, PHONE = "张大山", "13800138000"
WHY = "经批准回访核实诉求"
SERVICE = "Disclosures"


@pytest.fixture
async def row_ids(served: Served) -> list[str]:
    rows = (f"X-1,2026-01-05,云岭镇,村组,,{NAME},{PHONE}", "X-2,2026-01-06,云岭镇,村组,,,")
    await served.put(csv_bytes(PETITION_HEADER, *rows), "import", ledger=PETITIONS.name)
    listed = await served.call("Ledgers", ledgers.ListRowsRequest(ledger=PETITIONS.name, read_reason=WHY))
    return [row.row_id for row in listed.rows]


async def ask(
    served: Served, row_id: str, *, reason: str = WHY, ledger: str = PETITIONS.name, who: str = "clerk"
) -> str:
    request = pb.AskUnsealingRequest(request_id=f"ask-{who}", ledger=ledger, row_id=row_id, reason=reason)
    return str((await served.call(SERVICE, request, who)).disclosure_id)


async def approve(served: Served, asked: str, who: str = "leader", request_id: str = "yes") -> None:
    await served.call(SERVICE, pb.ApproveDisclosureRequest(request_id=request_id, disclosure_id=asked), who)


async def take(served: Served, asked: str, who: str = "clerk", request_id: str = "take") -> Any:
    request = pb.TakeSealedIdentityRequest(request_id=request_id, disclosure_id=asked)
    return await served.call(SERVICE, request, who)


async def refused(call: Any) -> str:
    with pytest.raises(GuantongError) as error:
        await call
    return error.value.reason


def entry_of(sealed: pb.SealedIdentity) -> VaultEntry:
    return VaultEntry(
        sealed.petition_ref,
        sealed.suite,
        sealed.first_custodian_key_id,
        sealed.second_custodian_key_id,
        sealed.first_half,
        sealed.second_half,
        sealed.sealed,
    )


def everything(database: Database) -> str:
    def read(connection: sa.Connection) -> str:
        known = sa.MetaData()
        known.reflect(connection)
        return repr([row for table in known.sorted_tables for row in connection.execute(sa.select(table))])

    return database.reader.read_sync(read)


async def test_it_takes_two_persons_at_the_node_and_two_custodians_away_from_it(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    assert await refused(take(served, asked)) == "DISCLOSURE_NOT_OPEN"

    await approve(served, asked)
    sealed = (await take(served, asked)).identity
    assert NAME.encode() not in sealed.SerializeToString()

    entry = entry_of(sealed)
    halves = open_half(entry, FIRST_CUSTODIAN), open_half(entry, SECOND_CUSTODIAN)
    assert open_identity(entry, *halves) == {"petitioner": NAME, "phone": PHONE}


async def test_wrong_keys_and_one_custodian_twice_open_nothing(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    await approve(served, asked)
    entry = entry_of((await take(served, asked)).identity)

    with pytest.raises(VaultSealError):
        open_half(entry, SUITE.new_sealing_key())
    half = open_half(entry, FIRST_CUSTODIAN)
    for other in (half, bytes(len(half)), entry.second_half):
        with pytest.raises(VaultSealError):
            open_identity(entry, half, other)


async def test_whoever_asks_cannot_approve_and_a_clerk_cannot_at_all(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0], who="leader")

    assert await refused(approve(served, asked, "leader")) == "DISCLOSURE_SAME_PERSON"
    assert await refused(approve(served, asked, "clerk")) == "ROLE_MISSING"
    assert [one.reason for one in served.refusals] == ["DISCLOSURE_SAME_PERSON", "ROLE_MISSING"]  # both on record
    await approve(served, asked, "leader-2", "yes-2")


async def test_only_people_of_the_whole_body_ask_and_decide(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    for who in ("liaison", "system_admin", "security_admin", "audit_admin", "clerk@letters_room"):
        assert await refused(ask(served, row_ids[0], who=who)) == "ROLE_MISSING"
    assert await refused(approve(served, asked, "leader@letters_room")) == "ROLE_MISSING"
    assert await refused(ask(served, row_ids[0], who="stranger")) == "NOT_SIGNED_IN"


async def test_it_is_handed_out_once_and_to_nobody_else(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    await approve(served, asked)
    for who in ("leader", "clerk-2"):
        assert await refused(take(served, asked, who)) == "DISCLOSURE_NOT_OPEN"

    assert (await take(served, asked)).HasField("identity")
    assert not (await take(served, asked)).HasField("identity")  # the same request again
    assert await refused(take(served, asked, request_id="another")) == "DISCLOSURE_NOT_OPEN"
    assert await refused(approve(served, asked, "leader-2")) == "DISCLOSURE_NOT_OPEN"
    assert len(served.entries("disclosure.taken")) == 1


async def test_a_refusal_ends_it_and_says_why(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    no = pb.RefuseDisclosureRequest(request_id="no", disclosure_id=asked, remark="无需回访")
    await served.call(SERVICE, no, "leader")

    assert await refused(take(served, asked)) == "DISCLOSURE_NOT_OPEN"
    assert await refused(approve(served, asked, "leader-2")) == "DISCLOSURE_NOT_OPEN"
    (told,) = (await served.call(SERVICE, pb.ListDisclosuresRequest(), "audit_admin")).disclosures
    assert (told.state, told.remark) == (pb.DISCLOSURE_STATE_REFUSED, "无需回访")


async def test_an_approval_that_nobody_used_lapses(served: Served, row_ids: list[str], clock: FixedClock):
    asked = await ask(served, row_ids[0])
    await approve(served, asked)
    clock.advance(seconds=COUNTS_FOR.total_seconds())

    assert await refused(take(served, asked)) == "DISCLOSURE_NOT_OPEN"
    (told,) = (await served.call(SERVICE, pb.ListDisclosuresRequest(), "leader")).disclosures
    assert told.state == pb.DISCLOSURE_STATE_LAPSED


async def test_every_step_is_in_the_journal_without_a_name_of_the_petitioner(served: Served, row_ids: list[str]):
    asked = await ask(served, row_ids[0])
    await approve(served, asked)
    await take(served, asked)

    steps = ("disclosure.asked", "disclosure.approved", "disclosure.taken")
    assert [(one["disclosure"], one["by"]) for step in steps for one in served.entries(step)] == [
        (asked, "clerk"),
        (asked, "leader"),
        (asked, "clerk"),
    ]
    (told,) = (await served.call(SERVICE, pb.ListDisclosuresRequest(), "audit_admin")).disclosures
    assert (told.asked_by_account_id, told.settled_by_account_id, told.reason) == ("clerk", "leader", WHY)
    kept = everything(served.database)
    assert WHY in kept  # the search finds what is there
    assert NAME not in kept
    assert PHONE not in kept


async def test_a_petition_without_an_identity_looks_like_one_that_does_not_exist(served: Served, row_ids: list[str]):
    for row_id, ledger in ((row_ids[1], PETITIONS.name), ("unknown", PETITIONS.name), (row_ids[0], ISSUES.name)):
        assert await refused(ask(served, row_id, ledger=ledger)) == "LEDGER_ROW_UNKNOWN"


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("  ", "DISCLOSURE_WORDS_MISSING"),
        ("长" * 501, "DISCLOSURE_WORDS_MISSING"),
        (f"致电{PHONE}核实", "DISCLOSURE_IDENTIFIES"),
        (f"核实信访人{NAME}的身份", "DISCLOSURE_IDENTIFIES"),
    ],
)
async def test_a_reason_is_given_and_names_nobody(served: Served, row_ids: list[str], reason: str, problem: str):
    assert await refused(ask(served, row_ids[0], reason=reason)) == problem
    assert (await served.call(SERVICE, pb.ListDisclosuresRequest())).disclosures == []


async def test_the_register_comes_in_pages_newest_first(served: Served, row_ids: list[str]):
    asked = [await ask(served, row_ids[0], who=who) for who in ("clerk", "clerk-2", "clerk-3")]

    first = await served.call(SERVICE, pb.ListDisclosuresRequest(page_size=2), "leader")
    rest = pb.ListDisclosuresRequest(page_size=2, page_token=first.next_page_token)
    second = await served.call(SERVICE, rest, "leader")
    assert [one.disclosure_id for one in (*first.disclosures, *second.disclosures)] == asked[::-1]
