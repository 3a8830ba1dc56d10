"""`guantong init`, `up`, `down` and `status`: a county on this machine, made, started, stopped and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import click

from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.usage import command
from services.chassis.clock import SystemClock
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import County, open_county
from services.chassis.county.processes import BUS, Processes, web
from services.chassis.errors import Fault, GuantongError

_START_SECONDS = 60.0
_EXISTING = click.Path(path_type=Path, exists=True, file_okay=False)
_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...")
_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


class ProcessUnknownError(GuantongError):
    """The county has no such process."""

    reason: ClassVar[str] = "PROCESS_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "The county has no {name}. It has: {known}."
    message_zh: ClassVar[str] = "本县没有 {name}。现有: {known}。"


class NodeHandedOverError(GuantongError):
    """The body's folder is not in the county's folder any more; where it lies now, it is run by itself."""

    reason: ClassVar[str] = "NODE_HANDED_OVER"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The folder of {name} does not lie here any more. Where it lies now: guantong node --config FOLDER/node.toml."
    )
    message_zh: ClassVar[str] = (
        "{name} 的文件夹已不在本机的县文件夹内。请在其现所在处运行: guantong node --config 文件夹/node.toml。"
    )


@command()
@_FOLDER
@click.option("--code", required=True, help="行政区划代码, 如 371324 / administrative code")
@click.option("--name", required=True, help="县名 / name of the county")
@click.option(
    "--rulebook", type=click.Path(path_type=Path, exists=True, file_okay=False), help="本县规则库 / own rules"
)
@click.option(
    "--demo", is_flag=True, help="演示县: 时钟可拨, 正式节点拒收其函件 / a demonstration: its clock can be moved"
)
@pass_output
def init(output: Output, folder: Path, code: str, name: str, rulebook: Path | None, *, demo: bool) -> None:
    """建立一个县: 规则库、密钥、总线配置, 以及交给各单位的文件夹 / make a county."""
    plan = CountyPlan(code, name, demo=demo, rulebook=rulebook)
    county = create_county(folder, plan, SystemClock().now())
    output.line(
        f"已建立 {name}: {len(county.bodies)} 个单位。请将 office-safe 交巡察办保险柜, custodians 分交两名保管人, "
        "并从本机移走; nodes/<单位> 分别交给各单位运行。",
        f"Made {name} with {len(county.bodies)} bodies. Put office-safe into the inspection office's safe, give "
        "custodians to two persons of each body, and take both off this machine; hand nodes/<body> to each body.",
    )
    output.note(
        f"全部在本机运行: guantong up {folder}; 单独运行一个单位: guantong node --config nodes/<单位>/node.toml",
        f"All on this machine: guantong up {folder}. One body by itself: guantong node --config nodes/<body>/node.toml",
    )


@command()
@_FOLDER
@_NAMES
@pass_output
def up(output: Output, folder: Path, names: tuple[str, ...]) -> None:
    """启动总线和全部节点, 或只启动所列的 / start the bus and every node, or only those that are named."""
    county = open_county(folder)
    processes = Processes(county)
    wanted = _wanted(county, processes, names)
    processes.start(wanted)
    with output.progress("正在启动", "Starting", len(wanted)) as steps:
        processes.wait_ready(wanted, _START_SECONDS, lambda _name: steps.advance())
    output.line(f"已启动 {len(wanted)} 个进程", f"{len(wanted)} processes are up")
    if not names:
        note_absent(output, county)


@command()
@_FOLDER
@_NAMES
@pass_output
def down(output: Output, folder: Path, names: tuple[str, ...]) -> None:
    """停止全部节点和总线, 或只停止所列的 / stop every node and the bus, or only those that are named."""
    county = open_county(folder)
    processes = Processes(county)
    running = [name for name in reversed(_wanted(county, processes, names)) if processes.pid(name) is not None]
    processes.stop(running)
    output.line(f"已停止 {len(running)} 个进程", f"{len(running)} processes stopped")


@command()
@_FOLDER
@as_json
@pass_output
def status(output: Output, folder: Path, *, json_wanted: bool) -> None:
    """各进程是否运行、是否应答 / which processes run and answer."""
    county = open_county(folder)
    states = Processes(county).state()
    if json_wanted:
        output.json([{"name": one.name, "pid": one.pid, "ready": one.ready} for one in states])
        return
    words = {True: output.pick("应答", "answers"), False: output.pick("无应答", "no answer")}
    stopped = output.pick("未运行", "not running")
    output.table(
        output.pick("进程", "Processes"),
        [output.pick("名称", "Name"), output.pick("进程号", "PID"), output.pick("状态", "State")],
        [
            [one.name, str(one.pid or "-"), words[one.ready] if one.pid else stopped]
            for one in states
            if _lies_here(county, one.name)
        ],
    )
    note_absent(output, county)


def _wanted(county: County, processes: Processes, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that were named, in the order in which they start; all that lie here where none was."""
    unknown = set(names) - set(processes.names)
    if unknown:
        raise ProcessUnknownError(name=", ".join(sorted(unknown)), known=", ".join(processes.names))
    absent = [name for name in names if not _lies_here(county, name)]
    if absent:
        raise NodeHandedOverError(name=", ".join(absent))
    return tuple(name for name in processes.names if (name in names if names else _lies_here(county, name)))


def _lies_here(county: County, name: str) -> bool:
    folder = county.folder
    return name == BUS or folder.holds(name) or any(name == web(one) and folder.holds(one) for one in county.bodies)


def note_absent(output: Output, county: County) -> None:
    """Say which bodies' folders do not lie in the county's any more."""
    absent = ", ".join(body for body in county.bodies if not county.folder.holds(body))
    if absent:
        output.note(f"已移交, 不在本机: {absent}", f"Handed over, not on this machine: {absent}")
