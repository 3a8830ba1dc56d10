"""`guantong verify`: walks journals where they lie, beside running nodes or without any, and tells every fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import click

from services.chassis.cli.county import note_absent
from services.chassis.cli.output import Output, Steps, as_json, pass_output
from services.chassis.cli.usage import command
from services.chassis.clock import BEIJING
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.layout import CountyFolder, open_county
from services.chassis.destruction.account import DestroyedLetter, destroyed_letters
from services.chassis.destruction.model import GROUNDS, Ground
from services.chassis.errors import Fault, GuantongError
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.chain import GENESIS
from services.chassis.journal.store import Head
from services.chassis.journal.verify import Fault as JournalFault
from services.chassis.journal.verify import Report
from services.chassis.node.assemble import read_identity
from services.chassis.storage import open_reader
from services.chassis.storage.errors import DatabaseAwayError, SchemaMissingError

_DIGEST_BYTES = 32
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class JournalNotSoundError(GuantongError):
    """A journal does not hold together; the faults were listed."""

    reason: ClassVar[str] = "JOURNAL_NOT_SOUND"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The journal of {bodies} does not hold together. Stop the node, keep a copy of its folder, and compare with a "
        "backup and with the peers' journals."
    )
    message_zh: ClassVar[str] = (
        "{bodies} 的日志不完整或被改动。请停止该节点, 留存其文件夹副本, 与备份及往来单位的日志核对。"
    )


@dataclass(frozen=True)
class _Walked:
    body: str
    report: Report
    destroyed: Sequence[DestroyedLetter] = ()

    def as_object(self) -> dict[str, object]:
        found = self.report
        return {
            "body": self.body,
            "sound": found.sound,
            "entries": found.entries,
            "letters": found.letters,
            "fault_count": found.fault_count,
            "faults": [
                {"sequence": one.sequence, "reason_zh": one.reason_zh, "reason_en": one.reason_en}
                for one in found.faults
            ],
            "head": {"sequence": found.head.sequence, "digest": found.head.digest.hex()},
            "anchored": found.anchored,
            "destroyed": [
                {
                    "letter_id": one.letter_id,
                    "at": one.at.isoformat(),
                    "ground": one.ground,
                    "asked_by": one.asked_by,
                    "approved_by": one.approved_by,
                }
                for one in self.destroyed
            ],
        }


class _Anchor(click.ParamType[Head]):
    """NUMBER:DIGEST, as an earlier walk printed them."""

    name = "NUMBER:DIGEST"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        number, _, digest = value.partition(":")
        try:
            head = Head(int(number), bytes.fromhex(digest))
        except ValueError:
            self.fail(f"{value}: NUMBER:DIGEST", param, ctx)
        if len(head.digest) != _DIGEST_BYTES:
            self.fail(f"{value}: NUMBER:DIGEST", param, ctx)
        return head


@command()
@click.argument("place", type=click.Path(path_type=Path, exists=True), metavar="FOLDER")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=_Anchor(),
    help="别处留存的条目编号和摘要(只对单个节点) / number and digest noted elsewhere, for a single node",
)
@as_json
@pass_output
def verify(output: Output, place: Path, anchors: tuple[Head, ...], *, json_wanted: bool) -> None:
    """校验日志: 节点文件夹, 或整个县的文件夹 / verify journals: of a node's folder, or of a whole county's."""
    configs = _configs(place)
    if anchors and len(configs) > 1:
        raise click.UsageError(output.pick("--anchor 只用于单个节点", "--anchor goes with a single node"))
    walked = []
    for config in configs:
        with output.progress(f"正在校验 {config.body}", f"Verifying {config.body}", None) as steps:
            walked.append(_walk(config, anchors, steps))
    if json_wanted:
        output.json([one.as_object() for one in walked])
    else:
        _show(output, walked)
    if _is_county(place):
        note_absent(output, open_county(place))
    broken = [one.body for one in walked if not one.report.sound]
    if broken:
        raise JournalNotSoundError(bodies=", ".join(broken))


def _is_county(place: Path) -> bool:
    return place.is_dir() and CountyFolder(place).marker.exists()


def _configs(place: Path) -> list[NodeConfig]:
    if _is_county(place):
        county = open_county(place)
        # What was handed over is verified where it lies now.
        return [read_config(county.folder.config(body)) for body in county.bodies if county.folder.holds(body)]
    return [read_config(place / "node.toml" if place.is_dir() else place)]


def _walk(config: NodeConfig, anchors: Iterable[Head], steps: Steps) -> _Walked:
    identity = read_identity(config)
    try:
        reader = open_reader(config.database)
    except SchemaMissingError:
        missing = "没有日志: 节点从未运行, 或数据库已不在", "no journal: the node never ran, or its database is gone"
        return _Walked(config.body, _unreadable(*missing))
    try:
        known = identity.directory
        identity.replace_directory(reader.read_sync(lambda connection: directory_in_force(connection, known)))
        report = reader.read_sync(lambda connection: verify_journal(connection, identity, anchors, steps.reach))
        return _Walked(config.body, report, reader.read_sync(destroyed_letters))
    except DatabaseAwayError as error:
        if error.facts["cause"].startswith(_DAMAGED):
            cause = error.facts["cause"]
            damaged = _unreadable(f"数据库文件已损坏({cause})", f"the database file is damaged ({cause})")
            return _Walked(config.body, damaged)
        raise
    finally:
        reader.close()


def _unreadable(reason_zh: str, reason_en: str) -> Report:
    """Nobody even gets to the entries: what cannot be walked is not sound."""
    return Report(0, 0, (JournalFault(0, reason_zh, reason_en),), 1, Head(0, GENESIS), anchored=False)


def _show(output: Output, walked: Iterable[_Walked]) -> None:
    sound, faulty = output.pick("完整", "sound"), output.pick("有误", "NOT SOUND")
    output.table(
        output.pick("日志", "Journals"),
        [
            output.pick("单位", "Body"),
            output.pick("结果", "Result"),
            output.pick("条目", "Entries"),
            output.pick("函件", "Letters"),
            output.pick("末条及摘要(请留存别处)", "Last entry and digest, to be noted elsewhere"),
        ],
        [
            [
                one.body,
                sound if one.report.sound else faulty,
                str(one.report.entries),
                str(one.report.letters),
                f"{one.report.head.sequence}:{one.report.head.digest.hex()}",
            ]
            for one in walked
        ],
        (4,),
    )
    _show_destroyed(output, walked)
    for one in walked:
        for fault in one.report.faults:
            output.lines([f"{one.body} #{fault.sequence}: {output.pick(fault.reason_zh, fault.reason_en)}"])


def _show_destroyed(output: Output, walked: Iterable[_Walked]) -> None:
    """Letters whose content is gone by law: they verify like any other, and it is told when and why."""
    rows = [
        [walk.body, one.letter_id, f"{one.at.astimezone(BEIJING):%Y-%m-%d %H:%M}", _ground(output, one.ground)]
        for walk in walked
        for one in walk.destroyed
    ]
    if rows:
        titles = output.pick("单位", "Body"), output.pick("函件", "Letter"), output.pick("销毁时间", "Destroyed")
        output.table(
            output.pick("内容已依法销毁的函件(两人决定)", "Letters whose content was destroyed, decided by two"),
            [*titles, output.pick("依据", "Ground")],
            rows,
            (1,),
        )


def _ground(output: Output, code: str) -> str:
    return output.pick(*GROUNDS[Ground(code)]) if code in {one.value for one in Ground} else code
