"""Who gets a file, how long it is kept, and what is refused on sight."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from services.chassis.attachments.arriving import Awaited
from services.chassis.attachments.checking import Checks
from services.chassis.attachments.errors import ScannerAwayError
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import Reference, UseState
from services.chassis.attachments.proof import request_frame
from services.chassis.attachments.tables import ATTACHMENT_ARRIVALS
from services.chassis.attachments.uses import READY, REFUSED, release
from services.chassis.exchange.keeping import Why, destroy_content
from services.chassis.exchange.naming import LetterName
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction
from tests.fixtures.carriers import Carrier, CarrierCounty, settle_lanes, some_bytes

DATA = some_bytes(600_000)


async def opened(county: CarrierCounty, *bodies: str) -> list[Carrier]:
    return [await county.open(body) for body in bodies]


def reasons(one: Carrier, letter_id: str) -> list[str]:
    return [use.reason for use in one.uses(letter_id).values()]


async def arrived(alpha: Carrier, beta: Carrier, file: Reference) -> str:
    letter_id = (await alpha.send("beta", file)).letter_id
    await settle_lanes(alpha, beta)
    return letter_id


async def test_nobody_gets_a_file_that_no_letter_to_it_names(carrier_county: CarrierCounty):
    alpha, beta, gamma = await opened(carrier_county, "alpha", "beta", "gamma")
    file = await alpha.attach(DATA)
    letter_id = await arrived(alpha, beta, file)
    other = (await alpha.send("gamma")).letter_id
    await settle_lanes(alpha, gamma)
    carrier_county.parts.lose_everything()

    now = carrier_county.exchanges.clock.now()
    for named in (letter_id, other, "0" * 36):
        for wanted in (None, (0, 1)):
            asked = request_frame(gamma.node.identity, Awaited("alpha", named, file.shape), wanted, now)
            carrier_county.parts.inject("alpha", "gamma", asked.data)
            # Nor in beta's name: its own signature is missing.
            carrier_county.parts.inject("alpha", "beta", asked.data)
    for _ in range(10):
        await alpha.step()
    assert carrier_county.parts.waiting("gamma") == carrier_county.parts.waiting("beta") == 0


async def test_a_body_that_names_a_file_it_does_not_have_makes_nobody_show_it(carrier_county: CarrierCounty):
    """Beta holds a file of alpha's. Gamma, who knows its digest, writes a letter that names it: it stays unopened."""
    alpha, beta, gamma = await opened(carrier_county, "alpha", "beta", "gamma")
    file = await alpha.attach(DATA)
    await arrived(alpha, beta, file)
    letter_id = (await gamma.send("beta", file)).letter_id
    await settle_lanes(gamma, beta)

    assert beta.state(letter_id, file) is UseState.EXPECTED
    assert beta.uses(letter_id)[file.shape.digest].peer == "gamma"


async def test_copies_to_several_bodies_and_several_letters_keep_one_content(carrier_county_on_both: CarrierCounty):
    alpha, beta, gamma = await opened(carrier_county_on_both, "alpha", "beta", "gamma")
    file = await alpha.attach(DATA)
    again = await alpha.attach(DATA, "另一名称.pdf")
    first = (await alpha.send(("beta", "gamma"), file)).letter_id
    second = (await alpha.send("beta", again)).letter_id
    await settle_lanes(alpha, beta, gamma)

    assert file.shape == again.shape
    assert gamma.state(first, file) is beta.state(first, file) is beta.state(second, again) is UseState.READY
    await alpha.lane.sweep()
    assert [len(one.shelf.folder.names()) for one in (alpha, beta, gamma)] == [1, 1, 1]

    beta.node.database.writer.run_sync(lambda tx: release(tx, first, "alpha"))
    await beta.lane.sweep()
    assert beta.bytes_of(again) == DATA
    beta.node.database.writer.run_sync(lambda tx: release(tx, second, "alpha"))
    assert beta.kept(again) is None
    await beta.lane.sweep()
    assert beta.shelf.folder.names() == set()
    assert gamma.bytes_of(file) == DATA


async def test_what_is_released_on_its_way_is_not_fetched_on(carrier_county: CarrierCounty):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = await alpha.attach(some_bytes(6_000_000))
    letter_id = (await alpha.send("beta", file)).letter_id
    for one in (alpha, beta):
        await one.letters()
    for _ in range(4):
        await beta.step()
        await alpha.step()
    assert beta.shelf.folder.names()

    beta.node.database.writer.run_sync(lambda tx: release(tx, letter_id, "alpha"))
    await settle_lanes(alpha, beta)
    await beta.lane.sweep()
    assert beta.shelf.folder.names() == set()
    assert beta.node.database.reader.read_sync(lambda c: c.execute(ATTACHMENT_ARRIVALS.select()).all()) == []


async def test_a_sender_that_destroyed_it_says_so_and_nobody_asks_any_more(carrier_county: CarrierCounty):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    for one in (alpha, beta, alpha):
        await one.letters()

    def destroy(tx: Transaction) -> None:
        destroy_content(tx, LetterName(letter_id), Why("retention", "one", "two", "", ""))
        release(tx, letter_id)

    alpha.node.database.writer.run_sync(destroy)
    await settle_lanes(alpha, beta)
    assert (beta.state(letter_id, file), reasons(beta, letter_id)) == (UseState.REFUSED, ["GONE_AT_SENDER"])
    assert await beta.lane.ask_once() == 0


def office_file(*extra: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *extra):
            archive.writestr(name, "<xml/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("报告.pdf", b"MZ\x90\0" + bytes(9000), "TYPE_MISMATCH"),
        ("报告.docx", office_file(), ""),
        ("报告.docx", office_file("word/vbaProject.bin"), "MACROS"),
        ("报告.xlsx", office_file(), "TYPE_MISMATCH"),
        ("程序.exe", b"MZ\x90\0" + bytes(9000), "TYPE_NOT_ALLOWED"),
        ("说明.txt", "县水务局材料说明。\n".encode() * 50, ""),
        ("说明.txt", "县水务局材料说明。\n".encode("gb18030") * 50, ""),
    ],
)
async def test_what_arrives_is_looked_at_before_anyone_may_open_it_and_the_verdict_is_on_record(
    carrier_county: CarrierCounty, name: str, data: bytes, why: str
):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = replace(await alpha.attach(data), file_name=name)
    letter_id = await arrived(alpha, beta, file)

    assert reasons(beta, letter_id) == [why]
    entries = beta.node.database.reader.read_sync(lambda c: journal.of_letter(c, letter_id))
    (decided,) = [one for one in entries if one.kind in {READY, REFUSED}]
    assert decided.kind == (REFUSED if why else READY)
    assert file.shape.digest.hex().encode() not in decided.payload
    assert file.shape.digest not in decided.payload
    await beta.lane.sweep()
    assert len(beta.shelf.folder.names()) == (0 if why else 1)


async def test_what_is_too_large_here_is_never_begun(carrier_county: CarrierCounty):
    carrier_county.checks = Checks(Limits(largest=500_000, largest_letter=900_000))
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    large, small, third = [
        await alpha.attach(some_bytes(size, size), f"{size}.pdf") for size in (600_000, 290_000, 290_001)
    ]
    letter_id = (await alpha.send("beta", large, small, third)).letter_id
    await settle_lanes(alpha, beta)

    assert [beta.uses(letter_id)[one.shape.digest].reason for one in (large, small, third)] == [
        "TOO_LARGE",
        "",
        "TOO_MUCH_IN_LETTER",
    ]
    assert sum(file.stat().st_size for file in beta.shelf.folder.path.iterdir()) < 300_000


@pytest.mark.parametrize(("script", "why"), [("cat >/dev/null; exit 0", ""), ("exit 1", "INFECTED"), ("exit 2", None)])
async def test_the_offices_scanner_has_the_last_word(carrier_county: CarrierCounty, script: str, why: str | None):
    carrier_county.checks = Checks(scanner=("sh", "-c", script))
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = await alpha.attach(DATA)
    if why is None:
        with pytest.raises(Exception, match="scanner"):
            await arrived(alpha, beta, file)
        (use,) = [use for one in beta.node.applied for use in beta.uses(one.header.letter_id).values()]
        assert use.state is UseState.CHECKING
        return
    assert reasons(beta, await arrived(alpha, beta, file)) == [why]


async def test_a_file_that_stops_the_scanner_keeps_no_other_back(carrier_county: CarrierCounty):
    carrier_county.checks = Checks(scanner=("sh", "-c", 'test "$(wc -c)" != 30000 || exit 2'))
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    bad, good = [await alpha.attach(some_bytes(size)) for size in (30_000, 40_000)]
    first, second = [(await alpha.send("beta", one)).letter_id for one in (bad, good)]
    for _ in range(3):
        with pytest.raises(ScannerAwayError):
            await settle_lanes(alpha, beta)
    await beta.lane.check_once()
    assert beta.state(first, bad) is UseState.CHECKING
    assert beta.state(second, good) is UseState.READY


async def test_a_file_that_its_holder_does_not_give_keeps_no_other_back(carrier_county: CarrierCounty):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    lost, fine = await alpha.attach(some_bytes(300_000, 1)), await alpha.attach(DATA)
    first, second = [(await alpha.send("beta", one)).letter_id for one in (lost, fine)]
    content = alpha.kept(lost)
    assert content is not None
    alpha.shelf.folder.remove(content.locked.file)
    for _ in range(4):
        await settle_lanes(alpha, beta)
        carrier_county.exchanges.seconds.now += 5

    assert beta.state(first, lost) is UseState.EXPECTED
    assert beta.state(second, fine) is UseState.READY


async def test_a_file_damaged_here_before_it_was_looked_at_is_fetched_again(carrier_county: CarrierCounty):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    for one in (alpha, beta, alpha):
        await one.letters()
    while beta.state(letter_id, file) is not UseState.CHECKING:
        await alpha.step()
        await beta.lane.ask_once()
        await beta.lane.receive_once()
    (name,) = beta.shelf.folder.names()
    beta.shelf.folder.path_of(name).write_bytes(b"damaged")
    await settle_lanes(alpha, beta)

    assert beta.state(letter_id, file) is UseState.READY
    assert beta.bytes_of(file) == DATA


async def test_a_changed_file_is_never_given_out(carrier_county: CarrierCounty):
    alpha, beta = await opened(carrier_county, "alpha", "beta")
    file = await alpha.attach(DATA)
    (name,) = alpha.shelf.folder.names()
    path = alpha.shelf.folder.path_of(name)
    stored = bytearray(path.read_bytes())
    stored[1000] ^= 1
    path.write_bytes(stored)
    letter_id = await arrived(alpha, beta, file)
    assert beta.state(letter_id, file) is UseState.EXPECTED
