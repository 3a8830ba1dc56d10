"""A matter of two offices with letters, drafts and a print, and the two persons who have it destroyed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from guantong.node.v1 import destruction_service_pb2 as pb
from guantong.node.v1 import letters_service_pb2 as letters
from services.chassis.destruction import requests, store
from services.chassis.destruction.finishing import Finishing
from services.chassis.destruction.model import Ground, Wanted
from services.chassis.destruction.register import FILE_NAME, DestroyedRegister
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.storage import Database
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice
from tests.integration.correspondence.letters_for_tests import notice

WORDS = "水库除险加固资金去向不明"
"""What is to be gone; long enough that nothing else says it."""
ASKER, DECIDER = "clerk-1", "leader-1"


def told(county: OfficeCounty, sender: WholeOffice, to: str) -> str:
    """A notice with the words, delivered; its letter id, which is its matter's."""
    del county
    return sender.sends("duty_finding.notice", to, notice("关于履职中发现的问题", WORDS)).letter_id


def wanted(*letter_ids: str, ground: Ground = Ground.RETURN_OR_DESTROY, matter_id: str = "") -> Wanted:
    return Wanted(ground, "用毕销毁", letter_ids, matter_id)


def asked(office: WholeOffice, what: Wanted, by: str = ASKER) -> str:
    return office.do(lambda tx: requests.ask(tx, what, by=by)).id


def approved(office: WholeOffice, destruction_id: str, by: str = DECIDER) -> int:
    return office.do(lambda tx: requests.approve(tx, office.node.office.destroying, destruction_id, by=by))


def destroyed(office: WholeOffice, *letter_ids: str, **more: Any) -> str:
    """Asked for and approved by two persons; the id of the request."""
    destruction_id = asked(office, wanted(*letter_ids, **more))
    approved(office, destruction_id)
    return destruction_id


def has_content(office: WholeOffice, letter_id: str) -> bool:
    alive = (LETTERS.c.letter_id == letter_id, LETTERS.c.content_key.is_not(None))
    return office.ask(lambda c: c.scalar(sa.select(LETTERS.c.place).where(*alive))) is not None


def state_of(office: WholeOffice, destruction_id: str) -> str:
    found = office.ask(lambda c: store.find(c, destruction_id))
    assert found is not None
    return found.state.value


def sound(office: WholeOffice) -> bool:
    report = office.ask(lambda c: verify_journal(c, office.node.identity))
    assert report.faults == ()
    return report.sound


def finishing(office: WholeOffice, folder: Path, database: Database | None = None, **more: Any) -> Finishing:
    register = DestroyedRegister(folder / FILE_NAME, office.node.identity.keyring)
    return Finishing(database or office.node.database, office.node.office.destroying, register, **more)


def with_database(office: WholeOffice, database: Database) -> WholeOffice:
    """The same office on another copy of its database; only what needs no exchange works."""
    return WholeOffice(replace(office.node, database=database))


@dataclass(frozen=True)
class Persons:
    """The people of one office at its API."""

    served: ServedOffice

    async def ask(self, who: str = "clerk", **fields: Any) -> Any:
        given: dict[str, Any] = {"reason": "用毕销毁", "request_id": "ask"}
        given["ground"] = pb.DESTRUCTION_GROUND_RETURN_OR_DESTROY
        return await self.served.destruction("AskDestruction", pb.AskDestructionRequest(**(given | fields)), who)

    async def approve(self, destruction_id: str, who: str = "leader", request_id: str = "approve") -> Any:
        request = pb.ApproveDestructionRequest(destruction_id=destruction_id, request_id=request_id)
        return await self.served.destruction("ApproveDestruction", request, who)

    async def show(self, destruction_id: str, who: str = "leader") -> Any:
        request = pb.GetDestructionRequest(destruction_id=destruction_id)
        return await self.served.destruction("GetDestruction", request, who)

    async def prints(self, letter_id: str, who: str = "leader", **fields: Any) -> Any:
        request = letters.PrintLetterRequest(letter_id=letter_id, read_reason="归档", **fields)
        return await self.served.letters("PrintLetter", request, who)
