"""`guantong export`: one matter as a file that anybody can check offline."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from guantong.node.v1 import proof_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, request_id, save
from services.chassis.cli.output import Output
from services.chassis.cli.usage import command


@command()
@click.argument("matter")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write")
@click.option("--reason", default="", help="理由, 载入文件和登记 / why; it stands in the file and in the register")
@click.option("--with-contents", is_flag=True, help="带函件内容, 否则只带摘要 / with contents, else their digests")
@click.option("--approved", default="", help="已批准的申请编号 / the request that was approved")
@click.option("--ask", is_flag=True, help="只提出申请, 由另一名领导批准 / only ask; another leader approves")
@at_node
def export(
    output: Output,
    api: Api,
    *,
    matter: str,
    file: Path | None,
    reason: str,
    with_contents: bool,
    approved: str,
    ask: bool,
) -> None:
    """导出一个事项的函件和回执, 他人可离线校验 / one matter's letters and receipts, for others to check offline."""
    if ask:
        asked = pb.AskMatterExportRequest(matter_id=matter, reason=reason, request_id=request_id())
        disclosure = api.proof.AskMatterExport(asked).disclosure_id
        output.line(f"申请编号 {disclosure}, 待批准", f"Request {disclosure} waits for approval")
        return
    if file is None:
        raise click.UsageError(output.pick("缺少 --to 文件", "--to FILE is missing"))
    wanted = pb.ExportMatterRequest(
        matter_id=matter, reason=reason, with_contents=with_contents, disclosure_id=approved
    )
    data = b"".join(one.piece for one in api.proof.ExportMatter(wanted))
    save(file, data)
    digest = hashlib.sha256(data).hexdigest()
    output.line(f"已写入 {file}, 摘要 {digest}", f"Written to {file}, digest {digest}")
    output.note(
        "他人用 deploy/verifier/guantong_verify.py 离线校验, 无须安装本系统",
        "Others check it offline with deploy/verifier/guantong_verify.py, without this software",
    )
