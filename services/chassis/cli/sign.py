"""`guantong sign`: a leader reads what is to leave, sees its digest, and gives the password again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import click

from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, request_id
from services.chassis.cli.drafts import show_draft
from services.chassis.cli.output import Output, as_json, as_object, moment
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.usage import command
from services.chassis.errors import Fault, GuantongError


class NotAllSignedError(GuantongError):
    """Some of several drafts were refused; the others are signed and sent."""

    reason: ClassVar[str] = "NOT_ALL_SIGNED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "{count} drafts were not signed, each for the reason named above."
    message_zh: ClassVar[str] = "有 {count} 份未签发, 原因见上。"


@command()
@click.argument("drafts", nargs=-1, required=True, metavar="DRAFT...")
@click.option("--for", "for_account", help="代签时, 为哪位领导(账号) / when signing for another leader: their account")
@click.option(
    "--says-nothing", is_flag=True, help="确认各项均无情况 / the reply has nothing to tell, and that is meant"
)
@password_file
@as_json
@at_node
def sign(
    output: Output,
    api: Api,
    drafts: tuple[str, ...],
    for_account: str | None,
    password_file: Path | None,
    *,
    says_nothing: bool,
    json_wanted: bool,
) -> None:
    """签发: 先显示全文和摘要, 再输入密码 / sign letters: shows text and digest, then asks for the password again."""
    shown = [api.drafts.GetDraft(pb.GetDraftRequest(draft_id=one)) for one in drafts]
    # What is read is no result: a program's result is what was signed.
    reading = output.aside() if json_wanted else output
    for one in shown:
        show_draft(reading, one)
    password = ask_password(output, password_file, ("再次输入密码以签发", "Your password again, to sign"))
    outcomes = _sign(api, shown, password, for_account, says_nothing=says_nothing)
    if json_wanted:
        output.json([as_object(one) for one in outcomes])
    else:
        output.lines(_outcome_text(output, one) for one in outcomes)
    refused = sum(1 for one in outcomes if one.HasField("refusal_reason"))
    if refused:
        raise NotAllSignedError(count=refused)


def _sign(
    api: Api, shown: Sequence[pb.GetDraftResponse], password: str, for_account: str | None, *, says_nothing: bool
) -> list[pb.SignedOrRefused]:
    """Exactly what was shown is signed: revision and digest are those of the text above."""
    wanted = [
        pb.DraftToSign(
            draft_id=one.draft.draft_id,
            revision=one.revision,
            shown_digest=one.digest,
            confirm_says_nothing=says_nothing,
        )
        for one in shown
    ]
    if len(wanted) == 1:
        return [_sign_one(api, wanted[0], password, for_account)]
    request = pb.SignDraftsRequest(
        request_id=request_id(), drafts=wanted, password=password, for_account_id=for_account
    )
    return list(api.drafts.SignDrafts(request).outcomes)


def _sign_one(api: Api, one: pb.DraftToSign, password: str, for_account: str | None) -> pb.SignedOrRefused:
    """A single draft is refused with the node's own error."""
    signed = api.drafts.SignDraft(
        pb.SignDraftRequest(
            request_id=request_id(),
            draft_id=one.draft_id,
            revision=one.revision,
            shown_digest=one.shown_digest,
            password=password,
            for_account_id=for_account,
            confirm_says_nothing=one.confirm_says_nothing,
        )
    )
    return pb.SignedOrRefused(
        draft_id=one.draft_id,
        letter_id=signed.letter_id,
        document_number=signed.document_number,
        signed_time=signed.signed_time,
    )


def _outcome_text(output: Output, one: pb.SignedOrRefused) -> str:
    if one.HasField("refusal_reason"):
        why = output.pick(one.refusal_zh, one.refusal_en)
        return output.pick(f"未签发 {one.draft_id}: {why}", f"Not signed, {one.draft_id}: {why}") + (
            f" [{one.refusal_reason}]"
        )
    at = moment(one, "signed_time")
    return output.pick(
        f"已签发 {one.document_number}, {at}, 函件 {one.letter_id}",
        f"Signed {one.document_number} at {at}; the letter is {one.letter_id}",
    )
