"""A small county's master data, imported as its office would: units, rosters, portfolios, past rounds, open items."""

from __future__ import annotations

from services.chassis.ledgers.imports import ImportReport, import_rows
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.spec import LedgerSpec
from services.chassis.storage import Database
from services.inspection.units import specs, tables

BODIES = {"县审计局": "audit", "县信访局": "petitions", "县人大机关": "congress", "audit": "audit"}

_UNITS = """单位编号,单位名称,启用日期,停用日期,简称,单位类别,上级单位编号,党组织名称,党组织形式,派驻纪检监察组
U01,县水务局,2010-01-01,,水利局,政府部门,,县水务局党组,党组,驻县农业农村局纪检监察组
U02,县审计局,2010-01-01,,,政府部门,,县审计局党组,党组,
U03,县环境保护局,2010-01-01,,,政府部门,,,,
U03,县生态环境局,2024-07-01,,生态局,政府部门,,县生态环境局党组,党组,
U04,县安全生产监督管理局,2010-01-01,2019-12-31,,政府部门,,,,
U05,水务局排灌站,2012-01-01,,,事业单位,U01,,,
U06,县人大机关,2010-01-01,,,人大政协机关,,县人大常委会党组,党组,
U07,驻县农业农村局纪检监察组,2018-01-01,,,党群机关,,,,
"""
_ROSTERS = """人员编号,姓名,单位编号,职务,主要负责人,任职日期,离任日期,干部管理权限
R1,甲某,U01,局长,是,2020-01-01,2025-03-01,县管
R1,甲某,U03,局长,是,2025-03-02,,县管
R2,乙某,U01,局长,是,2025-03-02,,县管
R3,丙某,U02,局长,是,2019-05-01,,县管
"""
_PORTFOLIOS = """单位编号,分管方面,分管领导,领导职务,分管开始日期,分管结束日期
U01,政府,戊某,副县长,2019-01-01,2023-12-31
U01,政府,丁某,副县长,2024-01-01,
"""
_ROUNDS = """单位编号,届次,轮次,巡察方式,进驻日期,撤点日期,发现问题数,未办结问题数
U01,14,5,常规,2019-03-01,2019-05-01,12,0
U01,15,3,常规,2023-05-01,2023-06-30,17,1
"""
_ISSUES = """单位编号,事项编号,来源,事项,整改情况,发现日期,办结日期
U01,X1,上轮巡察,往来款长期挂账,持续整改,2023-06-01,
U01,X2,县审计局,固定资产未入账,已整改,2022-06-01,2022-12-01
"""


def load_master_data(database: Database) -> None:
    for spec, text in zip(specs.SPECS, (_UNITS, _ROSTERS, _PORTFOLIOS, _ROUNDS, _ISSUES), strict=True):
        import_csv(database, spec, text)


def import_csv(database: Database, spec: LedgerSpec, text: str, *, check: bool = True) -> ImportReport:
    ledger = next(one for one in tables.LEDGERS if one.spec is spec)
    prepared = prepare(spec, _with_every_column(spec, text).encode("utf-8"))
    report = database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepared, by="a1"))
    assert report.imported or not check, report.problems
    return report


def _with_every_column(spec: LedgerSpec, text: str) -> str:
    """`text` with the columns it leaves out, empty: a spreadsheet has every header of its ledger."""
    header, *rows = text.strip().splitlines()
    absent = [column for column in spec.headers if column not in header.split(",")]
    return "\n".join([",".join([header, *absent]), *(row + "," * len(absent) for row in rows)])
