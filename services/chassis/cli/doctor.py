"""`guantong doctor`: looks at a node at its own machine, whether it runs or not, and says what to do."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import click

from services.chassis.cli.county import note_absent
from services.chassis.cli.nodes import NodeNotNamedError
from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.usage import command
from services.chassis.county.layout import CountyFolder, open_county
from services.chassis.doctor.examine import Examined, examine
from services.chassis.doctor.finding import Finding, Level, Said, worst

_FOLDER = click.Path(path_type=Path, exists=True)


@command()
@click.argument("place", type=_FOLDER, metavar="[FOLDER]", envvar="GUANTONG_NODE", required=False)
@click.option(
    "--county",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="整个县的文件夹 / a whole county's folder",
)
@click.option("--all", "everything", is_flag=True, help="正常的也列出 / list what is fine, too")
@as_json
@pass_output
def doctor(output: Output, place: Path | None, county: Path | None, *, everything: bool, json_wanted: bool) -> None:
    """体检: 密钥、总线、时钟、磁盘、数据库、名录、日历、往来单位、备份 / examine a node and say what to do."""
    # It warns of connections that are only tried and closed, which is what probing is.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    examined = [examine(file) for file in _files(place, county)]
    if json_wanted:
        output.json(
            [{"body": one.body, "findings": [_object(finding) for finding in one.findings]} for one in examined]
        )
    else:
        for one in examined:
            _show(output, one, everything=everything)
        if county is not None:
            note_absent(output, open_county(county))
    level = worst(finding for one in examined for finding in one.findings)
    click.get_current_context().exit(int(level))


def _files(place: Path | None, county: Path | None) -> list[Path]:
    if county is None and place is not None and place.is_dir() and CountyFolder(place).marker.exists():
        county = place
    if county is not None:
        found = open_county(county)
        return [found.folder.config(body) for body in found.bodies if found.folder.holds(body)]
    if place is None:
        raise NodeNotNamedError
    return [place / "node.toml" if place.is_dir() else place]


def _show(output: Output, examined: Examined, *, everything: bool) -> None:
    counts = {level: sum(one.level is level for one in examined.findings) for level in Level}
    told = ", ".join(f"{output.pick(*level.words)} {counts[level]}" for level in reversed(Level))
    output.lines([f"{examined.body}: {told}"])
    for finding in _worst_first(examined.findings):
        if everything or finding.level is not Level.FINE:
            output.lines(_lines(output, finding))


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: -one.level)


def _lines(output: Output, finding: Finding) -> Iterable[str]:
    said = finding.zh if output.language == "zh" else finding.en
    yield f"  [{output.pick(*finding.level.words)}] {said.seen} ({finding.check})"
    if said.means:
        yield f"      {output.pick('影响', 'means')}: {said.means}"
    if said.do:
        yield f"      {output.pick('处理', 'do')}: {said.do}"


def _object(finding: Finding) -> dict[str, object]:
    def told(said: Said) -> dict[str, str]:
        return {"seen": said.seen, "means": said.means, "do": said.do}

    return {
        "check": finding.check,
        "level": finding.level.name.lower(),
        "zh": told(finding.zh),
        "en": told(finding.en),
    }
