"""`guantong init`, `up`, `down` and `status`: a county on this machine, made, started, stopped and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import click

from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.usage import command
from services.chassis.clock import SystemClock
from services.chassis.county.create import CountyPlan, create_county
from services.chassis.county.layout import open_county
from services.chassis.county.processes import Processes
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
        f"已建立 {name}: {len(county.bodies)} 个单位。请将 nodes/<单位> 分别交给各单位, "
        "office-safe 交巡察办保险柜, custodians 分交两名保管人, 然后从本机移走。",
        f"Made {name} with {len(county.bodies)} bodies. Hand nodes/<body> to each body, put office-safe into the "
        "inspection office's safe, give custodians to two persons, and take all three off this machine.",
    )


@command()
@_FOLDER
@_NAMES
@pass_output
def up(output: Output, folder: Path, names: tuple[str, ...]) -> None:
    """启动总线和全部节点, 或只启动所列的 / start the bus and every node, or only those that are named."""
    processes = Processes(open_county(folder))
    wanted = _wanted(processes, names)
    processes.start(wanted)
    with output.progress("正在启动", "Starting", len(wanted)) as steps:
        processes.wait_ready(wanted, _START_SECONDS, lambda _name: steps.advance())
    output.line(f"已启动 {len(wanted)} 个进程", f"{len(wanted)} processes are up")


@command()
@_FOLDER
@_NAMES
@pass_output
def down(output: Output, folder: Path, names: tuple[str, ...]) -> None:
    """停止全部节点和总线, 或只停止所列的 / stop every node and the bus, or only those that are named."""
    processes = Processes(open_county(folder))
    running = [name for name in reversed(_wanted(processes, names)) if processes.pid(name) is not None]
    processes.stop(running)
    output.line(f"已停止 {len(running)} 个进程", f"{len(running)} processes stopped")


@command()
@_FOLDER
@as_json
@pass_output
def status(output: Output, folder: Path, *, json_wanted: bool) -> None:
    """各进程是否运行、是否应答 / which processes run and answer."""
    states = Processes(open_county(folder)).state()
    if json_wanted:
        output.json([{"name": one.name, "pid": one.pid, "ready": one.ready} for one in states])
        return
    words = {True: output.pick("应答", "answers"), False: output.pick("无应答", "no answer")}
    stopped = output.pick("未运行", "not running")
    output.table(
        output.pick("进程", "Processes"),
        [output.pick("名称", "Name"), output.pick("进程号", "PID"), output.pick("状态", "State")],
        [[one.name, str(one.pid or "-"), words[one.ready] if one.pid else stopped] for one in states],
    )


def _wanted(processes: Processes, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that were named, in the order in which they start; all where none was."""
    unknown = set(names) - set(processes.names)
    if unknown:
        raise ProcessUnknownError(name=", ".join(sorted(unknown)), known=", ".join(processes.names))
    return tuple(name for name in processes.names if not names or name in names)
