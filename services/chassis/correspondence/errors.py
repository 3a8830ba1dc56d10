"""Why a letter is not written, or not handled although it was stored."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError
from services.chassis.exchange.model import Signer
from services.chassis.rulebook.model import LetterKind


class KindNotAllowedError(GuantongError):
    """The rulebook lets no letter of this kind run from this sender to this recipient."""

    reason: ClassVar[str] = "KIND_NOT_ALLOWED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The rulebook has no letter of kind {kind} from {sender} to {recipient}. Choose another kind or recipient; "
        "if the opinion changed, load the rulebook that says so."
    )
    message_zh: ClassVar[str] = (
        "规则库中没有由 {sender} 发往 {recipient} 的 {kind} 类函件。"
        "请另选文种或收件单位; 如实施意见已修订, 请先载入新规则库。"
    )


class SignatureMissingError(GuantongError):
    """The rulebook lets a leader sign letters of this kind, and nobody has."""

    reason: ClassVar[str] = "SIGNATURE_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "A leader signs a letter of kind {kind} before it counts. Draft it and submit it for signature."
    )
    message_zh: ClassVar[str] = "{kind} 类函件须由领导签发后方为有效。请拟稿并送签。"


def demand_signature(kind: LetterKind, signer: Signer | None) -> None:
    """Raise SignatureMissingError where the rulebook asks for a leader's signature and there is none."""
    if kind.needs_signature and signer is None:
        raise SignatureMissingError(kind=kind.id)


class TwoPersonsError(GuantongError):
    """Words are destroyed by two persons, and one person alone wrote and signed what destroys them."""

    reason: ClassVar[str] = "TWO_PERSONS"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "It takes two persons to destroy the content of a letter. Have somebody else write this one, then sign it."
    )
    message_zh: ClassVar[str] = "销毁函件内容须由两人办理。请由他人拟稿后再行签发。"


class CertificateWrongError(GuantongError):
    """A certificate of deletion does not state what would be destroyed, or by whom."""

    reason: ClassVar[str] = "CERTIFICATE_WRONG"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The certificate cannot be signed: {problem}. Correct it and submit it again."
    message_zh: ClassVar[str] = "销毁证明不能签发: {problem_zh}。请改正后重新送签。"


class NewInfoMisaddressedError(GuantongError):
    """New information about the office's people or a team never goes to the office (A3.2j)."""

    reason: ClassVar[str] = "NEW_INFO_MISADDRESSED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "What concerns an inspection team or {office} itself goes around {office}. Address it to {intake}."
    )
    message_zh: ClassVar[str] = "反映巡察组或巡察机构人员的情况不得发往巡察机构。请改发 {intake_zh}。"


class NewInfoSubjectError(GuantongError):
    """New information does not say what it is about, so nobody can tell whom it may go to."""

    reason: ClassVar[str] = "NEW_INFO_SUBJECT_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "State what the information is about before it is submitted."
    message_zh: ClassVar[str] = "请先注明所反映情况的类别再送签。"


class OneRecipientError(GuantongError):
    """A letter to several bodies is several matters; each gets a letter of its own."""

    reason: ClassVar[str] = "ONE_RECIPIENT"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The draft names {recipients} recipients. Start one draft for each body."
    message_zh: ClassVar[str] = "拟稿有 {recipients} 个收件单位。请按单位分别拟稿。"


class MatterNeededError(GuantongError):
    """A letter of this kind acts on a matter, and none was named."""

    reason: ClassVar[str] = "MATTER_NEEDED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "A letter of kind {kind} belongs to a matter: name the matter it acts on."
    message_zh: ClassVar[str] = "{kind} 类函件须归入某一事项: 请指明所涉事项。"


class MisdirectedError(GuantongError):
    """A letter on a matter goes to its other party, and answers what was asked in it."""

    reason: ClassVar[str] = "LETTER_MISDIRECTED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "A letter of kind {kind} on matter {matter_id} goes to {counterparty} and answers a letter of that matter. "
        "Start it from the letter that it answers."
    )
    message_zh: ClassVar[str] = (
        "事项 {matter_id} 的 {kind} 类函件应发往 {counterparty}, 并答复该事项中的来函。请从所答复的来函开始拟稿。"
    )


class NotOurMatterError(GuantongError):
    """The letter names a matter of other parties."""

    reason: ClassVar[str] = "NOT_A_PARTY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The letter acts on matter {matter_id}, which its sender is not a party to. It is kept and parked; ask the "
        "sender to write to the parties of the matter."
    )
    message_zh: ClassVar[str] = (
        "该函涉及事项 {matter_id}, 但发函单位不是该事项当事方。函件已保存并搁置, 请联系发函单位。"
    )


class NothingAskedError(GuantongError):
    """The letter asks nothing that is still to be answered."""

    reason: ClassVar[str] = "NOTHING_ASKED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Letter {letter_id} asks nothing that is still open; look at the matter's progress."
    message_zh: ClassVar[str] = "函件 {letter_id} 没有待答复的问题, 请查看事项办理进程。"


class LetterNotOurStepError(GuantongError):
    """The step is taken on a letter that this body received, and this one was not, or is not its matter's first."""

    reason: ClassVar[str] = "NOT_RECEIVED_HERE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Matter {matter_id} was opened by this body: the other body takes this step."
    message_zh: ClassVar[str] = "事项 {matter_id} 由本单位发起, 此步骤应由对方单位办理。"
