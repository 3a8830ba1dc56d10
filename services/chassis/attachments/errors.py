"""What can go wrong with attachments, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class AttachmentError(GuantongError):
    """Base of the errors of attachments."""

    reason: ClassVar[str] = "ATTACHMENT"


class AttachmentUnknownError(AttachmentError):
    """The draft or letter has no attachment of that name."""

    reason: ClassVar[str] = "ATTACHMENT_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no attachment of that name. List them: guantong attachments."
    message_zh: ClassVar[str] = "没有该名称的附件。请先查看清单: guantong attachments。"


class AttachmentNotReadyError(AttachmentError):
    """The attachment has not come whole, or has not been looked at yet."""

    reason: ClassVar[str] = "ATTACHMENT_NOT_READY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The attachment is still on its way or being checked ({state}). Try again later."
    message_zh: ClassVar[str] = "附件仍在传送或检查中({state})。请稍后再取。"


class AttachmentBarredError(AttachmentError):
    """The attachment was looked at and may not be opened."""

    reason: ClassVar[str] = "ATTACHMENT_BARRED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The attachment may not be opened ({why}): {why_en} Ask the sender for another file."
    message_zh: ClassVar[str] = "该附件不得打开({why}):{why_zh}请来函单位另行提供。"


class AttachmentUnfitError(AttachmentError):
    """The file may not be attached; nothing of it was kept."""

    reason: ClassVar[str] = "ATTACHMENT_UNFIT"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The file cannot be attached ({why}): {why_en}"
    message_zh: ClassVar[str] = "该文件不能作为附件({why}):{why_zh}"


class AttachmentMissingError(AttachmentError):
    """The content names a file that was never added to this draft; add it, or take its name out."""

    reason: ClassVar[str] = "ATTACHMENT_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "{count} attachments that the text names were not added to this draft. Add the files: guantong attach; or take "
        "their names out."
    )
    message_zh: ClassVar[str] = "正文所列附件中有 {count} 个未上传到本稿。请上传: guantong attach, 或从正文中去掉。"


class AttachmentNamesError(AttachmentError):
    """Two attachments have one name, or one has no safe name: peers would refuse them."""

    reason: ClassVar[str] = "ATTACHMENT_NAMES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Two attachments have the same name, or a name is not safe. Give each its own name."
    message_zh: ClassVar[str] = "附件重名或文件名不规范。请为每个附件取不同且规范的名称。"


class NoPlaceForFilesError(AttachmentError):
    """Letters of this kind carry no files."""

    reason: ClassVar[str] = "NO_PLACE_FOR_FILES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Letters of this kind carry no files. Write what is to be said into the letter."
    message_zh: ClassVar[str] = "此类函件不带附件。请将内容写入正文。"


class AttachmentDiskError(AttachmentError):
    """The disk of the attachments has no room, or cannot be written."""

    reason: ClassVar[str] = "ATTACHMENT_DISK"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = (
        "The folder of attachments cannot take the file ({cause}). Make room on its disk; letters go on meanwhile, and "
        "what is missing is fetched by itself afterwards."
    )
    message_zh: ClassVar[str] = (
        "附件文件夹无法写入({cause})。请清理磁盘空间; 其间函件照常收发, 未到的附件之后自动续传。"
    )


class AttachmentFolderAwayError(AttachmentError):
    """None of the stored files is where it should be: the folder is away, rather than every file lost at once."""

    reason: ClassVar[str] = "ATTACHMENT_FOLDER_AWAY"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = (
        "None of the stored attachments is in its folder. Bring the folder back, by its disk or from the backup. If it "
        "is lost, put an empty file named fetch-again into it: what peers sent is then fetched again."
    )
    message_zh: ClassVar[str] = (
        "附件文件夹中没有任何已存附件。请恢复该文件夹(挂载磁盘或从备份恢复)。如确已丢失, "
        "请在其中放一个名为 fetch-again 的空文件, 外单位发来的附件将重新获取。"
    )


class AttachmentDamagedError(AttachmentError):
    """A stored file is missing, or was changed on the disk."""

    reason: ClassVar[str] = "ATTACHMENT_DAMAGED"
    fault: ClassVar[Fault] = Fault.INTERNAL
    message_en: ClassVar[str] = (
        "A stored attachment is missing or was changed on the disk. Restore the folder of attachments from the backup."
    )
    message_zh: ClassVar[str] = "已存附件缺失或在磁盘上被改动。请从备份恢复附件文件夹。"


class ScannerAwayError(AttachmentError):
    """The configured scanner gave no answer; the attachment waits until it does."""

    reason: ClassVar[str] = "SCANNER_AWAY"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "The virus scanner gave no answer ({cause}). Check the scanner named in node.toml."
    message_zh: ClassVar[str] = "查毒程序未给出结论({cause})。请检查 node.toml 中配置的查毒程序。"
