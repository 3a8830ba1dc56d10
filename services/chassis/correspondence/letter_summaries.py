"""Turns letters into lines of a list: what each is, how far it is known to have come, and who has it since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters_pb
from services.chassis.correspondence.letter_finding import NOT_VIEWED
from services.chassis.correspondence.matters_messages_service import Whole, ladder_messages, wholes
from services.chassis.dossiers.queries import heads_of
from services.chassis.exchange.model import Direction, StoredLetter
from services.chassis.exchange.reading import receipted_up_to
from services.chassis.matters.model import Rung, Side, State
from services.chassis.rulebook.book import Rulebook
from services.chassis.timestamps import timestamp

_NOBODY_HAS_IT = frozenset({State.RECALLED, State.WITHDRAWN})


@dataclass(frozen=True)
class Summaries:
    """What lines are made from: the matters of a page's letters, and how far peers have receipted."""

    book: Rulebook
    receipted: Mapping[str, int]
    matters: Mapping[str, Whole]

    def line(self, letter: StoredLetter) -> pb.LetterSummary:
        """One letter without its content."""
        header, whole = letter.header, self.matters.get(letter.header.matter_id)
        known = self.book.knows_kind(header.kind)
        kind = self.book.kind(header.kind) if known else None
        opens = whole is not None and whole.dossier.header.opened_letter_id == header.letter_id
        came = letter.direction is Direction.IN
        steps = ladder_messages(whole) if opens and whole is not None else self._steps(letter)
        summary = pb.LetterSummary(
            letter_id=header.letter_id,
            matter_id=header.matter_id,
            kind=header.kind,
            title_zh=kind.zh if kind else header.kind,
            title_en=kind.en if kind else header.kind,
            sender=header.sender,
            recipient=header.recipient,
            number=header.number,
            document_number=header.document_number,
            written_time=timestamp(header.written_at),
            confidentiality=kind.confidentiality if kind else "P4",
            receipted=not came and self._has_receipted(letter),
            ladder=steps,
            reached_step=steps[-1].step if steps else "",
            matter_state=whole.dossier.matter.state.value if whole is not None else "",
            unread=opens and whole is not None and _is_unread(whole),
            sub_unit=header.recipient_subunit,
            opens_matter=opens,
        )
        if came:
            summary.stored_time.CopyFrom(timestamp(letter.stored_at))
        self._say_who_has_it(summary, letter, whole)
        return summary

    def _has_receipted(self, letter: StoredLetter) -> bool:
        return letter.header.number <= self.receipted.get(letter.header.recipient, 0)

    def _say_who_has_it(self, summary: pb.LetterSummary, letter: StoredLetter, whole: Whole | None) -> None:
        if summary.opens_matter and whole is not None and whole.dossier.matter.state in _NOBODY_HAS_IT:
            return
        stored = next((step for step in summary.ladder if step.step == Rung.STORED.value), None)
        if stored is None:
            summary.holder = letter.header.sender
            summary.held_since_time.CopyFrom(timestamp(letter.header.written_at))
            return
        summary.holder = letter.header.recipient
        if stored.HasField("time"):
            summary.held_since_time.CopyFrom(stored.time)

    def _steps(self, letter: StoredLetter) -> list[matters_pb.LadderStep]:
        """The rungs of a letter that opened no matter: an answer, or an act."""
        header, ours = letter.header, letter.direction is Direction.OUT
        steps = [_step(Rung.WRITTEN, header.written_at, header.sender)]
        if header.signer is not None:
            steps.append(_step(Rung.SIGNED, header.signer.signed_at, header.sender))
        if ours:
            steps.append(_step(Rung.SENT, letter.stored_at, header.sender))
            if self._has_receipted(letter):
                # One receipt covers many letters: that it was stored is certain, and when is not told for each.
                steps.append(_step(Rung.STORED, None, header.recipient))
        else:
            steps.append(_step(Rung.STORED, letter.stored_at, header.recipient))
        return steps


def summaries_of(connection: sa.Connection, book: Rulebook, letters: Sequence[StoredLetter]) -> list[pb.LetterSummary]:
    """The letters as lines, in their order; as many queries for one as for all."""
    heads = heads_of(connection, sorted({one.header.matter_id for one in letters} - {""}))
    matters = {whole.dossier.head.matter_id: whole for whole in wholes(connection, heads)}
    made = Summaries(book, receipted_up_to(connection), matters)
    return [made.line(one) for one in letters]


def _is_unread(whole: Whole) -> bool:
    dossier = whole.dossier
    return dossier.header.our_side is Side.ADDRESSEE and dossier.matter.state.value in NOT_VIEWED


def _step(rung: Rung, at: datetime | None, claimed_by: str) -> matters_pb.LadderStep:
    step = matters_pb.LadderStep(step=rung.value, claimed_by=claimed_by)
    if at is not None:
        step.time.CopyFrom(timestamp(at))
    return step
