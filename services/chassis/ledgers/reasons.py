"""Why a row of a spreadsheet is refused, in both languages, without ever repeating what the row says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """A stable code, with the Chinese and the English sentence. `{…}` are filled from the declaration only."""

    REQUIRED = ("此列必填", "this column must not be empty")
    NOT_A_DATE = (
        "不是有效日期，请写成 2026-03-02 或 2026年3月2日",
        "not a date; write 2026-03-02 or 2026年3月2日",
    )
    NOT_A_MONTH = (
        "不是有效年月，请以文本格式写成 2026-03 或 2026年3月",
        "not a month; write 2026-03 or 2026年3月 as text",
    )
    NOT_A_WHOLE_NUMBER = ("不是整数", "not a whole number")
    NOT_A_NUMBER = ("不是数字", "not a number")
    NOT_AN_AMOUNT = (
        "不是金额，请写成 1234.50、1234.50元 或 0.12345万元",
        "not an amount; write 1234.50, 1234.50元 or 0.12345万元",
    )
    OUT_OF_RANGE = ("超出允许范围", "outside the allowed range")
    NOT_A_CHOICE = ("只能填写：{choices}", "must be one of: {choices}")
    NOT_YES_OR_NO = ("只能填写“是”或“否”", "must be 是 or 否")
    TOO_LONG = ("超过 {limit} 个字", "longer than {limit} characters")
    CONTROL_CHARACTER = ("含有不可见的控制字符，请删除", "holds invisible control characters; remove them")
    DIGITS_LOST = (
        "编号按数值保存，位数已丢失；请把该列设为文本后重新填写",
        "a long identifier saved as a number has lost digits; format the column as text and enter it again",
    )
    ERROR_VALUE = ("单元格是错误值，请改正", "the cell holds a spreadsheet error; correct it")
    FORMULA = ("含有公式，请粘贴为数值", "holds a formula; paste it as a value")
    MERGED = ("含有合并单元格，请取消合并并逐行填写", "holds merged cells; unmerge them and fill every row")
    SAME_KEY = (
        "与第 {other} 行重复（{key}相同）",
        "repeats row {other} (same {key})",
    )
    EXTRA_CELL = ("表头以外的列中有内容", "has content outside the columns of the header")
    IDENTITY_OUTSIDE = (
        "含有信访人的姓名、住址或者电话、证件号码；此列不封存，请删去或改写（如写“本人”）",
        "holds a petitioner's name or address, or a telephone or identity number, and is not sealed; reword it without",
    )
    JURISDICTION = (
        "属上级管理对象，不得录入；请从表中删除此行，持转办单 {slip} 用纸质件转送，不得复制、摘抄",
        (
            "the subject is managed above the county and must not be entered: take the row out of the file and send "
            "the paper on with routing slip {slip}; do not copy or excerpt it"
        ),
    )

    @property
    def zh(self) -> str:
        """The Chinese sentence."""
        return self.value[0]

    @property
    def en(self) -> str:
        """The English sentence."""
        return self.value[1]


@dataclass(frozen=True)
class CellFault:
    """A reason found in one cell, with the facts of the declaration that fill its sentence."""

    reason: Reason
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, order=True)
class RowProblem:
    """One reason to refuse one row. `column` is the declared header, or empty when it concerns the whole row."""

    row: int
    column: str
    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The sentence a person reads, with the row number first."""
        if language == "zh":
            return f"第 {self.row} 行" + (f"“{self.column}”" if self.column else "") + f"：{self.zh}"
        return f"row {self.row}" + (f", {self.column}" if self.column else "") + f": {self.en}"


def problem(row: int, column: str, fault: CellFault) -> RowProblem:
    """The problem that `fault` is at that place."""
    facts = dict(fault.facts)
    return RowProblem(
        row,
        column,
        fault.reason.name,
        fault.reason.zh.format_map(facts),
        fault.reason.en.format_map(facts),
    )
