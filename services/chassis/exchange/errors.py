"""What can go wrong when letters are written, read and kept, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class ExchangeError(GuantongError):
    """Base of the errors of the exchange."""

    reason: ClassVar[str] = "EXCHANGE"


class DraftInvalidError(ExchangeError):
    """A letter that no peer could accept; found before anything is written."""

    reason: ClassVar[str] = "LETTER_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The letter cannot be sent: {field} {problem}. Correct it and send again."
    message_zh: ClassVar[str] = "信函无法发送:{field} {problem}。请更正后重新发送。"


class ChannelHaltedError(ExchangeError):
    """Nothing new goes to this peer until an operator has decided what happened."""

    reason: ClassVar[str] = "CHANNEL_HALTED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The channel to {peer} stands still ({why}). While this node takes its letters back (peer_is_ahead, restored) "
        "it goes on by itself: try again later. Otherwise the system administrator decides, see: guantong channels."
    )
    message_zh: ClassVar[str] = (
        "发往 {peer} 的通道已停止({why})。正在取回本单位函件的(peer_is_ahead、restored)会自行恢复,请稍后再试;"
        "其他情形由系统管理员决定,请查看: guantong channels。"
    )


class ChannelGoesOnError(ExchangeError):
    """Only a channel that stands still can be continued by decision."""

    reason: ClassVar[str] = "CHANNEL_GOES_ON"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The channel to {peer} does not stand still; nothing is to be decided."
    message_zh: ClassVar[str] = "发往 {peer} 的通道并未停止, 无需决定。"


class LoopEndedError(ExchangeError):
    """A part of the exchange that never ends has ended; the node ends too, so that its supervisor starts it anew."""

    reason: ClassVar[str] = "EXCHANGE_LOOP_ENDED"
    fault: ClassVar[Fault] = Fault.INTERNAL
    message_en: ClassVar[str] = "The part {task} of the exchange ended by itself. The node has to be started again."
    message_zh: ClassVar[str] = "收发环节 {task} 意外结束。须重新启动本节点。"


class ContentUnreadableError(ExchangeError):
    """The content is not what its header says, or comes from a newer program."""

    reason: ClassVar[str] = "CONTENT_UNREADABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The content of type {content_type} cannot be read ({problem}). "
        "If the sender runs a newer version, update this node and retry the letter."
    )
    message_zh: ClassVar[str] = (
        "无法读取类型为 {content_type} 的内容({problem})。若对方版本较新,请升级本节点后重试该信函。"
    )


class ContentDestroyedError(ExchangeError):
    """The content's key was destroyed on purpose; the letter's existence stays provable."""

    reason: ClassVar[str] = "CONTENT_DESTROYED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The content of letter {letter_id} was destroyed. Its header and signature remain."
    message_zh: ClassVar[str] = "信函 {letter_id} 的内容已依规销毁,仅保留信头与签名。"


class UnknownKindError(ExchangeError):
    """Nobody here handles this kind of letter; a newer peer may have sent it."""

    reason: ClassVar[str] = "KIND_UNKNOWN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "This node has no handling for letters of kind {kind}. The letter is kept; update this node, then retry it."
    )
    message_zh: ClassVar[str] = "本节点不能处理 {kind} 类信函。信函已保存;请升级本节点后重试。"


class LetterUnknownError(ExchangeError):
    """This node neither wrote nor received such a letter."""

    reason: ClassVar[str] = "LETTER_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no letter {letter_id} at this node. Check its id, or ask its sender."
    message_zh: ClassVar[str] = "本节点没有信函 {letter_id}。请核对编号或向发函单位查询。"


class NotParkedError(ExchangeError):
    """There is no parked letter under that id."""

    reason: ClassVar[str] = "LETTER_NOT_PARKED"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "No letter {letter_id} is parked here. It may have been handled meanwhile."
    message_zh: ClassVar[str] = "没有搁置的信函 {letter_id}, 可能已经处理完毕。"


class FrameUnknownError(ExchangeError):
    """Nothing is quarantined under that id, or somebody has decided about it."""

    reason: ClassVar[str] = "FRAME_NOT_QUARANTINED"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = (
        "No frame {quarantine_id} waits in quarantine. Look with: guantong quarantine list --all."
    )
    message_zh: ClassVar[str] = "隔离区没有待决定的来件 {quarantine_id}。请查看: guantong quarantine list --all。"


class FrameNotKeptError(ExchangeError):
    """Of a flood only the count was kept: there are no bytes to verify anew."""

    reason: ClassVar[str] = "FRAME_BYTES_NOT_KEPT"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Of frame {quarantine_id} only the count was kept: too many came. Set it aside; a true letter comes again."
    )
    message_zh: ClassVar[str] = "来件 {quarantine_id} 因数量过多只计数、未存字节。可予搁置;真实信函会自动重发。"


class DirectoryChangedError(ExchangeError):
    """A newer directory came into force between verifying and storing; what it revokes counts, so verify again."""

    reason: ClassVar[str] = "DIRECTORY_CHANGED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "A newer directory of bodies came into force meanwhile. Try again."
    message_zh: ClassVar[str] = "其间单位名录已更新。请重试。"


class Refusal(Enum):
    """Why bytes from the bus were not believed."""

    MALFORMED = "MALFORMED"
    """They are not a frame, letter, receipt or hello; cut short, or from another program."""
    OVERSIZED = "OVERSIZED"
    """Larger than any letter may be."""
    VERSION_UNKNOWN = "VERSION_UNKNOWN"
    """A format or suite this program does not have; the true letter comes again after an update."""
    NOT_SEALED_TO_US = "NOT_SEALED_TO_US"
    """Sealed to a key that is not ours."""
    SEAL_BROKEN = "SEAL_BROKEN"
    """Does not open: damaged or cut short on the way."""
    KEY_UNKNOWN = "KEY_UNKNOWN"
    """Signed by a key that no body of our directory has."""
    KEY_NOT_VALID = "KEY_NOT_VALID"
    """Signed by a key that was not in force, or is revoked."""
    FORGED = "FORGED"
    """The signature is wrong, or the signer is not the body the header names."""
    WRONG_COUNTY = "WRONG_COUNTY"
    """Belongs to another county."""
    DEMO_MISMATCH = "DEMO_MISMATCH"
    """A demonstration's letter in a real county, or the reverse."""
    WRONG_ADDRESSEE = "WRONG_ADDRESSEE"
    """Written to another body."""
    CONTENT_MISMATCH = "CONTENT_MISMATCH"
    """The content is not the one that was signed."""
    CHAIN_BROKEN = "CHAIN_BROKEN"
    """Does not name the letter before it as we have it."""
    NOT_OURS = "NOT_OURS"
    """Bears our signature, but this node never wrote it; look who has our key, or say that the node was restored."""
    EQUIVOCATION = "EQUIVOCATION"
    """Another letter than the one we already hold under the same number, or a second one under the same id."""
    DIRECTORY_UNTRUSTED = "DIRECTORY_UNTRUSTED"
    """A directory of bodies that no key of the directory in force signed."""
    DIRECTORY_ROLLED_BACK = "DIRECTORY_ROLLED_BACK"
    """An older directory than the one in force, and not the one that was in force then."""
    DIRECTORY_FORKED = "DIRECTORY_FORKED"
    """Another directory of the same version, signed with the office's key: somebody else has that key."""
    NOT_YET = "NOT_YET"
    """Taken out of quarantine again, it verifies and is still not stored: letters before it are missing, or no peer has
    told yet that our directory is the newest.
    """
    UNPROCESSABLE = "UNPROCESSABLE"
    """Made this program fail; kept so that the mistake can be found."""


_AGAIN = ("真实信函会自动重发,无需处理", "The true letter comes again by itself; nothing is to be done")
_ASK = ("请联系发函单位核对其系统", "Ask the sender to check its node")
_DIRECTORY = ("请载入最新的单位名录;对方会自动重发", "Load the newest directory; the sender sends again by itself")
_UPDATE = ("请升级本节点;对方会自动重发", "Update this node; the sender sends again by itself")
_TELL = ("请保留证据并告知巡察办", "Keep the evidence and tell the inspection office")

_REMEDIES: Mapping[Refusal, tuple[str, str]] = MappingProxyType(
    {
        Refusal.MALFORMED: _ASK,
        Refusal.OVERSIZED: _ASK,
        Refusal.VERSION_UNKNOWN: _UPDATE,
        Refusal.NOT_SEALED_TO_US: _DIRECTORY,
        Refusal.SEAL_BROKEN: _AGAIN,
        Refusal.KEY_UNKNOWN: _DIRECTORY,
        Refusal.KEY_NOT_VALID: _DIRECTORY,
        Refusal.FORGED: _TELL,
        Refusal.WRONG_COUNTY: _ASK,
        Refusal.DEMO_MISMATCH: _ASK,
        Refusal.WRONG_ADDRESSEE: _ASK,
        Refusal.CONTENT_MISMATCH: _TELL,
        Refusal.CHAIN_BROKEN: _ASK,
        Refusal.NOT_OURS: (
            "若本节点由备份恢复,请作出记录;否则立即更换密钥",
            "If this node was restored, say so on record; if not, replace its keys at once",
        ),
        Refusal.EQUIVOCATION: _TELL,
        Refusal.DIRECTORY_UNTRUSTED: _TELL,
        Refusal.DIRECTORY_ROLLED_BACK: _TELL,
        Refusal.DIRECTORY_FORKED: (
            "请保留证据并立即致电巡察办: 名录密钥可能失窃",
            "Keep the evidence and telephone the inspection office at once: its directory key may be in wrong hands",
        ),
        Refusal.NOT_YET: (
            "验证通过但尚未入库, 请稍后再次重验",
            "It verifies and is not stored yet; take it again later",
        ),
        Refusal.UNPROCESSABLE: ("请将日志交系统管理员", "Give the log to the system administrator"),
    }
)


def remedy_of(reason: str) -> tuple[str, str]:
    """What to do about a quarantined frame, in Chinese and English, by the reason it was refused for."""
    return _REMEDIES[Refusal(reason)]


class RefusedError(ExchangeError):
    """Bytes from the bus that are quarantined, never receipted, and delay nothing."""

    reason: ClassVar[str] = "LETTER_REFUSED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "What came from the bus was quarantined: {refusal} ({detail}). {remedy_en}."
    message_zh: ClassVar[str] = "总线上收到的内容已隔离:{refusal}({detail})。{remedy_zh}。"

    def __init__(self, refusal: Refusal, detail: str = "", stated_version: int = 0) -> None:
        self.refusal = refusal
        self.stated_version = stated_version
        remedy_zh, remedy_en = _REMEDIES[refusal]
        super().__init__(refusal=refusal.value, detail=detail, remedy_zh=remedy_zh, remedy_en=remedy_en)
