"""A file follows its letter: whole, byte for byte, and from then on it may be opened; until then it may not."""

from __future__ import annotations

from services.chassis.attachments.model import UseState
from services.chassis.exchange.verify import verify_journal
from tests.fixtures.carriers import CarrierCounty, settle_lanes, shares_no_bytes, some_bytes

DATA = some_bytes(3_000_000)


async def test_a_letter_is_handled_at_once_and_its_attachment_follows(carrier_county_on_both: CarrierCounty):
    alpha, beta = [await carrier_county_on_both.open(body) for body in ("alpha", "beta")]
    file = await alpha.attach(DATA)
    letter_id = (await alpha.send("beta", file)).letter_id
    for one in (alpha, beta, alpha):
        await one.letters()

    assert beta.node.applied[0].header.letter_id == letter_id
    assert beta.state(letter_id, file) is UseState.EXPECTED

    await settle_lanes(alpha, beta)

    assert beta.state(letter_id, file) is UseState.READY
    assert beta.bytes_of(file) == DATA
    assert shares_no_bytes(beta.shelf.folder.path, [DATA[:64], DATA[-64:], file.shape.digest])
    report = beta.node.database.reader.read_sync(lambda c: verify_journal(c, beta.node.identity))
    assert report.sound
