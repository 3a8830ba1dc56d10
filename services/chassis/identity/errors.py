"""What can be wrong with keys, suites and directories, and what to do about it."""

from __future__ import annotations

from services.chassis.errors import Fault, GuantongError


class UnknownSuiteError(GuantongError):
    """A letter or key names a crypto suite this node does not have: update the node."""

    reason = "SUITE_UNKNOWN"
    fault = Fault.INVALID
    message_en = "This node does not know the crypto suite {suite}. Update the node to a version that has it."
    message_zh = "本节点没有密码套件 {suite}。请将节点升级到支持该套件的版本。"


class SignatureInvalidError(GuantongError):
    """A signature does not match its bytes and key: somebody changed one of the three."""

    reason = "SIGNATURE_INVALID"
    fault = Fault.UNAUTHENTICATED
    message_en = "The signature does not match the signed bytes under key {key_id}. Ask the sender to send again."
    message_zh = "签名与被签字节不符（密钥 {key_id}）。请要求发送单位重新发送。"


class CannotOpenError(GuantongError):
    """Sealed bytes do not open with our key: damaged on the way, or sealed for someone else."""

    reason = "SEAL_BROKEN"
    fault = Fault.UNAUTHENTICATED
    message_en = "The sealed bytes do not open with key {key_id}: they are damaged or meant for someone else."
    message_zh = "密封内容无法用密钥 {key_id} 打开：内容已损坏，或并非发给本单位。"


class KeyUnknownError(GuantongError):
    """A key id that the directory or keyring in force does not hold."""

    reason = "KEY_UNKNOWN"
    fault = Fault.UNAUTHENTICATED
    message_en = "No key {key_id} is known here. Load the newest directory of bodies, then try again."
    message_zh = "本节点不认识密钥 {key_id}。请载入最新的单位名录后重试。"


class KeyOutOfDateError(GuantongError):
    """The key exists, but not for that time, or it was revoked."""

    reason = "KEY_NOT_VALID_THEN"
    fault = Fault.UNAUTHENTICATED
    message_en = "Key {key_id} of {body} was not valid at {instant} ({why}). The sender must use a current key."
    message_zh = "{body} 的密钥 {key_id} 在 {instant} 无效（{why}）。发送单位须改用现行密钥。"


class NoCurrentKeyError(GuantongError):
    """A body has no key of the needed purpose in force."""

    reason = "NO_CURRENT_KEY"
    fault = Fault.UNAVAILABLE
    message_en = "{body} has no {purpose} key in force. The inspection office must issue a new directory."
    message_zh = "{body} 目前没有有效的{purpose}密钥。请由巡察办签发新的单位名录。"


class KeyFileError(GuantongError):
    """A key file is missing, damaged, or of another purpose than its name says."""

    reason = "KEY_FILE_UNUSABLE"
    fault = Fault.STATE
    message_en = "The key file {file} cannot be used: {why}. Restore it from the sealed copy."
    message_zh = "密钥文件 {file} 无法使用：{why}。请用封存的副本恢复。"


class KeyFileExposedError(GuantongError):
    """Other users of the machine can read a private key."""

    reason = "KEY_FILE_EXPOSED"
    fault = Fault.STATE
    message_en = "The key file {file} can be read by others (mode {mode}). Run chmod 600 on it, then replace the key."
    message_zh = "密钥文件 {file} 可被他人读取（权限 {mode}）。请执行 chmod 600，并尽快更换密钥。"


class KeyCardError(GuantongError):
    """A file is no key card."""

    reason = "KEY_CARD_UNREADABLE"
    fault = Fault.INVALID
    message_en = "The key card cannot be read: {why}. Have the body write it again: guantong keys card."
    message_zh = "密钥卡无法读取：{why}。请由该单位重新生成：guantong keys card。"


class KeyCopyError(GuantongError):
    """A sealed copy of keys cannot be made or opened."""

    reason = "KEY_COPY"
    fault = Fault.INVALID
    message_en = "The copy of the keys cannot be used: {why}. Try again with the right file and passphrase."
    message_zh = "密钥副本无法使用：{why_zh}。请核对文件与口令后重试。"


class KeyCardUnconfirmedError(GuantongError):
    """Nobody vouches for a new key."""

    reason = "KEY_CARD_UNCONFIRMED"
    fault = Fault.UNAUTHENTICATED
    message_en = (
        "No key that {body} has in force vouches for the new key, and the fingerprint given is not the card's. "
        "Telephone a person of {body} whom you know, have the fingerprint read out, and give it with --fingerprint."
    )
    message_zh = (
        "{body} 现行密钥没有为新密钥作保，所给指纹也与密钥卡不符。"
        "请致电 {body} 中您认识的人，由对方念出指纹，再用 --fingerprint 填入。"
    )


class KeyTakenError(GuantongError):
    """The key is in the directory already."""

    reason = "KEY_ALREADY_LISTED"
    fault = Fault.STATE
    message_en = "Key {key_id} is in the directory already. Nothing was changed."
    message_zh = "密钥 {key_id} 已在单位名录中。未作任何改动。"


class BodyUnknownError(GuantongError):
    """The directory has no such body, or it was retired."""

    reason = "BODY_NOT_IN_DIRECTORY"
    fault = Fault.NOT_FOUND
    message_en = "{body} is not an active body of this county's directory (version {version})."
    message_zh = "{body} 不是本县单位名录（第 {version} 版）中的在册单位。"


class DirectoryMalformedError(GuantongError):
    """The directory's bytes are not a directory."""

    reason = "DIRECTORY_MALFORMED"
    fault = Fault.INVALID
    message_en = "The directory of bodies cannot be read: {why}. Get the file again from the inspection office."
    message_zh = "单位名录无法读取：{why}。请向巡察办重新索取该文件。"


class DirectoryUntrustedError(GuantongError):
    """The directory is signed by a key that may not sign directories here."""

    reason = "DIRECTORY_UNTRUSTED"
    fault = Fault.UNAUTHENTICATED
    message_en = "The directory is signed by key {key_id}, which may not sign directories here. Nothing was changed."
    message_zh = "单位名录由密钥 {key_id} 签署，该密钥无权签署本县名录。未作任何改动。"


class DirectoryRolledBackError(GuantongError):
    """An older directory, or another one of the same version, was offered."""

    reason = "DIRECTORY_ROLLED_BACK"
    fault = Fault.STATE
    message_en = "Directory version {offered} was offered, but version {current} is in force and never goes back."
    message_zh = "提供的单位名录为第 {offered} 版，而现行为第 {current} 版；名录版本不得倒退。"


class DirectoryForkedError(GuantongError):
    """Two different directories of one version, both signed by the office's key: somebody else has it."""

    reason = "DIRECTORY_FORKED"
    fault = Fault.UNAUTHENTICATED
    message_en = (
        "There are two different directories of version {version}, both signed with a directory key of the office. "
        "Nothing was changed. Telephone the office: the key may be in wrong hands (guantong directory recover)."
    )
    message_zh = (
        "第 {version} 版单位名录有两份不同的内容，均由巡察办名录密钥签署。未作任何改动。"
        "请立即电话告知巡察办：名录密钥可能失窃（guantong directory recover）。"
    )


class DirectoryGapError(GuantongError):
    """Versions between the one in force and the offered one are missing."""

    reason = "DIRECTORY_GAP"
    fault = Fault.STATE
    message_en = (
        "Directory version {offered} was offered, but version {current} is in force: the versions between come first. "
        "Load them in order; once the bus is reached they come from the peers by themselves."
    )
    message_zh = (
        "提供的单位名录为第 {offered} 版，而现行为第 {current} 版：须先载入中间各版。"
        "请按顺序载入；总线连通后会自动补齐。"
    )


class DirectoryForeignError(GuantongError):
    """The directory belongs to another county, or mixes a demonstration with a real county."""

    reason = "DIRECTORY_FOREIGN"
    fault = Fault.INVALID
    message_en = "The directory belongs to {offered}; this node belongs to {current}. Nothing was changed."
    message_zh = "该单位名录属于 {offered}，本节点属于 {current}。未作任何改动。"
