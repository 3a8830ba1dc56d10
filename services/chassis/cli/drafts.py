"""`guantong drafts`: letters before they are letters, from the first text to the leader's desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, limit_option, listed, request_id, save
from services.chassis.cli.contents import as_json_content, read_content
from services.chassis.cli.letters import return_slip, to_file
from services.chassis.cli.output import Column, Output, as_json, as_object, moment
from services.chassis.cli.usage import group

STATES: Mapping[pb.DraftState.ValueType, tuple[str, str]] = MappingProxyType(
    {
        pb.DRAFT_STATE_DRAFTING: ("拟稿", "drafting"),
        pb.DRAFT_STATE_IN_REVIEW: ("核稿", "in-review"),
        pb.DRAFT_STATE_TO_SIGN: ("待签发", "to-sign"),
        pb.DRAFT_STATE_RETURNED: ("退回修改", "returned"),
        pb.DRAFT_STATE_SENT: ("已签发", "sent"),
        pb.DRAFT_STATE_DISCARDED: ("作废", "discarded"),
    }
)
LIVE = (
    pb.DRAFT_STATE_DRAFTING,
    pb.DRAFT_STATE_IN_REVIEW,
    pb.DRAFT_STATE_TO_SIGN,
    pb.DRAFT_STATE_RETURNED,
)
"""Drafts that can still become letters."""
COLUMNS = (
    Column("拟稿", "Draft", lambda one, _: one.draft_id, whole=True),
    Column("种类", "Kind", lambda one, to: to.kind(one.address.kind)),
    Column("发往", "To", lambda one, to: ", ".join(to.name(body) for body in one.address.recipients)),
    Column("状态", "State", lambda one, to: to.word(STATES, one.state)),
    Column("稿次", "Revision", lambda one, _: str(one.revision)),
    Column("未答", "Open", lambda one, _: str(one.unanswered_section_count or "")),
    Column("改于", "Edited", lambda one, _: moment(one, "edited_time")),
    Column("文号", "Number", lambda one, _: one.document_number),
)
_STATE_NAMES = {english: number for number, (_, english) in STATES.items()}
_ACTIONS = {
    "create": ("拟稿", "created"),
    "edit": ("修改", "edited"),
    "submit_for_review": ("送核", "submitted for review"),
    "submit_for_signature": ("送签", "submitted for signature"),
    "approve": ("核定", "approved"),
    "return": ("退回", "returned"),
    "mark_stale": ("台账有变", "ledger changed"),
    "sign": ("签发", "signed"),
    "discard": ("作废", "discarded"),
    "hand_over": ("移交", "handed over"),
}
draft_argument = click.argument("draft")
revision_option = click.option(
    "--revision", type=click.IntRange(1), help="第几稿, 默认最新 / which revision, else the newest"
)
review_option = click.option("--review", is_flag=True, help="先送核稿 / to a reviewer first")
stale_option = click.option(
    "--acknowledge-stale", is_flag=True, help="已知悉台账有变 / the change of the ledger behind it is known"
)
_CONTENT = click.option(
    "--from",
    "file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON 文件 / a JSON file",
)


@group("drafts", default="list")
def drafts() -> None:
    """拟稿; 不写子命令则列出 / drafts; lists them by default."""


@drafts.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(sorted(_STATE_NAMES)), help="只看某状态 / only this state"
)
@limit_option
@as_json
@at_node
def list_(output: Output, api: Api, states: tuple[str, ...], limit: int, *, json_wanted: bool) -> None:
    """列出拟稿 / list drafts."""
    request = pb.ListDraftsRequest(states=[_STATE_NAMES[one] for one in states])
    found = listed(output, api.drafts.ListDrafts, request, "drafts", limit)
    output.listing(("拟稿", "Drafts"), COLUMNS, found, json=json_wanted)


@drafts.command()
@draft_argument
@revision_option
@as_json
@at_node
def show(output: Output, api: Api, draft: str, revision: int | None, *, json_wanted: bool) -> None:
    """阅读拟稿和办理过程 / read a draft and what was done to it."""
    shown = api.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft, revision=revision))
    if json_wanted:
        output.json(as_object(shown) | {"content": as_json_content(shown.content_type, shown.content)})
        return
    show_draft(output, shown)
    for step in shown.steps:
        action = output.word(_ACTIONS, step.action)
        output.lines([f"  {moment(step, 'step_time')}  {action}  {step.words}"])


@drafts.command()
@click.option("--kind", required=True, help="函件种类, 如 new_info.notice / kind of letter: new_info.notice")
@click.option("--to", "recipients", multiple=True, required=True, help="发往单位, 可多次 / recipient, repeatable")
@click.option("--type", "content_type", required=True, help="内容类型, 如 NewInfo / type of the content: NewInfo")
@click.option("--matter", help="所属事项 / the matter it belongs to")
@click.option("--answers", help="所答函件 / the letter it answers")
@click.option("--sub-unit", help="拟稿的内设机构 / the sub-unit that writes it")
@_CONTENT
@as_json
@at_node
def new(
    output: Output,
    api: Api,
    *,
    kind: str,
    recipients: tuple[str, ...],
    content_type: str,
    matter: str | None,
    answers: str | None,
    sub_unit: str | None,
    file: Path,
    json_wanted: bool,
) -> None:
    """以 JSON 内容新拟一稿 / start a draft with content from a JSON file."""
    full_type = content_type if "." in content_type else f"guantong.exchange.v1.{content_type}"
    address = pb.Address(kind=kind, recipients=recipients, matter_id=matter, answers_letter_id=answers)
    made = api.drafts.CreateDraft(
        pb.CreateDraftRequest(
            request_id=request_id(),
            address=address,
            sub_unit=sub_unit,
            content_type=full_type,
            content=read_content(file, full_type),
        )
    )
    if json_wanted:
        output.message(made)
    else:
        output.line(f"已拟稿 {made.draft_id}", f"The draft is {made.draft_id}")


@drafts.command()
@draft_argument
@_CONTENT
@at_node
def edit(output: Output, api: Api, draft: str, file: Path) -> None:
    """以修改后的 JSON 内容存为新一稿 / add a revision from an edited JSON file."""
    shown = api.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft))
    store_revision(output, api, shown, read_content(file, shown.content_type))


@drafts.command()
@draft_argument
@review_option
@stale_option
@at_node
def submit(output: Output, api: Api, draft: str, *, review: bool, acknowledge_stale: bool) -> None:
    """送签, 或先送核稿 / hand a draft to the leader, or to a reviewer first."""
    submit_draft(output, api, draft, review=review, acknowledge_stale=acknowledge_stale)


@drafts.command()
@draft_argument
@click.option("--remarks", help="核稿意见 / remarks")
@at_node
def approve(output: Output, api: Api, draft: str, remarks: str | None) -> None:
    """核稿通过 / approve a submitted draft."""
    api.drafts.ApproveDraft(
        pb.ApproveDraftRequest(
            request_id=request_id(), draft_id=draft, revision=_newest(api, draft).revision, remarks=remarks
        )
    )
    output.line("核稿通过, 已送签", "Approved; it is with the leader")


@drafts.command("return")
@draft_argument
@click.option("--remarks", required=True, help="退回意见 / what has to change")
@at_node
def return_(output: Output, api: Api, draft: str, remarks: str) -> None:
    """退回修改 / return a draft with remarks."""
    api.drafts.ReturnDraft(
        pb.ReturnDraftRequest(
            request_id=request_id(), draft_id=draft, revision=_newest(api, draft).revision, remarks=remarks
        )
    )
    output.line("已退回", "Returned")


@drafts.command()
@draft_argument
@click.option("--reason", required=True, help="理由 / why")
@at_node
def discard(output: Output, api: Api, draft: str, reason: str) -> None:
    """作废拟稿并销毁其内容 / give up a draft; its words are destroyed."""
    api.drafts.DiscardDraft(
        pb.DiscardDraftRequest(
            request_id=request_id(), draft_id=draft, revision=_newest(api, draft).revision, reason=reason
        )
    )
    output.line("已作废", "Discarded")


@drafts.command("print")
@draft_argument
@to_file
@revision_option
@return_slip
@at_node
def print_(output: Output, api: Api, draft: str, file: Path, revision: int | None, *, return_slip: bool) -> None:
    """按公文格式打印拟稿为 PDF / print a draft as PDF in the official layout."""
    printed = api.drafts.PrintDraft(pb.PrintDraftRequest(draft_id=draft, revision=revision, return_slip=return_slip))
    save(file, printed.pdf)
    output.line(f"已写入 {file}", f"Written to {file}")


def show_draft(output: Output, shown: pb.GetDraftResponse) -> None:
    """What a draft says, where it stands, and the digest that a signature covers."""
    draft = shown.draft
    recipients = ", ".join(output.name(body) for body in draft.address.recipients)
    state = output.word(STATES, draft.state)
    output.lines([f"{draft.draft_id}  {output.kind(draft.address.kind)} → {recipients}  {state}", "", *shown.lines, ""])
    if draft.remarks:
        output.line(f"退回意见: {draft.remarks}", f"Remarks: {draft.remarks}")
    if draft.unanswered_section_count:
        count = draft.unanswered_section_count
        output.line(f"尚有 {count} 项未作答复", f"{count} sections are not answered yet")
    show_stale(output, draft)
    if draft.says_nothing:
        output.line("各项均为“无”", "It has nothing to tell in any section")
    digest = shown.digest.hex()
    output.line(f"第 {shown.revision} 稿, 摘要 {digest}", f"Revision {shown.revision}, digest {digest}")


def show_stale(output: Output, draft: pb.Draft) -> None:
    """Say that a ledger behind a draft has changed, where it has."""
    if draft.HasField("stale_since_time"):
        since = moment(draft, "stale_since_time")
        output.line(f"所依据的台账自 {since} 起有变化", f"A ledger behind it has changed since {since}")


def store_revision(output: Output, api: Api, shown: pb.GetDraftResponse, content: bytes) -> None:
    """Add a revision with this content behind the one that was read."""
    edited = api.drafts.EditDraft(
        pb.EditDraftRequest(
            request_id=request_id(),
            draft_id=shown.draft.draft_id,
            revision=shown.revision,
            content_type=shown.content_type,
            content=content,
        )
    )
    output.line(f"已存为第 {edited.revision} 稿", f"Stored as revision {edited.revision}")


def submit_draft(output: Output, api: Api, draft: str, *, review: bool, acknowledge_stale: bool) -> None:
    """Hand the newest revision on."""
    done = api.drafts.SubmitDraft(
        pb.SubmitDraftRequest(
            request_id=request_id(),
            draft_id=draft,
            revision=_newest(api, draft).revision,
            review=review,
            acknowledge_stale=acknowledge_stale,
        )
    )
    state = output.word(STATES, done.state)
    output.line(f"已送出, 现为: {state}", f"Handed on; it is {state} now")


def _newest(api: Api, draft: str) -> pb.GetDraftResponse:
    return api.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft))
