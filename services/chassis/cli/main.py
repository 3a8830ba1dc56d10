"""The command `guantong`: finds the sub-command, loads only that one, and says failures in words to act on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import MappingProxyType
from typing import ClassVar, NoReturn

import click

from services.chassis.cli.output import Output
from services.chassis.cli.usage import Group, show_wrong_call
from services.chassis.errors import Fault, GuantongError

COMMANDS = MappingProxyType(
    {
        "init": ("county", "建立一个县 / make a county"),
        "up": ("county", "启动总线和全部节点 / start the bus and every node"),
        "down": ("county", "停止全部节点和总线 / stop every node and the bus"),
        "status": ("county", "各进程是否运行、是否应答 / which processes run and answer"),
        "node": ("node", "在前台运行一个节点 / run one node in the foreground"),
        "verify": ("verify", "校验节点或全县的日志 / verify the journal of a node or of a whole county"),
        "explain": ("explain", "说明期限是怎样算出来的 / how a due date is computed"),
        "join": ("account", "用邀请码设定密码 / set a password with an invitation"),
        "login": ("account", "登录 / sign in"),
        "logout": ("account", "退出登录 / sign out"),
        "whoami": ("account", "当前是谁、有何角色 / who you are and what you may do"),
        "passwd": ("account", "更改本人密码 / change your password"),
        "factor": ("factor", "动态口令: 绑定、备用码、解除 / the second factor: enrol, recovery codes, remove"),
        "sessions": ("tokens", "本人的会话: 列出、终止 / your sessions: list, end"),
        "token": ("tokens", "访问令牌: 生成、列出、撤销 / access tokens: create, list, revoke"),
        "colleagues": ("duties", "本单位业务人员 / the people who work on matters here"),
        "assign": ("duties", "指定事项承办人 / say who handles a matter"),
        "handover": ("duties", "移交一人的工作 / move one person's work to another"),
        "leave": ("duties", "离岗与代班 / leaves and their deputies"),
        "people": ("people", "账号、角色与代签 / accounts, roles and signing for others"),
        "tasks": ("matters", "待办事项 / what is to be done"),
        "inbox": ("matters", "收件: 状态与期限 / what came: its state and when it is due"),
        "matters": ("matters", "事项、各步时间与期限 / matters, their steps and due dates"),
        "letters": ("letters", "收发函件清单 / letters that came and went"),
        "open": ("letters", "阅读函件 / read a letter"),
        "sign-for": ("letters", "签收函件 / sign for a letter"),
        "accept": ("letters", "受理函件 / accept a letter as yours to do"),
        "decline": ("letters", "不予受理并说明理由 / decline a letter with a reason"),
        "ask": ("letters", "请来函单位说明 / ask the sender to clarify"),
        "clarify": ("letters", "答复对方的反问 / answer what the addressee asked"),
        "print": ("letters", "函件打印为 PDF / print a letter as PDF"),
        "attach": ("attachments", "为拟稿添加附件 / add files to a draft"),
        "detach": ("attachments", "从拟稿中去掉附件 / take a file out of a draft"),
        "attachments": ("attachments", "函件或拟稿的附件及其状态 / attachments and how far each is"),
        "fetch": ("attachments", "取出附件, 可续传并核对摘要 / fetch a file: resumed, digest checked"),
        "health": ("operating", "一个节点的状况 / how one node fares"),
        "board": ("observing", "看板: 各单位现状 / the board: how every body fares"),
        "traces": ("observing", "踪迹: 函件在各单位走过的步骤 / traces: the steps of a letter at each body"),
        "responsiveness": (
            "responsiveness",
            "响应: 签收与答复是否及时 / how promptly letters are signed for and answered",
        ),
        "journal": ("journal", "日志: 查找、导出、校验、查看记录 / the journal: search, export, check, readings"),
        "calendar": ("operating", "载入工作日历 / load a calendar of working days"),
        "directory": ("directory", "单位名录: 查看、载入、增改 / the directory of bodies: see, load, change"),
        "keys": ("keys", "本单位的密钥与证书 / the body's own keys and certificates"),
        "alarms": ("trouble", "告警: 查看、关闭 / alarms: look, close"),
        "channels": ("trouble", "与各单位的通道: 发出、回执、差额、失联 / channels: sent, receipted, gap, silent"),
        "parked": ("trouble", "已存而未能处理的函件 / letters that are stored and not handled"),
        "quarantine": ("trouble", "未通过验证的来件 / frames that did not verify"),
        "channel": ("trouble", "停止的通道由系统管理员决定续发 / have a channel that stands still go on"),
        "restored": ("trouble", "登记本节点由备份恢复 / say that this node came back from a backup"),
        "doctor": ("doctor", "体检一个节点并说明怎样处理 / examine a node and say what to do"),
        "backup": ("backup", "备份本节点: 密钥、立即备份、清单、查验 / backups: key, take, list, check"),
        "restore": ("restore", "由备份恢复一个节点 / restore a node from a backup"),
        "import": ("ledgers", "电子表格导入台账 / import spreadsheets into ledgers"),
        "ledgers": ("ledgers", "台账及其各行 / ledgers and their rows"),
        "export": ("export", "导出一个事项, 可离线校验 / one matter as a file that proves itself"),
        "unseal": ("disclosures", "信访人身份启封: 申请、领取 / a petitioner's sealed identity: ask, take"),
        "custodian": ("custodian", "保管人启封 / custodians open a sealed identity"),
        "destruction": ("destruction", "内容销毁: 申请、批准、保全、副本 / destroy content: ask, approve, hold"),
        "disclosures": ("disclosures", "导出与启封申请: 申请、批准 / requests to export or unseal: ask, approve"),
        "summaries": ("summaries", "信访件摘要: 撰写、复核 / summaries of petitions: write, confirm"),
        "aliases": ("aliases", "台账中单位的其他名称 / other names of units in ledgers"),
        "drafts": ("drafts", "拟稿: 查看、修改、送签、核稿、退回 / drafts: read, edit, submit, review, return"),
        "reply": ("reply", "起草的答复: 逐项填写并送签 / drafted replies: answer each section and submit"),
        "sign": ("sign", "签发函件(须再次输入密码) / sign letters, with the password again"),
        "decision": ("decisions", "会议决定: 登记、核对确认 / decisions of meetings: record, confirm"),
        "round": ("rounds", "巡察轮次: 对象、进度、巡前情况 / rounds: units, board, briefings"),
        "request": (
            "requests",
            "征求意见函与商请函, 接受或退回答复 / letters of a round, and what is done with replies",
        ),
        "team": ("teams", "巡察组及授权 / inspection teams and their authorization"),
        "new-info": ("newinfo", "新情况的转办与查看 / new information and its forwarding"),
    }
)
"""Each sub-command, the module of this package that holds it, and one line on it: a terminal waits for no import that
it does not need."""

_EXIT_CODES = {Fault.UNAVAILABLE: 75, Fault.INTERNAL: 70, Fault.UNAUTHENTICATED: 77, Fault.DENIED: 77}
"""As in sysexits.h: 75 says that trying again later helps, 77 that somebody else may. Everything else ends with 1."""


class FileTroubleError(GuantongError):
    """A file that was named cannot be read or written."""

    reason: ClassVar[str] = "FILE_TROUBLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file}: {problem}. Check the name and who may read or write it."
    message_zh: ClassVar[str] = "{file}: {problem}。请核对文件名和读写权限。"


class LazyGroup(Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"services.chassis.cli.{COMMANDS[cmd_name][0]}")
        name = cmd_name.replace("-", "_")
        # Some commands are named as Python's own words are.
        command: click.Command = getattr(module, name, None) or getattr(module, f"{name}_")
        return command

    def short_help_of(self, ctx: click.Context, name: str) -> str:
        """One line on the command, without loading it."""
        del ctx
        return COMMANDS[name][1]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    envvar="GUANTONG_LANG",
    is_eager=True,
    help="界面语言 / language",
)
@click.pass_context
def guantong(ctx: click.Context, lang: str) -> None:
    """贯通: 县级巡察机构与协作单位的公文交换、期限与台账。 /

    Guantong: how a county's inspection office and nine other bodies write, answer and keep time.
    """
    ctx.obj = Output(lang)


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and give the exit code; a known failure is one message on standard error."""
    output = Output("zh")
    try:
        with guantong.make_context("guantong", list(arguments)) as context:
            output = Output(str(context.params["lang"]))
            guantong.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        show_wrong_call(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (GuantongError, OSError) as error:
        return _failed(output, error)
    return 0


def _failed(output: Output, error: GuantongError | OSError) -> int:
    if isinstance(error, BrokenPipeError):
        return 1  # whoever reads us has read enough
    if isinstance(error, OSError):
        error = FileTroubleError(file=error.filename or "-", problem=error.strerror or error)
    output.failure(error)
    return _EXIT_CODES.get(error.fault, 1)


def main() -> NoReturn:
    """Run the command and end the process."""
    sys.exit(run(sys.argv[1:]))
