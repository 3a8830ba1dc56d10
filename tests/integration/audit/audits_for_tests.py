"""Two audit spreadsheets as an audit bureau keeps them, and a letter that asks about one unit."""

from __future__ import annotations

from datetime import date

from services.audit.body import BODY
from services.audit.tables import ISSUES, PROJECTS
from services.chassis.briefing.compiling import ReplyRequest, SectionAsked, compile_reply
from services.chassis.briefing.draft import ReplyDraft
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.scope import DatedPost, LookBack, UnitScope, window_before
from services.chassis.ledgers.imports import ImportReport, import_rows
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage import Database

LETTER_DATE = date(2026, 3, 2)
CODE = "audit.audits_3y"
WATER = UnitScope("U-1", "县水务局", former_names=("县水利局",), persons=(DatedPost("李某", "局长"),))
THREE_YEARS = window_before(LETTER_DATE, LookBack(36, plus_open=True))

PROJECT_HEADER = (
    "项目编号,项目年度,项目名称,项目类型,被审计单位,被审计领导干部,任职职务,"
    "审计期间起,审计期间止,报告文号,报告日期,审计评价"
)
PROJECT_ROWS = (
    "P-1,2023,水利资金专项,专项审计调查,县水务局,,,2021-01-01,2022-12-31,审报〔2023〕1号,2023-03-02,资金管理总体规范",
    "P-2,2023,供水工程,投资,县水利局,,,2020-01-01,2022-12-31,审报〔2023〕2号,2023-03-01,工程管理有缺陷",
    "P-3,2022,河道治理,投资,县水务局,,,2020-01-01,2021-12-31,审报〔2022〕9号,2022-06-01,已全部整改",
    "P-4,2025,县级预算执行,预算执行,县财政局,,,2024-01-01,2024-12-31,审报〔2025〕6号,2025-07-15,预算执行较好",
    "P-5,2024,离任审计,经济责任,云岭镇,李某,镇长,2019-01-01,2023-06-30,审报〔2024〕3号,2024-05-20,较好履行职责",
    "P-6,2026,水费收缴,政策跟踪,县水务局,,,2025-01-01,2025-12-31,审报〔2026〕8号,2026-03-03,尚未到函询日",
    "P-7,2025,云岭镇决算,预算执行,云岭镇,,,2024-01-01,2024-12-31,审报〔2025〕7号,2025-08-01,与水务局无关",
)
ISSUE_HEADER = (
    "问题编号,项目编号,责任单位,问题类别,问题摘要,定性依据,违规金额（万元）,管理不规范金额,损失浪费金额,"
    "整改要求,整改期限,整改情况,整改佐证,建立制度数,是否移送纪检监察机关"
)
ISSUE_ROWS = (
    "W-1,P-1,县水务局,资金管理,专项资金滞留,预算法,7.132,,,限期拨付,2023-06-30,已整改,拨付凭证,1,否",
    "W-2,P-1,县水务局,工程招投标,应招未招,招标投标法,,880000.50,,规范招标,2023-06-30,未整改,,,是",
    "W-3,P-2,县水利局,资产管理,资产未入账,会计法,,120000,3000.25,补登入账,2023-05-31,持续整改,,2,否",
    "W-4,P-3,县水务局,资金管理,超范围列支,预算法,1.5,,,归还原渠道,2022-09-30,已整改,归还凭证,,否",
    "W-5,P-4,县水务局,预算编制,预算编制不细,预算法,,5000,,细化预算,2025-10-31,未整改,,,否",
    "W-6,P-5,云岭镇,资金管理,补贴发放不规范,办法,,46300,,追回,2024-08-31,已整改,追回凭证,1,否",
    "W-7,P-6,县水务局,收费管理,水费减免不合规,办法,,900,,追缴,2026-06-30,未整改,,,否",
    "W-8,P-7,云岭镇,预算编制,决算不实,预算法,,77,,更正,2025-10-31,未整改,,,否",
)


def read_in(database: Database, ledger: Ledger, *lines: str) -> ImportReport:
    data = "\r\n".join(lines).encode("gb18030")
    report = database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepare(ledger.spec, data), by="clerk-1"))
    assert report.problems == ()
    return report


def read_all_in(database: Database) -> None:
    read_in(database, PROJECTS, PROJECT_HEADER, *PROJECT_ROWS)
    read_in(database, ISSUES, ISSUE_HEADER, *ISSUE_ROWS)


def asked(*units: UnitScope, window=THREE_YEARS) -> ReplyRequest:
    return ReplyRequest(units or (WATER,), (SectionAsked(CODE, "近三年审计情况", "A3.2f", window),))


def drafted(database: Database, request: ReplyRequest | None = None) -> ReplyDraft:
    wanted = request or asked()
    return database.reader.read_sync(lambda connection: compile_reply(wanted, LedgerReader(connection), BODY))
