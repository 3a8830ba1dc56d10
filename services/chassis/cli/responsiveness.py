"""`guantong responsiveness`: how promptly letters are signed for and answered, with what it rests on."""

from __future__ import annotations

import click

from guantong.node.v1 import responsiveness_service_pb2 as pb
from services.chassis.cli.api import Api, at_node
from services.chassis.cli.output import Column, Output, as_json
from services.chassis.cli.usage import command

_GRADES = {
    pb.RESPONSIVENESS_GRADE_TOO_FEW: ("件数不足", "too few"),
    pb.RESPONSIVENESS_GRADE_GOOD: ("良好", "good"),
    pb.RESPONSIVENESS_GRADE_FAIR: ("一般", "fair"),
    pb.RESPONSIVENESS_GRADE_POOR: ("较差", "poor"),
}


def _average(hundredths: int, *, known: bool) -> str:
    return f"{hundredths / 100:g}" if known else ""


def _signing(one: pb.ResponsivenessRow, _output: Output) -> str:
    return _average(one.average_signing_hundredths, known=one.HasField("average_signing_hundredths"))


def _answering(one: pb.ResponsivenessRow, _output: Output) -> str:
    return _average(one.average_answering_hundredths, known=one.HasField("average_answering_hundredths"))


_COLUMNS = (
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("及时签收", "Signed in time", lambda one, _: str(one.signed_in_time_count)),
    Column("逾时签收", "Signed late", lambda one, _: str(one.signed_late_count)),
    Column("逾时未签", "Unsigned", lambda one, _: str(one.unsigned_late_count)),
    Column("平均工作日", "Average days", _signing),
    Column("按期答复", "Answered in time", lambda one, _: str(one.answered_in_time_count)),
    Column("逾期答复", "Answered late", lambda one, _: str(one.answered_late_count)),
    Column("逾期未答", "Unanswered", lambda one, _: str(one.unanswered_late_count)),
    Column("平均工作日", "Average days", _answering),
    Column("无期限", "Undated", lambda one, _: str(one.undated_count)),
    Column("评价", "Grade", lambda one, to: to.word(_GRADES, one.grade)),
)


@command()
@click.option("--since", default="", help="自某日起, 默认一年前 / from this day, else a year ago")
@click.option("--until", default="", help="至某日止(含), 默认今日 / up to this day, else today")
@as_json
@at_node
def responsiveness(output: Output, api: Api, *, since: str, until: str, json_wanted: bool) -> None:
    """签收与答复是否及时; 巡察办可见各单位 / how promptly letters are signed for and answered."""
    wanted = pb.ReportResponsivenessRequest(from_date=since, to_date=until)
    told = api.responsiveness.ReportResponsiveness(wanted)
    if json_wanted:
        output.message(told)
        return
    period = f"{told.from_date} – {told.to_date}"
    output.listing((f"响应 {period}", f"Responsiveness {period}"), _COLUMNS, told.rows, json=False)
    days, good, fair, least = (
        told.signing_working_day_count,
        told.good_percent,
        told.fair_percent,
        told.least_count,
    )
    output.note(
        f"及时签收: 送达后 {days} 个工作日内; 按期答复 {good}% 以上为良好, {fair}% 以上为一般; 不足 {least} 件不评价",
        f"Signed in time: within {days} working days; good from {good} percent answered in time, fair from {fair}; "
        f"not graded below {least}",
    )
