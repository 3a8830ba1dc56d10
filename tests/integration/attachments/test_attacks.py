"""What a hostile peer may put into its letters costs it its own files, and nobody else theirs."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.attachments.model import CHUNK_BYTES, Owner, Reference, Shape, UseState, to_message
from services.chassis.attachments.uses import Use, hold, release, uses_of
from services.chassis.attachments.wire import Gone
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.exchange.model import LetterDraft, SentLetter
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.suites import DEFAULT_SUITE
from tests.fixtures.carriers import KIND, Carrier, CarrierCounty, settle_lanes, some_bytes

DATA = some_bytes(600_000)


async def claim(one: Carrier, to: str, *named: Reference, letter_id: str = "") -> SentLetter:
    """A letter, of an id that its sender chooses, that names files whether its sender has them or not."""
    message = content.Notice(title="通报", attachments=[to_message(reference) for reference in named])
    draft = LetterDraft((to,), KIND, words_of(message), type_name(message), letter_id=letter_id)
    return await one.node.database.writer.run(lambda tx: one.node.exchange.send(tx, draft))


def use_of(one: Carrier, letter_id: str, peer: str, reference: Reference) -> Use:
    found = one.node.database.reader.read_sync(lambda c: uses_of(c, Owner.LETTER, letter_id, peer))
    return found[reference.shape.digest]


def invented(number: int, size: int = 100_000) -> Reference:
    """A file that exists nowhere."""
    return Reference("材料.pdf", "application/pdf", Shape(number.to_bytes(32, "big"), size, CHUNK_BYTES, DEFAULT_SUITE))


async def wait(county: CarrierCounty, *carriers: Carrier, times: int) -> None:
    """Let time pass, longer than anybody's patience, while all work."""
    for _ in range(times):
        await settle_lanes(*carriers)
        county.exchanges.seconds.now += 400


@pytest.mark.parametrize("victim", ["alpha", "beta"])
async def test_a_letter_with_the_id_and_the_digest_of_anothers_takes_nothing_from_it(
    carrier_county_on_both: CarrierCounty, victim: str
):
    alpha, beta, gamma = [await carrier_county_on_both.open(body) for body in ("alpha", "beta", "gamma")]
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    await settle_lanes(alpha, beta)
    at, owner = (alpha, "") if victim == "alpha" else (beta, "alpha")

    await claim(gamma, victim, Reference("a/b.pdf", "application/pdf", file.shape), letter_id=letter_id)
    await settle_lanes(at, gamma)
    assert use_of(at, letter_id, "gamma", file).reason == "NAME_UNSAFE"
    assert use_of(at, letter_id, owner, file).state is UseState.READY
    assert at.bytes_of(file) == DATA

    at.node.database.writer.run_sync(lambda tx: release(tx, letter_id, "gamma"))
    assert at.bytes_of(file) == DATA


async def test_a_file_is_looked_at_under_the_name_its_own_letter_gives_it(carrier_county: CarrierCounty):
    """Gamma's letter has the id of an older one of alpha's, which names no such file."""
    alpha, beta, gamma = [await carrier_county.open(body) for body in ("alpha", "beta", "gamma")]
    letter_id = (await alpha.send("beta")).letter_id
    await settle_lanes(alpha, beta)
    program = await gamma.attach(b"MZ\x90\0" + bytes(9000), "报告.pdf")
    await claim(gamma, "beta", program, letter_id=letter_id)
    gamma.node.database.writer.run_sync(lambda tx: hold(tx, Owner.LETTER, letter_id, program.shape, UseState.READY))
    await settle_lanes(beta, gamma)
    assert use_of(beta, letter_id, "gamma", program).reason == "TYPE_MISMATCH"


async def test_two_letters_that_name_one_digest_with_two_sizes_stop_nobody(carrier_county: CarrierCounty):
    alpha, beta, gamma = [await carrier_county.open(body) for body in ("alpha", "beta", "gamma")]
    first = await claim(alpha, "beta", invented(1))
    await settle_lanes(alpha, beta)
    await claim(alpha, "beta", invented(1, 190_000_000))
    await settle_lanes(alpha, beta)
    now = carrier_county.exchanges.clock.now()
    identity, digest = beta.node.identity, invented(1).shape.digest
    gone = Gone(identity.county, identity.demo, "alpha", "beta", first.letter_id, digest, now, "")
    await beta.lane.fetching.lost(gone)

    file = await gamma.attach(DATA)
    letter_id = (await gamma.send("beta", file)).letter_id
    await wait(carrier_county, alpha, beta, gamma, times=3)
    assert beta.state(letter_id, file) is UseState.READY


async def test_whoever_names_a_file_with_a_false_size_too_gets_the_true_one_through(carrier_county: CarrierCounty):
    alpha, beta = await carrier_county.open("alpha"), await carrier_county.open("beta")
    file = await alpha.attach(DATA)
    false = replace(file, shape=replace(file.shape, size=file.shape.size + 1))
    lie = await claim(alpha, "beta", false)
    letter_id = (await alpha.send("beta", file)).letter_id
    await wait(carrier_county, alpha, beta, times=4)
    assert (beta.state(letter_id, file), beta.bytes_of(file)) == (UseState.READY, DATA)
    assert use_of(beta, lie.letter_id, "alpha", false).reason == "SIZE_WRONG"


async def test_a_letter_that_tells_two_sizes_of_one_digest_gets_neither_fetched(carrier_county: CarrierCounty):
    alpha, beta = await carrier_county.open("alpha"), await carrier_county.open("beta")
    file = await alpha.attach(DATA)
    false = replace(file, file_name="另一.pdf", shape=replace(file.shape, size=file.shape.size + 1))
    letter_id = (await claim(alpha, "beta", file, false)).letter_id
    await settle_lanes(alpha, beta)
    assert use_of(beta, letter_id, "alpha", file).reason == "SIZE_WRONG"
    assert await beta.lane.ask_once() == 0


async def test_many_files_that_their_holder_cannot_give_keep_back_none_that_it_can(carrier_county: CarrierCounty):
    alpha, beta = await carrier_county.open("alpha"), await carrier_county.open("beta")
    for number in range(1, 21):
        await claim(alpha, "beta", invented(number))
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    await wait(carrier_county, alpha, beta, times=24)
    assert beta.state(letter_id, file) is UseState.READY


def packed(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


async def test_a_file_that_cannot_be_looked_at_is_refused_and_those_behind_it_are_not(carrier_county: CarrierCounty):
    alpha, beta = await carrier_county.open("alpha"), await carrier_county.open("beta")
    broken = bytearray(packed({"一.docx": packed({"word/document.xml": random.Random(1).randbytes(5000)})}))
    at = broken.index("一.docx".encode()) + len("一.docx".encode())
    broken[at : at + 40] = bytes(one ^ 0xFF for one in broken[at : at + 40])
    bad, good = await alpha.attach(bytes(broken), "材料.zip"), await alpha.attach(DATA)
    first, second = [(await alpha.send("beta", one)).letter_id for one in (bad, good)]
    await settle_lanes(alpha, beta)
    assert use_of(beta, first, "alpha", bad).reason == "ARCHIVE_UNREADABLE"
    assert beta.state(second, good) is UseState.READY


async def test_whatever_goes_wrong_while_one_file_is_looked_at_the_others_are_looked_at(carrier_county: CarrierCounty):
    """The first file's letter is kept under a key that this node cannot read any more."""
    alpha, beta = await carrier_county.open("alpha"), await carrier_county.open("beta")
    files = [await alpha.attach(some_bytes(30_000, number)) for number in (1, 2)]
    first, second = [(await alpha.send("beta", one)).letter_id for one in files]
    for one in (alpha, beta, alpha):
        await one.letters()
    spoilt = sa.update(LETTERS).where(LETTERS.c.letter_id == first).values(content_key=b"damaged")
    beta.node.database.writer.run_sync(lambda tx: tx.connection.execute(spoilt))
    await settle_lanes(alpha, beta)
    assert use_of(beta, first, "alpha", files[0]).reason == "CHECK_FAILED"
    assert beta.state(second, files[1]) is UseState.READY
