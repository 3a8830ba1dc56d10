"""Why a matter is not handed out as a file of proof."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class SecondPersonNeededError(GuantongError):
    """The matter holds what only named persons may see; one person alone takes nothing of it out."""

    reason: ClassVar[str] = "PROOF_NEEDS_SECOND_PERSON"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "This matter leaves only when two persons stand for it. Ask with `guantong export MATTER --ask --reason`, have "
        "another leader approve it (`guantong disclosures approve`), then name the request: --approved REQUEST."
    )
    message_zh: ClassVar[str] = (
        "该事项须经两人方可导出。请先申请: guantong export 事项 --ask --reason 理由, "
        "由另一名领导批准(guantong disclosures approve), 再加 --approved 申请编号导出。"
    )


class ProofTooLargeError(GuantongError):
    """The matter's contents are more than one file holds."""

    reason: ClassVar[str] = "PROOF_TOO_LARGE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The contents of this matter have more than {limit_mib} MiB. Export it without them: their digests prove them."
    )
    message_zh: ClassVar[str] = "该事项的内容超过 {limit_mib} MiB。请不带内容导出, 内容仍可凭摘要核对。"


class ProofOutdatedError(GuantongError):
    """A content was destroyed while the file was being written; the file was thrown away."""

    reason: ClassVar[str] = "PROOF_OUTDATED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "A content of this matter was destroyed just now. Nothing was handed out; export again."
    message_zh: ClassVar[str] = "导出期间该事项有内容被销毁。未交付任何文件, 请重新导出。"
