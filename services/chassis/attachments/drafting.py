"""Adds files to drafts and takes them out: each is a new revision, so that what is signed is what leaves."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from services.chassis.attachments.adding import unfit
from services.chassis.attachments.errors import AttachmentUnknownError, NoPlaceForFilesError
from services.chassis.attachments.keeping import Kept, keep
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import (
    Owner,
    Reference,
    UseState,
    carries_files,
    drop_references,
    references_of,
    to_message,
)
from services.chassis.attachments.uses import hold, release_draft
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.desk import queries
from services.chassis.desk.contents import parse
from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import Seen, edit_draft
from services.chassis.desk.queries import Shown
from services.chassis.desk.records import Draft
from services.chassis.storage import Transaction


def message_of(shown: Shown) -> Message:
    """The content of the shown draft."""
    return parse(shown.text.content_type, shown.text.content)


def demand_place(message: Message) -> None:
    """Raise unless letters with such a content may carry files.

    Raises:
        NoPlaceForFilesError: they may not.

    """
    if not carries_files(type(message)):
        raise NoPlaceForFilesError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is on the disk and was looked at, and the name that the letter gives it."""

    name: str
    content: Kept


def add_file(tx: Transaction, desk: Desk, limits: Limits, seen: Seen, *, file: NewFile, by: str) -> Draft:
    """Add a file to a draft. The same file under the same name changes nothing.

    Raises:
        NoPlaceForFilesError: letters of this kind carry no files.
        AttachmentUnfitError: the name is taken, or the letter would carry too much.
        DraftChangedError, DraftStateError: as for every edit.

    """
    shown = queries.shown(tx.connection, desk.keyring, seen.draft_id)
    message = message_of(shown)
    demand_place(message)
    named = references_of(message)
    name, taken = file.name, file.content
    kind = limits.type_of(name)
    reference = Reference(name, kind.media_type if kind else "", taken.shape)
    if reference in named:
        return shown.draft
    if any(one.file_name.casefold() == name.casefold() for one in named):
        raise unfit("NAME_TWICE")
    total = sum(one.shape.size for one in named) + taken.shape.size
    if total > limits.largest_letter or len(named) >= limits.most_in_a_letter:
        raise unfit("TOO_MUCH_IN_LETTER")
    keep(tx, taken)
    hold(tx, Owner.DRAFT, seen.draft_id, taken.shape, UseState.READY)
    message.attachments.append(to_message(reference))  # type: ignore[attr-defined]  # `demand_place` looked
    return edit_draft(tx, desk, seen, Text(type_name(message), words_of(message)), by)


def remove_file(tx: Transaction, desk: Desk, seen: Seen, name: str, by: str) -> Draft:
    """Take the file of that name out of the draft, wherever it stands.

    Raises:
        AttachmentUnknownError: it has none.
        DraftChangedError, DraftStateError: as for every edit.

    """
    message = message_of(queries.shown(tx.connection, desk.keyring, seen.draft_id))
    before = {one.shape.digest for one in references_of(message)}
    if not drop_references(message, name):
        raise AttachmentUnknownError
    draft = edit_draft(tx, desk, seen, Text(type_name(message), words_of(message)), by)
    release_draft(tx, seen.draft_id, before - {one.shape.digest for one in references_of(message)})
    return draft
