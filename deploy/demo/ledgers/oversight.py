"""Makes up what the audit, statistics and finance bureaus keep."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from deploy.demo.ledgers.county import COUNTY, Unit
from deploy.demo.ledgers.dice import Dice
from deploy.demo.ledgers.sheets import Row, Sheets
from services.audit.ledger import ECONOMIC_RESPONSIBILITY, PROJECT_TYPES
from services.statistics.ledger import PERIODS

_STATUS = {"已整改": 70, "持续整改": 20, "未整改": 10}
_ISSUES = {
    "资金管理": ("专项资金滞留未及时拨付", "超范围列支项目经费", "往来款项长期挂账未清理"),
    "工程招投标": ("应公开招标项目直接发包", "工程变更未按程序审批", "合同金额与中标金额不一致"),
    "资产管理": ("固定资产未登记入账", "资产出租收入未上缴", "报废资产处置未经评估"),
    "预算执行": ("预算编制不细", "年初预留资金比例过高", "项目支出进度滞后"),
    "惠民补贴": ("补贴对象信息更新不及时", "补贴发放公示不规范", "重复享受补贴未清退"),
    "内部控制": ("不相容岗位未分离", "大额支出未经集体研究", "票据审核不严"),
}
_SUBJECTS = ("预算执行情况", "专项资金使用", "工程建设管理", "政策措施落实", "资源资产管理")


def audit(seed: int) -> Sheets:
    """Audit projects of five years and the issues they found; one is open beyond three years."""
    dice = Dice.of(seed, "audit")
    projects: list[Row] = [_old_project()]
    issues: list[Row] = [_old_issue()]
    for year in range(2021, 2026):
        # Nobody audits the audit bureau's own house for this ledger.
        units = [unit for unit in COUNTY.units if unit.target and unit.body != "audit"]
        units += dice.random.sample([unit for unit in COUNTY.units if not unit.target and not unit.body], 7)
        for unit in units:
            reported, number = dice.day(date(year, 3, 1), date(year, 12, 20)), f"SJ{year}-{len(projects):03}"
            projects.append(_project(dice, unit, reported, number))
            issues += [_issue(dice, number, unit, reported, nth) for nth in range(1, dice.number(3, 9) + 1)]
    return {"audit_projects": projects, "audit_issues": issues}


def _project(dice: Dice, unit: Unit, reported: date, number: str) -> Row:
    year, kind = reported.year, dice.one(PROJECT_TYPES)
    leader = dice.leader(unit, reported) if kind == ECONOMIC_RESPONSIBILITY else None
    return {
        "project_no": number,
        "year": year,
        "name": f"{unit.name_on(reported)}{dice.one(_SUBJECTS)}审计",
        "type": kind,
        "unit": dice.name(unit, reported),
        "leader": leader.name if leader else None,
        "leader_post": leader.title if leader else None,
        "period_from": date(year - 1, 1, 1),
        "period_to": date(year - 1, 12, 31),
        "report_no": f"青审报〔{year}〕{int(number[-3:])}号",
        "report_date": reported,
        "conclusion": dice.one(("资金管理总体规范", "内部管理存在薄弱环节", "较好履行职责", "执行政策不够到位")),
    }


def _issue(dice: Dice, project_no: str, unit: Unit, reported: date, nth: int) -> Row:
    category = dice.one(tuple(_ISSUES))
    # What was found long ago is mostly put right by now.
    status = "已整改" if reported.year < 2024 and dice.chance(0.8) else dice.weighted(_STATUS)
    amount = dice.one(("amount_violation", "amount_irregular", "amount_irregular", "amount_loss"))
    return {
        "issue_no": f"{project_no}-{nth:02}",
        "project_no": project_no,
        "unit": dice.name(unit, reported),
        "category": category,
        "issue": dice.one(_ISSUES[category]),
        "basis": dice.one(("预算法", "会计法", "招标投标法", "政府采购法", "行政单位财务规则")),
        amount: dice.money(800, 900_000) if dice.chance(0.8) else None,
        "requirement": dice.one(("限期整改并上报结果", "追回资金并完善制度", "规范程序，举一反三")),
        "due": reported + timedelta(days=90),
        "status": status,
        "evidence": "整改报告及佐证材料" if status == "已整改" else None,
        "systems": dice.number(0, 2) if status == "已整改" else None,
        "transferred": dice.chance(0.04),
    }


def _old_project() -> Row:
    return {
        "project_no": "SJ2021-000",
        "year": 2021,
        "name": "农村饮水安全工程资金审计",
        "type": "投资",
        "unit": "县水利局",
        "period_from": date(2018, 1, 1),
        "period_to": date(2020, 12, 31),
        "report_no": "青审报〔2021〕27号",
        "report_date": date(2021, 8, 16),
        "conclusion": "工程建设管理存在薄弱环节",
    }


def _old_issue() -> Row:
    return {
        "issue_no": "SJ2021-000-01",
        "project_no": "SJ2021-000",
        "unit": "县水利局",
        "category": "工程招投标",
        "issue": "供水工程质保金逾期未清退",
        "basis": "保障中小企业款项支付条例",
        "amount_irregular": Decimal("1862400.00"),
        "requirement": "清退质保金并完善台账",
        "due": date(2021, 11, 30),
        "status": "持续整改",
        "transferred": False,
    }


_INDICATORS = {
    "政府部门": (("T01", "固定资产投资", "万元"), ("T02", "重点项目完成数", "个"), ("T03", "群众满意度", "%")),
    "乡镇": (("Z01", "农林牧渔业总产值", "万元"), ("Z02", "农村居民人均可支配收入", "元"), ("Z03", "粮食产量", "吨")),
    "国企": (("G01", "营业收入", "万元"), ("G02", "利润总额", "万元")),
}


def statistics(seed: int) -> Sheets:
    """Indicators of departments, towns and companies by period; quality checks; a few violations."""
    dice = Dice.of(seed, "statistics")
    indicators = [
        _indicator(dice, unit, year, period, indicator)
        for unit in COUNTY.units
        if unit.body != "statistics"
        for indicator in _INDICATORS.get(unit.category, ())
        for year in range(2022, 2026)
        for period in PERIODS
        if period in {"上半年", "全年"} or unit.target
    ]
    checks: list[Row] = []
    violations: list[Row] = []
    for number in range(1, 91):
        unit, day = dice.unit(towns=2), dice.day()
        checks.append(
            {
                "check_no": f"TJ{day.year}-{number:03}",
                "unit": dice.name(unit, day),
                "checked_on": day,
                "subject": dice.one(("统计台账建立情况", "源头数据核查", "统计人员配备")),
                "finding": dice.one(("原始记录不完整", "台账与报表口径不一致", "未发现问题")),
                "status": dice.weighted({"已整改": 80, "整改中": 14, "未整改": 6}),
            }
        )
        if number % 8 == 0:
            violations.append(
                {
                    "case_no": f"TW{day.year}-{number:03}",
                    "unit": dice.name(unit, day),
                    "found_on": day,
                    "nature": dice.one(("提供不真实统计资料", "迟报统计资料", "未按规定设置统计台账")),
                    "handling": dice.one(("责令改正", "警告", "约谈主要负责人")),
                    "status": dice.weighted({"已整改": 80, "整改中": 20}),
                }
            )
    return {
        "statistics_indicators": indicators,
        "statistics_quality_checks": checks,
        "statistics_violations": violations,
    }


def _indicator(dice: Dice, unit: Unit, year: int, period: str, indicator: tuple[str, str, str]) -> Row:
    code, name, measure = indicator
    percent = measure == "%"
    target = dice.tenths(80, 95) if percent else dice.tenths(100, 9000)
    completion = dice.tenths(88, 104) if percent else dice.tenths(72, 118)
    return {
        "code": code,
        "name": name,
        "unit": unit.name_on(date(year, 12, 31)),
        "year": year,
        "period": period,
        "measure": measure,
        "target": target,
        "actual": (target * completion / 100).quantize(Decimal("0.01")),
        "completion": completion if dice.chance(0.95) else None,
        "growth": dice.tenths(-6, 14),
        "place": dice.number(1, 15),
        "source": dice.one(("联网直报", "部门报送", "抽样调查")),
    }


def finance(seed: int) -> Sheets:
    """Checks, three public expenses, payment alerts and procurement."""
    dice = Dice.of(seed, "finance")
    expenses: list[Row] = [
        {
            "unit": unit.name_on(date(year, 12, 31)),
            "year": year,
            "travel_abroad": Decimal("0.00"),
            "vehicles": dice.money(20_000, 260_000),
            "reception": dice.money(3_000, 120_000),
            "budget_disclosed": dice.chance(0.96),
            "accounts_disclosed": dice.chance(0.94),
        }
        for unit in COUNTY.units
        if unit.category not in {"国企", "医院"}
        for year in range(2021, 2026)
    ]
    return {
        "finance_discipline_checks": [_discipline_check(dice, number) for number in range(1, 121)],
        "finance_public_expenses": expenses,
        "finance_payment_alerts": [_payment_alert(dice, number) for number in range(1, 241)],
        "finance_procurement": [_procurement(dice, number) for number in range(1, 181)],
    }


def _discipline_check(dice: Dice, number: int) -> Row:
    day = dice.day()
    return {
        "check_no": f"CJ{day.year}-{number:03}",
        "unit": dice.name(dice.unit(), day),
        "checked_on": day,
        "kind": dice.one(("财经纪律", "会计监督", "惠民补贴", "资产管理", "其他")),
        "finding": dice.one(("报销手续不全", "公务卡使用不规范", "资产账实不符", "补贴台账不完整")),
        "amount": dice.money(200, 90_000) if dice.chance(0.7) else None,
        "status": dice.weighted({"已整改": 78, "整改中": 15, "未整改": 7}),
    }


def _payment_alert(dice: Dice, number: int) -> Row:
    day = dice.day()
    return {
        "alert_no": f"YJ{day.year}-{number:04}",
        "unit": dice.name(dice.unit(), day),
        "raised_on": day,
        "rule": dice.one(("大额提现", "同日多笔拆分支付", "向个人账户支付公款", "超预算支付")),
        "amount": dice.money(5_000, 400_000),
        "outcome": dice.one(("已核实，符合规定", "已退回", "责令说明情况")),
    }


def _procurement(dice: Dice, number: int) -> Row:
    day = dice.day()
    return {
        "project_no": f"CG{day.year}-{number:04}",
        "unit": dice.name(dice.unit(), day),
        "awarded_on": day,
        "name": dice.one(("办公设备采购", "物业服务采购", "信息系统运维", "道路养护服务", "学生用品采购")),
        "amount": dice.money(30_000, 3_000_000),
        "problem": dice.one(("采购需求编制不规范", "验收资料不全")) if dice.chance(0.15) else None,
    }
