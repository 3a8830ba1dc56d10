"""A frame taken out of quarantine again counts as believed only once its letter is stored."""

from __future__ import annotations

from services.chassis.exchange.errors import Refusal
from tests.fixtures.exchanges import ExchangeCounty, channel


async def test_a_letter_taken_again_before_any_peer_told_its_directory_is_not_believed_yet(
    exchange_county: ExchangeCounty,
):
    exchange_county.join("alpha", "beta")
    alpha = await exchange_county.open("alpha")
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    *_, frame = exchange_county.bus.take("beta", 10)
    beta = await exchange_county.open("beta", met=False)

    assert await beta.exchange.inbox.take_again(frame.data, "alpha") is Refusal.NOT_YET
    assert (await channel(beta)).stored == 0
