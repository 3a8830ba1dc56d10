"""What operators see of a whole round, in logs, spans and metrics, names no person, no unit, no letter, no words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from deploy.demo.ledgers import CANARY, CANARY_WORDS, COUNTY
from deploy.demo.ledgers.making import made_rows
from guantong.exchange.v1 import content_pb2 as content
from services.chassis.body import load_body
from services.chassis.ledgers.spec import Kind
from tests.county.lived import Lived
from tests.county.searching import Place, Things, files, heard, where

PERSONAL = {Kind.PERSON, Kind.PETITIONER, Kind.UNIT, Kind.TEXT, Kind.TAGS}


@pytest.fixture(scope="module")
def told(lived: Lived) -> Things:
    """Everything that leaves a department for its operators."""
    folder = lived.county.folder
    logs = [thing for body in lived.county.bodies for thing in files(folder.node(body) / "log", "log")]
    pages = [(Place("metrics", body, "/metrics"), lived.metrics(body)) for body in lived.county.bodies]
    return [*logs, *files(folder.run, "errors"), *pages]


def in_ledgers() -> set[str]:
    """Names, numbers and free text of every ledger, the sealed columns too."""
    found = set()
    for body in ("inspection", *(unit.body for unit in COUNTY.units if unit.body)):
        for ledger in load_body(body).ledgers:
            keys = [column.key for column in ledger.spec if column.kind in PERSONAL]
            found |= {str(row[key]) for row in made_rows(body)[ledger.name] for key in keys if row.get(key)}
    return {word for word in found if telling(word)}


def in_letters(lived: Lived) -> set[str]:
    """Ids, kinds, matters, document numbers, signers and every text of every letter."""
    found = set()
    for body in lived.county.bodies:
        for letter in lived.letters(body):
            header = letter.header
            found |= {header.letter_id, header.matter_id, header.kind, header.document_number}
            found |= {header.signer.name, header.signer.post} if header.signer else set()
            message = getattr(content, header.content_type.rpartition(".")[2])
            found |= set(texts(message.FromString(letter.content)))
    return {word for word in found if telling(word)}


def telling(word: str) -> bool:
    """Whether finding the word would tell something: a date, an amount or a short id is found by chance."""
    if not word.isascii():
        return len(word) > 1
    return (len(word) >= 4 and any(one.isalpha() for one in word)) or (len(word) >= 9 and word.isdigit())


def texts(message: Message) -> Iterator[str]:
    """Every text in it but the program's own names of table columns."""
    for field, value in message.ListFields():
        own = field.full_name == "guantong.exchange.v1.TableColumn.key"
        if own or field.type not in {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE}:
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from texts(one)
            else:
                yield one


def test_no_word_of_any_ledger_is_told(lived: Lived, told: Things):
    """Bodies are named by their ids: that departments write each other is no secret."""
    words = in_ledgers() - set(lived.county.bodies)

    assert len(words) > 5000
    assert {CANARY.name, CANARY.phone, CANARY.id_card, CANARY_WORDS, COUNTY.posts[0].name} <= words
    assert heard(told, words) == set()


def test_no_word_of_any_letter_is_told(lived: Lived, told: Things):
    words = in_letters(lived) - set(lived.county.bodies)

    assert {"info.request", "请补充整改情况。", "十五届县委第八轮巡察"} <= words
    assert heard(told, words) == set()


def test_the_search_finds_what_telemetry_does_tell(lived: Lived, told: Things):
    found = where(told, ["letter.apply", "node_started", "guantong_letter_step_seconds"])

    assert {place.kind for place in found} == {"log", "metrics", "row"}, "the rows are those of the index of spans"
    assert {place.body for place in found} == set(lived.county.bodies)


def test_telemetry_dropped_nothing_it_should_have_told(told: Things):
    """Whatever is not registered is dropped and counted: a count above zero is somebody's mistake."""
    lines = [line for place, page in told if place.kind == "metrics" for line in page.decode().splitlines()]
    dropped = [line for line in lines if line.startswith("guantong_telemetry_dropped_total{")]

    assert [line for line in dropped if not line.endswith(" 0.0")] == []
