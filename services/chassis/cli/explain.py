"""`guantong explain`: how a date is computed, day by day; needs no county."""

from __future__ import annotations

from datetime import date, datetime

import click

from services.chassis.calendar.dues import Due, DueRule, RuleKind, compute
from services.chassis.calendar.explain import as_json as due_as_json
from services.chassis.calendar.explain import as_lines
from services.chassis.calendar.working import shipped_calendar
from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.usage import command

_DAY = click.DateTime(["%Y-%m-%d"])


@command()
@click.option("--from", "start", type=_DAY, required=True, help="起算日(不计入) / start day, not counted: 2026-03-02")
@click.option("--working-days", type=click.IntRange(1, 2600), help="工作日数 / number of working days")
@click.option("--months", type=click.IntRange(1, 120), help="月数 / number of months")
@click.option("--not-before", is_flag=True, help="满若干月方可(与 --months 合用) / a milestone, with --months")
@click.option("--no-roll", is_flag=True, help="遇休息日不顺延 / stay on a rest day")
@as_json
@pass_output
def explain(
    output: Output,
    start: datetime,
    working_days: int | None,
    months: int | None,
    *,
    not_before: bool,
    no_roll: bool,
    json_wanted: bool,
) -> None:
    """说明某一期限是怎样算出来的 / how a due date is computed."""
    if (working_days is None) == (months is None):
        raise click.UsageError(
            output.pick("须给出 --working-days 或 --months 其中之一", "Give --working-days or --months")
        )
    if not_before and months is None:
        raise click.UsageError(output.pick("--not-before 须与 --months 合用", "--not-before goes with --months"))
    due = _due(start.date(), working_days, months, not_before=not_before, roll=not no_roll)
    if json_wanted:
        output.json(due_as_json(due))
    else:
        output.lines(as_lines(due, output.language))


def _due(start: date, working_days: int | None, months: int | None, *, not_before: bool, roll: bool) -> Due:
    if working_days is not None:
        rule = DueRule(RuleKind.WORKING_DAY, working_days)
    elif not_before:
        rule = DueRule(RuleKind.NOT_BEFORE, months or 0)
    else:
        rule = DueRule(RuleKind.MONTH, months or 0, roll)
    return compute(rule, start, shipped_calendar())
