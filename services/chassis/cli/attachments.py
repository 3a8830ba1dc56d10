"""`guantong attach`, `attachments`, `fetch` and `detach`: files that belong to drafts and letters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import click

from guantong.node.v1 import attachments_service_pb2 as pb
from guantong.node.v1 import drafts_service_pb2 as drafts_pb
from services.chassis.attachments.model import chunk_digest, file_digest, size_text
from services.chassis.cli.api import Api, FileTakenError, at_node, request_id
from services.chassis.cli.letters import to_file, why
from services.chassis.cli.output import Column, Output, Steps, as_json
from services.chassis.cli.usage import command
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.status import RemoteError

_PIECE = 512 * 1024
_SECONDS = 3600.0
"""Two hundred mebibytes over a slow line."""
_STATES = {
    pb.ATTACHMENT_STATE_EXPECTED: ("待传送", "expected"),
    pb.ATTACHMENT_STATE_ARRIVING: ("传送中", "arriving"),
    pb.ATTACHMENT_STATE_CHECKING: ("检查中", "checking"),
    pb.ATTACHMENT_STATE_READY: ("可取", "ready"),
    pb.ATTACHMENT_STATE_REFUSED: ("不得打开", "refused"),
}


def _state(one: pb.Attachment, output: Output) -> str:
    state = output.word(_STATES, one.state)
    if one.state == pb.ATTACHMENT_STATE_ARRIVING:
        return f"{state} {one.arrived_chunk_count}/{one.chunk_count}"
    return f"{state}: {output.pick(one.reason_zh, one.reason_en)}" if one.reason else state


_COLUMNS = (
    Column("序号", "No.", lambda one, _: str(one.number)),
    Column("文件", "File", lambda one, _: one.file_name),
    Column("大小", "Size", lambda one, _: size_text(one.size)),
    Column("状态", "State", _state),
    Column("摘要", "Digest", lambda one, _: one.digest.hex(), whole=True),
)
_OF = click.argument("draft_or_letter", metavar="LETTER|DRAFT")
_DRAFT = click.argument("draft")


class DigestDiffersError(GuantongError):
    """What came is not the file that the letter names; it was taken away again."""

    reason: ClassVar[str] = "DIGEST_DIFFERS"
    fault: ClassVar[Fault] = Fault.INTERNAL
    message_en: ClassVar[str] = "What came is not the file that the letter names. It was removed; fetch it again."
    message_zh: ClassVar[str] = "取得的内容与函件所列摘要不符, 已删除。请重新获取。"


@command()
@_DRAFT
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE..."
)
@at_node
def attach(output: Output, api: Api, draft: str, files: tuple[Path, ...]) -> None:
    """为拟稿添加附件; 此前的送核、送签作废 / add files to a draft; what was submitted before is void."""
    for file in files:
        revision = _revision(api, draft)
        size = file.stat().st_size
        with output.progress("上传", "Uploading", size) as steps:
            asked = pb.FileToAdd(draft_id=draft, revision=revision, file_name=file.name, size=size)
            added = api.attachments.AddAttachment(_messages(asked, file, steps), timeout=_SECONDS)
        digest = added.attachment.digest.hex()
        output.line(f"已添加 {file.name} (摘要 {digest})", f"Added {file.name} (digest {digest})")


@command()
@_DRAFT
@click.argument("name")
@at_node
def detach(output: Output, api: Api, draft: str, name: str) -> None:
    """从拟稿中去掉附件 / take a file out of a draft."""
    request = pb.RemoveAttachmentRequest(
        request_id=request_id(), draft_id=draft, revision=_revision(api, draft), file_name=name
    )
    api.attachments.RemoveAttachment(request)
    output.line(f"已去掉 {name}", f"Taken out: {name}")


@command()
@_OF
@why
@as_json
@at_node
def attachments(output: Output, api: Api, draft_or_letter: str, *, reason: str, json_wanted: bool) -> None:
    """函件或拟稿的附件及其状态 / the attachments of a letter or draft, and how far each is."""
    found = _listed(api, draft_or_letter, reason)[1]
    output.listing(("附件", "Attachments"), _COLUMNS, found, json=json_wanted)


@command()
@_OF
@click.argument("name")
@to_file
@why
@at_node
def fetch(output: Output, api: Api, draft_or_letter: str, name: str, *, file: Path, reason: str) -> None:
    """取出附件并核对摘要; 中断后再次执行即续传 / fetch a file, check its digest; after a break, go on."""
    if file.exists():
        raise FileTakenError(file=file)
    of, found = _listed(api, draft_or_letter, reason)
    chosen = next((one.file_name for one in found if name in {one.file_name, str(one.number)}), name)
    partial = file.with_name(f"{file.name}.partial")
    request = pb.FetchAttachmentRequest(
        file_name=chosen, offset=partial.stat().st_size if partial.exists() else 0, read_reason=reason, **of
    )
    answers = iter(api.attachments.FetchAttachment(request, timeout=_SECONDS))
    one = next(answers).attachment
    with output.progress("下载", "Fetching", one.size) as steps:
        _append(partial, answers, steps, request.offset)
    if _digest(partial, one) != one.digest:
        partial.unlink()
        raise DigestDiffersError
    # A link, because it never writes over a file that came meanwhile.
    os.link(partial, file)
    partial.unlink()
    digest = one.digest.hex()
    output.line(f"已写入 {file} (摘要核对无误: {digest})", f"Written to {file} (digest checked: {digest})")


def _revision(api: Api, draft: str) -> int:
    return int(api.drafts.GetDraft(drafts_pb.GetDraftRequest(draft_id=draft)).draft.revision)


def _listed(api: Api, named: str, reason: str) -> tuple[dict[str, str], list[pb.Attachment]]:
    """Whose attachments, as requests name it, and the attachments."""
    of = {"letter_id": named}
    try:
        answer = api.attachments.ListAttachments(pb.ListAttachmentsRequest(read_reason=reason, **of))
    except RemoteError as error:
        if error.fault is not Fault.NOT_FOUND:
            raise
        of = {"draft_id": named}
        answer = api.attachments.ListAttachments(pb.ListAttachmentsRequest(**of))
    return of, list(answer.attachments)


def _messages(asked: pb.FileToAdd, file: Path, steps: Steps) -> Iterator[pb.AddAttachmentRequest]:
    yield pb.AddAttachmentRequest(file=asked)
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            yield pb.AddAttachmentRequest(data=piece)
            steps.advance(len(piece))


def _append(partial: Path, answers: Iterator[Any], steps: Steps, done: int) -> None:
    steps.advance(done)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        for answer in answers:
            out.write(answer.data)
            steps.advance(len(answer.data))


def _digest(partial: Path, one: pb.Attachment) -> bytes:
    with partial.open("rb") as source:
        chunks = iter(lambda: source.read(one.chunk_size), b"")
        digests = [chunk_digest(one.suite, chunk) for chunk in chunks]
    return file_digest(one.suite, partial.stat().st_size, one.chunk_size, digests)
