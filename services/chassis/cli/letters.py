"""`guantong letters`, `open`, `sign-for`, `accept`, `decline`, `ask` and `print`: single letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.contents import as_json_content
from services.chassis.cli.output import Column, Output, as_json, as_object, moment
from services.chassis.cli.usage import command
from services.chassis.cli.words import ARTICLES


def _stored(one: pb.LetterSummary, output: Output) -> str:
    """When a letter that came was stored here; for one that went, whether the peer's receipt says so."""
    return moment(one, "stored_time") or (output.pick("对方已存妥", "by the peer") if one.receipted else "")


_COLUMNS = (
    Column("函件", "Letter", lambda one, _: one.letter_id, whole=True),
    Column("种类", "Kind", lambda one, to: to.pick(one.title_zh, one.title_en)),
    Column("来自", "From", lambda one, to: to.name(one.sender)),
    Column("发往", "To", lambda one, to: to.name(one.recipient)),
    Column("文号", "Number", lambda one, _: one.document_number),
    Column("发出", "Written", lambda one, _: moment(one, "written_time")),
    Column("存妥", "Stored", _stored),
    Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
)
_LETTER = click.argument("letter")
_KIND = click.option("--kind", default="", help="只看某种函件, 如 info.request / only this kind: info.request")
to_file = click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write"
)
why = click.option(
    "--why", "reason", default="", help="查看理由, 限特定人员知悉的须写明 / why; needed for what is for named persons"
)
return_slip = click.option("--return-slip", is_flag=True, help="附回执, 供纸质送达 / add the slip for paper delivery")


@command()
@click.option("--in", "direction", flag_value="in", help="只看收到的 / only letters that came")
@click.option("--out", "direction", flag_value="out", help="只看发出的 / only letters that went")
@_KIND
@click.option("--matter", default="", help="只看某事项 / only this matter")
@click.option("--text", default="", help="按文号、编号开头或名称查找 / by number, beginning of the id, or a name")
@click.option("--peer", default="", help="只看与某单位往来的 / only from or to this body")
@click.option("--since", default="", help="自某日起, 如 2026-03-02 / from this day on")
@click.option("--until", default="", help="至某日止(含) / up to this day, included")
@click.option("--state", default="", help="只看处于某状态的事项的 / only of matters in this state")
@click.option("--no-steps", is_flag=True, help="不列签收等办理步骤 / without steps such as signing for")
@click.option("--unread", is_flag=True, help="只看收到而未阅的 / only what came and nobody has viewed")
@limit_option
@as_json
@at_node
def letters(output: Output, api: Api, *, limit: int, json_wanted: bool, **wanted: Any) -> None:
    """收发函件清单, 新的在前 / letters that came and went, newest first."""
    request = pb.ListLettersRequest(
        direction=wanted["direction"] or "",
        kind=wanted["kind"],
        matter_id=wanted["matter"],
        text=wanted["text"],
        peer=wanted["peer"],
        from_date=wanted["since"],
        to_date=wanted["until"],
        matter_state=wanted["state"],
        unread=wanted["unread"],
        without_steps=wanted["no_steps"],
    )
    found = listed(output, api.letters.ListLetters, request, "letters", limit)
    output.listing(("函件", "Letters"), _COLUMNS, found, json=json_wanted)


@command("open")
@_LETTER
@why
@as_json
@at_node
def open_(output: Output, api: Api, letter: str, *, reason: str, json_wanted: bool) -> None:
    """阅读函件; 首次阅读即告知对方已阅 / read a letter; the first reading is told to the sender."""
    request = pb.OpenLetterRequest(letter_id=letter, request_id=request_id(), read_reason=reason)
    opened = api.letters.OpenLetter(request)
    if json_wanted:
        output.json(as_object(opened) | {"content": as_json_content(opened.content_type, opened.content)})
        return
    head = opened.letter
    written = moment(head, "written_time")
    sender, recipient = output.name(head.sender), output.name(head.recipient)
    output.lines([f"{sender} → {recipient}  {head.document_number}  {written}"])
    if opened.signer:
        output.line(f"签发: {opened.signer}", f"Signed by: {opened.signer}")
    output.lines(["", *opened.lines])


@command("sign-for")
@_LETTER
@as_json
@at_node
def sign_for(output: Output, api: Api, letter: str, *, json_wanted: bool) -> None:
    """签收函件, 期限自此起算 / sign for a letter; its clock starts."""
    due = api.letters.SignForLetter(pb.SignForLetterRequest(letter_id=letter, request_id=request_id()))
    if json_wanted:
        output.message(due)
        return
    if not due.due_date:
        output.line("已签收; 无固定期限", "Signed for; no date is set")
        return
    doubt = output.pick(", 暂定", ", provisional") if due.provisional else ""
    article = output.word(ARTICLES, due.article_id)
    output.line(
        f"已签收; 期限 {due.due_date} ({article}{doubt})",
        f"Signed for; due on {due.due_date} ({article}{doubt})",
    )


@command()
@_LETTER
@at_node
def accept(output: Output, api: Api, letter: str) -> None:
    """受理函件 / accept a letter as your body's own to do."""
    api.letters.AcceptLetter(pb.AcceptLetterRequest(letter_id=letter, request_id=request_id()))
    output.line("已受理", "Accepted")


@command()
@_LETTER
@click.option("--reason", required=True, help="理由, 将告知对方 / why; the sender is told")
@at_node
def decline(output: Output, api: Api, letter: str, reason: str) -> None:
    """不予受理, 须由领导签发 / draft declining a letter; a leader signs it."""
    asked = pb.DeclineLetterRequest(letter_id=letter, explanation=reason, request_id=request_id())
    draft = api.letters.DeclineLetter(asked).draft_id
    output.line(f"已拟稿, 请送签: {draft}", f"Drafted; submit it for signature: {draft}")


@command()
@_LETTER
@click.argument("question")
@at_node
def ask(output: Output, api: Api, letter: str, question: str) -> None:
    """请来函单位说明; 期限不因此变动 / ask the sender to clarify; no date moves by it."""
    api.letters.AskBack(pb.AskBackRequest(letter_id=letter, question=question, request_id=request_id()))
    output.line("已发出", "Asked")


@command()
@_LETTER
@click.argument("answer")
@at_node
def clarify(output: Output, api: Api, letter: str, answer: str) -> None:
    """答复反问: LETTER 为提问的函件 / answer a question back; LETTER is the one that asks."""
    api.letters.Clarify(pb.ClarifyRequest(letter_id=letter, answer=answer, request_id=request_id()))
    output.line("已发出说明", "Answered")


@command("print")
@_LETTER
@to_file
@return_slip
@why
@click.option(
    "--note", default="", help="打印件交何处或何人, 记入导出登记 / for whom the print is; kept in the register"
)
@at_node
def print_(output: Output, api: Api, letter: str, file: Path, *, return_slip: bool, reason: str, note: str) -> None:
    """按公文格式打印函件为 PDF, 记入导出登记 / print a letter as PDF in the official layout; it is registered."""
    request = pb.PrintLetterRequest(letter_id=letter, return_slip=return_slip, read_reason=reason, note=note)
    printed = api.letters.PrintLetter(request)
    save(file, printed.pdf)
    output.line(f"已写入 {file}", f"Written to {file}")
