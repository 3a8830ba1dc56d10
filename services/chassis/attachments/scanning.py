"""Looks at a file before anybody may open it: is it what its name says, and may such a thing be opened here."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from types import MappingProxyType

import puremagic

from services.chassis.attachments.archives import archive_fault
from services.chassis.attachments.limits import FileType, Limits
from services.chassis.attachments.model import MALFORMED, Reference, Shape
from services.chassis.attachments.reading import Opened
from services.chassis.attachments.rest import Vault

_HEAD = 8192
_VBA = "_VBA_PROJECT".encode("utf-16-le")
"""How a binary document's folder of macros is called inside it."""
_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
"""What no text for people holds."""

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NAME_UNSAFE": ("文件名不规范。", "Its file name is not safe."),
        "NAME_TWICE": ("函件中有重名的附件。", "Another attachment of the letter has the same name."),
        MALFORMED: ("附件的说明不完整。", "What the letter says of it is malformed."),
        "TOO_LARGE": ("文件超过大小上限。", "It is larger than is allowed."),
        "TOO_MUCH_IN_LETTER": ("函件的附件总量超过上限。", "The letter has more attachments than are allowed."),
        "SIZE_WRONG": ("文件与函件所述不符。", "It is not of the size that the letter states."),
        "TYPE_NOT_ALLOWED": ("不允许此类文件。", "Files of this type are not allowed."),
        "TYPE_MISMATCH": ("内容与文件类型不符。", "Its content is not of the type that its name says."),
        "MACROS": ("文件含宏。", "It holds macros."),
        "ARCHIVE_UNREADABLE": ("压缩内容已损坏或加密。", "Its packed content is damaged or encrypted."),
        "ARCHIVE_BOMB": ("压缩内容展开后过大。", "Its packed content grows beyond measure."),
        "ARCHIVE_NESTED": ("压缩包中又有压缩包。", "It is an archive that holds archives."),
        "INFECTED": ("查毒程序报告有害。", "The virus scanner reports it."),
        "ATTACHMENT_DAMAGED": ("文件在本节点的磁盘上已损坏。", "It is damaged on this node's disk."),
        "CHECK_FAILED": ("该文件无法检查。", "It cannot be looked at."),
        "GONE_AT_SENDER": ("发函单位已销毁原件。", "The sender has destroyed it."),
    }
)
"""Why an attachment may not be opened, in Chinese and English."""


def look(vault: Vault, shape: Shape, reference: Reference, limits: Limits) -> str:
    """Why the file may not be opened, as a reason of `REASONS`; empty when nothing is wrong. Blocking: for threads.

    Raises:
        AttachmentDamagedError: it cannot be read back from the disk.

    """
    if reference.shape != shape:
        return "SIZE_WRONG"
    found = limits.type_of(reference.file_name)
    if found is None:
        return "TYPE_NOT_ALLOWED"
    with closing(Opened(vault, shape)) as file:
        return _fault_inside(file, found, limits) if _begins_as(file, found) else "TYPE_MISMATCH"


def _fault_inside(file: Opened, found: FileType, limits: Limits) -> str:
    match found.form:
        case "text":
            return "" if any(_is_text(file, encoding) for encoding in _ENCODINGS) else "TYPE_MISMATCH"
        case "ole":
            return "MACROS" if _holds(file, _VBA) else ""
        case "zip":
            return archive_fault(io.BufferedReader(file), found, limits)
    return ""


def _begins_as(file: Opened, found: FileType) -> bool:
    file.seek(0)
    head = file.read(_HEAD) or b""
    try:
        known = {one.extension.removeprefix(".") for one in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        known = set()
    return bool(known & found.known_as) if found.known_as else found.form == "text"


def _is_text(file: Opened, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        shows = all(_CONTROL.search(decoder.decode(piece)) is None for piece in _pieces(file))
        return shows and not decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False


def _holds(file: Opened, mark: bytes) -> bool:
    before = b""
    for piece in _pieces(file):
        if mark in before + piece:
            return True
        before = piece[-len(mark) :]
    return False


def _pieces(file: Opened) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(256 * 1024):
        yield piece
