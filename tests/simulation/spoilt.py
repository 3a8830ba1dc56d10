"""Exchanges with one mistake each, as somebody might make it: the simulation has to find every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from services.chassis.bus.port import OutgoingFrame
from services.chassis.exchange.channels import channel
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.heads import remembered_head
from services.chassis.exchange.hooks import Hooks
from services.chassis.exchange.inbox import FETCH, Inbox
from services.chassis.exchange.keeping import Keep
from services.chassis.exchange.model import Direction, SignedReceipt
from services.chassis.exchange.standing import signed_receipt
from services.chassis.exchange.storing import Outcome, Storing
from services.chassis.exchange.taking import Arrived, Batch
from services.chassis.storage import Transaction


class Spoilt(Exchange):
    """An exchange whose inbox is another one, and that may be too hasty."""

    inbox_of: type[Inbox] = Inbox
    hasty = False

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        right = self.inbox
        self.inbox = self.inbox_of(**{part.name: getattr(right, part.name) for part in fields(right) if part.init})

    async def prepare(self) -> None:
        """Hasty: publishes as soon as it is started, without having heard where its peers stand."""
        await super().prepare()
        for peer in self.identity.peers if self.hasty else ():
            self.relay.open(peer, is_open=True)


def _with_inbox(inbox: type[Inbox]) -> type[Exchange]:
    return type("Spoilt", (Spoilt,), {"inbox_of": inbox})


def _storing_by(storing_of: type[Storing], *, hasty: bool = False) -> type[Exchange]:
    """An exchange that stores batches in its own way."""

    class SpoiltInbox(Inbox):
        async def _store(self, batch: Batch) -> Outcome:
            def unit(tx: Transaction) -> Outcome:
                storing = storing_of(tx, self.identity, self.tracing, self.hooks)
                storing.batch(batch)
                return storing.outcome

            return await self.database.writer.run(unit)

    return type("Spoilt", (Spoilt,), {"inbox_of": SpoiltInbox, "hasty": hasty})


class AcknowledgesFirst(Inbox):
    """Tells the bus that it has the letters before it has them."""

    async def receive_once(self, wait: float = 0.0) -> int:
        frames = await self.bus.fetch(FETCH, wait)
        await self._acknowledge(frames)
        if frames:
            self._follow_up(await self._store_all(frames))
        return len(frames)


class ReceiptsFirst(Inbox):
    """Tells the sender that it has the letters before it has them."""

    async def _store(self, batch: Batch) -> Outcome:
        frames: list[OutgoingFrame] = []

        def unit(tx: Transaction) -> Outcome:
            storing = Storing(tx, self.identity, self.tracing, self.hooks)
            storing.batch(batch)
            now = self.clock.now()
            frames.extend(
                OutgoingFrame(peer, signed_receipt(tx.connection, self.identity, peer, now, resend=False))
                for peer in sorted(storing.outcome.owed)
            )
            raise _LookedError

        try:
            await self.database.writer.run(unit)
        except _LookedError:
            await self.bus.publish(frames)
        return await super()._store(batch)


class _LookedError(Exception):
    """The receipts are made; nothing is stored yet."""


class TrustsNumbers(Storing):
    """Looks at numbers only: whatever continues them is stored, whichever letter it names as the one before."""

    def letter(self, arrived: Arrived) -> None:
        header = arrived.letter.header
        last = remembered_head(self.tx, Direction.IN, header.sender)
        if header.sender != self.identity.body and header.number == last.number + 1:
            self._keep(Keep(arrived.letter, Direction.IN, None))
            self.outcome.stored += 1
            self.outcome.owed.add(header.sender)
            return
        super().letter(arrived)


class KeepsRepeats(Storing):
    """Takes a letter that comes again for a new one."""

    def letter(self, arrived: Arrived) -> None:
        header = arrived.letter.header
        last = remembered_head(self.tx, Direction.IN, header.sender)
        if header.sender != self.identity.body and header.number == last.number:
            renumbered = replace(arrived.letter, header=replace(header, number=last.number + 1))
            arrived = replace(arrived, letter=renumbered)
            self._keep(Keep(renumbered, Direction.IN, None))
            self.outcome.stored += 1
            return
        super().letter(arrived)


class IgnoresBeingBehind(Storing):
    """Goes on giving numbers, whatever letters of its own the peer receipts."""

    def receipt(self, receipt: SignedReceipt) -> None:
        last = remembered_head(self.tx, Direction.OUT, receipt.statement.recipient)
        if receipt.statement.up_to_number > last.number:
            self.outcome.open[receipt.statement.recipient] = True
            return
        super().receipt(receipt)


class IgnoresLowerReceipts(Storing):
    """Believes that what a peer has stored once it has for ever."""

    def receipt(self, receipt: SignedReceipt) -> None:
        statement = receipt.statement
        if statement.up_to_number >= channel(self.tx, statement.recipient).receipted:
            super().receipt(receipt)


class TellsNobodyOfItsOwn(Exchange):
    """Takes its letters back and leaves their matters as they are."""

    def __init__(self, *arguments: object, **named: object) -> None:
        hooks = named.pop("hooks")
        assert isinstance(hooks, Hooks)
        super().__init__(*arguments, **named, hooks=replace(hooks, ours=Hooks().ours))  # type: ignore[arg-type]


MISTAKES: dict[str, Callable[[], type[Exchange]]] = {
    "receipts before the commit": lambda: _with_inbox(ReceiptsFirst),
    "does not look at the letter before": lambda: _storing_by(TrustsNumbers, hasty=True),
    "stores again what comes again": lambda: _storing_by(KeepsRepeats),
    "gives numbers again after a restore": lambda: _storing_by(IgnoresBeingBehind),
    "does not heed that a peer is behind": lambda: _storing_by(IgnoresLowerReceipts),
    "leaves the matters of returned letters": lambda: TellsNobodyOfItsOwn,
}
"""Each mistake, and an exchange that makes it."""


def acknowledging_first() -> type[Exchange]:
    """No mistake of this protocol: what the bus was told is of no account, a sender waits for the receipt."""
    return _with_inbox(AcknowledgesFirst)
