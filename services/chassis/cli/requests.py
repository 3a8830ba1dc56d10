"""`guantong request`: the letters of a round, and what the office does with the replies."""

from __future__ import annotations

import click

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, request_id
from services.chassis.cli.output import Column, Output, as_json
from services.chassis.cli.rounds import round_argument
from services.chassis.cli.usage import group

_PREPARED = (
    Column("拟稿", "Draft", lambda one, _: one.draft_id, whole=True),
    Column("发往", "To", lambda one, to: to.name(one.to_body)),
    Column("未列对象", "Units left out", lambda one, _: ", ".join(one.removed_unit_ids)),
    Column("代", "Stands for", lambda one, to: to.name(one.stands_for)),
    Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
)
_CONTACT = click.option("--contact", required=True, help="联系人或联系股室 / whom to call")
_MATTER = click.argument("matter")


class _Section(click.ParamType[pb.SectionReturn]):
    """UNIT/SECTION=WHY."""

    name = "UNIT/SECTION=WHY"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> pb.SectionReturn:
        place, _, why = value.partition("=")
        unit, _, section = place.partition("/")
        if not (unit and section and why):
            self.fail(f"{value}: UNIT/SECTION=WHY", param, ctx)
        return pb.SectionReturn(unit_id=unit, section=section, explanation=why)


class _Question(click.ParamType[pb.UnitQuestion]):
    """UNIT/BODY=QUESTION."""

    name = "UNIT/BODY=QUESTION"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> pb.UnitQuestion:
        place, _, question = value.partition("=")
        unit, _, body = place.partition("/")
        if not (unit and body and question):
            self.fail(f"{value}: UNIT/BODY=QUESTION", param, ctx)
        return pb.UnitQuestion(unit_id=unit, to_body=body, question=question)


@group("request")
def request() -> None:
    """一轮巡察的函件与答复 / the letters of a round and the replies."""


@request.command()
@round_argument
@click.option("--by", "reply_by_date", required=True, help="请于何日前答复 / reply by this day")
@_CONTACT
@as_json
@at_node
def opinions(output: Output, api: Api, round_id: str, reply_by_date: str, contact: str, *, json_wanted: bool) -> None:
    """拟征求人大、政协意见的函 / draft the letters that ask the congress and the CPPCC for opinions."""
    prepared = api.rounds.PrepareOpinionLetters(
        pb.PrepareOpinionLettersRequest(
            round_id=round_id, reply_by_date=reply_by_date, contact=contact, request_id=request_id()
        )
    )
    output.listing(("待送签的函", "Letters to sign"), _PREPARED, prepared.letters, json=json_wanted)


@request.command()
@round_argument
@_CONTACT
@click.option(
    "--question",
    "questions",
    multiple=True,
    type=_Question(),
    help="组长另问的问题, 可多次 / a question of the team leader, repeatable",
)
@as_json
@at_node
def prepare(
    output: Output, api: Api, round_id: str, contact: str, questions: tuple[pb.UnitQuestion, ...], *, json_wanted: bool
) -> None:
    """拟商请提供情况的函, 每单位一份 / draft one request letter for each body."""
    prepared = api.rounds.PrepareRequestLetters(
        pb.PrepareRequestLettersRequest(
            round_id=round_id, questions=questions, contact=contact, request_id=request_id()
        )
    )
    output.listing(("待送签的函", "Letters to sign"), _PREPARED, prepared.letters, json=json_wanted)


@request.command()
@_MATTER
@at_node
def accept(output: Output, api: Api, matter: str) -> None:
    """接受答复, 事项办结 / accept a reply; the matter is settled."""
    api.rounds.AcceptReply(pb.AcceptReplyRequest(matter_id=matter, request_id=request_id()))
    output.line("已接受", "Accepted")


@request.command("return")
@_MATTER
@click.option(
    "--section",
    "sections",
    multiple=True,
    required=True,
    type=_Section(),
    help="须补充的部分和理由, 可多次 / what to complete and why, repeatable",
)
@click.option("--by", "target_date", required=True, help="请于何日前补充 / complete it by this day")
@at_node
def return_(output: Output, api: Api, matter: str, sections: tuple[pb.SectionReturn, ...], target_date: str) -> None:
    """退回补充 / return a reply for completion."""
    api.rounds.ReturnReply(
        pb.ReturnReplyRequest(matter_id=matter, sections=sections, target_date=target_date, request_id=request_id())
    )
    output.line("已退回补充", "Returned for completion")
