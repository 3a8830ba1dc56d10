"""Runs the demonstration: `python -m deploy.demo`, with `--check` to check everything, stop and end."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import click

from deploy.demo.gateways import addresses
from deploy.demo.offices import PASSWORD
from deploy.demo.run import REPORT, Demo, write_report
from deploy.demo.story import LATE, StoryError
from deploy.demo.telling import Voice
from services.chassis.county.layout import CountyError, open_county
from services.chassis.county.processes import Processes
from services.chassis.errors import GuantongError
from services.chassis.rulebook.load import load
from services.chassis.storage.lease import FileLock

FOLDER = Path("build/demo")


def clear(folder: Path, voice: Voice) -> None:
    """Stop what an earlier run left running, and remove what it left lying."""
    try:
        earlier = Processes(open_county(folder / "county"))
    except CountyError:
        pass
    else:
        running = [name for name in reversed(earlier.names) if earlier.pid(name) is not None]
        if running:
            voice.say(
                f"停止上次演示仍在运行的 {len(running)} 个进程",
                f"Stopping {len(running)} processes that the last demonstration left running",
            )
            earlier.stop(running)
    shutil.rmtree(folder, ignore_errors=True)


def told(demo: Demo, voice: Voice) -> bool:
    """Run to the end; a story that breaks off is a failed check like any other, and says where."""
    try:
        return demo.run()
    except (StoryError, GuantongError) as error:
        problem = str(error)
        write_report(demo.folder, {"passed": False, "checks": [{"name": "story", "held": False, "found": problem}]})
        folder = demo.county.folder
        logs = f"{folder.root}/nodes/*/log, {folder.run}"
        voice.say(f"未通过: 演示中断, 各节点的日志在 {logs}", f"FAILED story: {problem} Logs: {logs}")
        return False


def tell_what_next(demo: Demo, voice: Voice) -> None:
    """The county goes on running: where to look at it, who can sign in, how to end it."""
    folder = demo.county.folder
    voice.plain("")
    voice.say("各单位网关, 用浏览器打开", "Every body's gateway; open them in a browser")
    for body, address in addresses(demo.county).items():
        mark = "  <<" if body == demo.county.hub else ""
        voice.plain(f"  {address:<26}{load().name_of(body, 'zh')}  {load().name_of(body, 'en')}{mark}")
    voice.say(f"口令一律为 {PASSWORD} (仅供演示)", "the password of every account, for this demonstration only")
    for logins, chinese, english in _accounts(demo):
        voice.say(f"  {logins}: {chinese}", english)
    node = f"--node {folder.node(LATE)}"
    voice.say("命令行也可以试试", "On the command line, try")
    for command, chinese, english in (
        (f"status {folder.root}", "各进程是否应答", "which processes answer"),
        (f"login clerk {node}", "以某单位经办人登录", "sign in as a clerk of one body"),
        (f"inbox {node}", "收件、状态与期限", "what came, its state and when it was due"),
        (f"verify {folder.root}", "核验全部日志", "verify every journal"),
        (f"down {folder.root}", "全部停止", "stop everything"),
    ):
        voice.plain(f"  .venv/bin/guantong {command}")
        voice.say(f"      {chinese}", english)
    voice.say(f"巡前情况: {demo.folder / 'briefings'}; 报告: {demo.folder / REPORT}", "briefings and report")


def _accounts(demo: Demo) -> tuple[tuple[str, str, str], ...]:
    """Logins, and what they are for."""
    hub = demo.offices[demo.county.hub]
    teams = ", ".join(login for login in hub.people if login.startswith("team"))
    return (
        ("clerk, deputy", "经办人、复核人", "clerks, one enters and one confirms"),
        ("reviewer", "核稿人", "reads drafts before they are signed"),
        ("leader", "负责人, 签发", "signs"),
        (f"system, {hub.keeper}, auditor", "三员: 系统管理、安全保密、安全审计", "the three administrators"),
        (f"{teams} ({load().name_of(demo.county.hub, 'zh')})", "巡察组组长", "leaders of the inspection teams"),
    )


@click.command()
@click.option("--check", is_flag=True, help="检查、停止并退出 / check, stop and exit")
def main(*, check: bool) -> None:
    """Run the demonstration."""
    voice = Voice()
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    running = FileLock(FOLDER)
    if not running.take():
        voice.say("另一个演示正在此目录运行, 请待其结束", "Another demonstration runs here; wait until it has ended")
        sys.exit(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    clear(FOLDER, voice)
    demo = Demo(FOLDER, voice)
    stays = False
    try:
        held = told(demo, voice)
        stays = held and not check
    finally:
        if not stays:
            demo.stop()
    if stays:
        tell_what_next(demo, voice)
    voice.say(
        "全部检查通过" if held else f"检查未通过, 见 {FOLDER / REPORT}",
        "All checks passed" if held else "Checks failed",
    )
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
