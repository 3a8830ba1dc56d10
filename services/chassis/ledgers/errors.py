"""What can be wrong with a spreadsheet as a whole, or with the attempt to import it."""

from __future__ import annotations

from services.chassis.errors import Fault, GuantongError


class SpreadsheetUnreadableError(GuantongError):
    """The bytes are not a spreadsheet this node reads. Remedy: save again as XLSX or CSV."""

    reason = "SPREADSHEET_UNREADABLE"
    fault = Fault.INVALID
    message_en = (
        "The file cannot be read ({cause}). Save it as .xlsx without a password, or as .csv in UTF-8 or GB18030, "
        "and import it again."
    )
    message_zh = "文件无法读取（{cause}）。请另存为不加密的 .xlsx，或 UTF-8、GB18030 编码的 .csv，再重新导入。"


class SpreadsheetTooLargeError(GuantongError):
    """The sheet is larger than any ledger. Remedy: delete the empty area or split the file."""

    reason = "SPREADSHEET_TOO_LARGE"
    fault = Fault.INVALID
    message_en = (
        "The file is larger than allowed ({cause}, limit {limit}). Delete the empty rows and columns "
        "behind the data, or split the file."
    )
    message_zh = "文件超出限制（{cause}，上限 {limit}）。请删除数据后面的空行空列，或拆分文件。"


class SheetAmbiguousError(GuantongError):
    """Several sheets hold data and none has the ledger's name. Remedy: rename the right one."""

    reason = "SHEET_AMBIGUOUS"
    fault = Fault.INVALID
    message_en = "{count} sheets hold data. Name the one to import “{title}”, or leave only that one."
    message_zh = "有 {count} 个工作表含有数据。请把要导入的工作表命名为“{title}”，或只保留这一个。"


class HeadersWrongError(GuantongError):
    """The header row is not the ledger's. The facts name declared headers and column letters, never cells."""

    reason = "LEDGER_HEADERS_WRONG"
    fault = Fault.INVALID
    message_en = (
        "The header row of ledger {ledger} is not right. Missing: {missing}. Not expected in columns: {unexpected}. "
        "Repeated in columns: {repeated}. Expected headers: {expected}."
    )
    message_zh = (
        "台账“{ledger}”的表头不正确。"
        "缺少：{missing}；不应有的列：{unexpected}；重复的列：{repeated}。应有表头：{expected}。"
    )


class CustodiansMissingError(GuantongError):
    """A petition ledger needs two custodians. Remedy: the office names them and gives the node their public keys."""

    reason = "VAULT_CUSTODIANS_MISSING"
    fault = Fault.STATE
    message_en = (
        "Ledger {ledger} holds petitioner columns, but this node has no two custodians to seal them to. Add the public "
        "keys of two different custodians to the node's settings."
    )
    message_zh = (
        "台账“{ledger}”含有信访人信息，但本节点没有两名保管人可供封存。请在节点设置中加入两名不同保管人的公钥。"
    )


class VaultSealError(GuantongError):
    """Two halves did not open a vault entry. Remedy: both custodians use the key of the time of the import."""

    reason = "VAULT_NOT_OPENED"
    fault = Fault.DENIED
    message_en = "The entry does not open: both custodians have to give the half sealed to them for this entry."
    message_zh = "无法开启：须由两名保管人各自提供该条目封存给本人的那一半。"


class RowUnknownError(GuantongError):
    """There is no such row in the ledger, or it is retired already."""

    reason = "LEDGER_ROW_UNKNOWN"
    fault = Fault.NOT_FOUND
    message_en = "Ledger {ledger} has no such row in force. Look it up again; it may have been retired already."
    message_zh = "台账“{ledger}”中没有这一有效行，可能已经注销，请重新查找。"


class LedgerUnknownError(GuantongError):
    """The body keeps no ledger of that name."""

    reason = "LEDGER_UNKNOWN"
    fault = Fault.NOT_FOUND
    message_en = "This body keeps no such ledger. It keeps: {known}."
    message_zh = "本单位没有这一台账。现有台账：{known}。"


class DisclosureNeededError(GuantongError):
    """A ledger for named persons only leaves as a file when two persons stand for it."""

    reason = "DISCLOSURE_NEEDED"
    fault = Fault.STATE
    message_en = (
        "The ledger {ledger} is for named persons only. Ask for its export and have another person approve it "
        "(guantong disclosures ask)."
    )
    message_zh = "台账“{ledger}”限特定人员知悉。请申请导出, 由另一人批准（guantong disclosures ask）。"
