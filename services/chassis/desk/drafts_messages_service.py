"""Turns drafts into the messages of the drafts service, and addresses back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.desk.queries import PastStep, Shown
from services.chassis.desk.records import Action, Address, Draft, DraftState
from services.chassis.desk.signing import Refused, Signed
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.timestamps import timestamp

STATE_BY_NUMBER = {pb.DraftState.Value(f"DRAFT_STATE_{state.name}"): state for state in DraftState}
_NAME = re.compile(r"[!-~]{0,64}")
_MOST_WORDS = 2000
_NUMBER_OF = {state: number for number, state in STATE_BY_NUMBER.items()}


def state_number(state: DraftState) -> pb.DraftState.ValueType:
    """The contract's number of a state."""
    return _NUMBER_OF[state]


def name(field: str, text: str) -> str:
    """`text` as an identifier: at most 64 printable ASCII characters; empty for none.

    Raises:
        FieldInvalidError: it is something else.

    """
    if not _NAME.fullmatch(text):
        raise FieldInvalidError(field=field, problem="at most 64 printable ASCII characters")
    return text


def words(field: str, text: str) -> str:
    """`text` as a person's words, in the one form in which texts are kept.

    Raises:
        FieldInvalidError: it is too long, or holds what no database keeps.

    """
    if len(text) > _MOST_WORDS or "\0" in text:
        raise FieldInvalidError(field=field, problem=f"at most {_MOST_WORDS} characters, none of them NUL")
    return unicodedata.normalize("NFC", text)


def reasons(field: str, text: str) -> str:
    """`text` as a person's words, which must be there: they are kept as the reason of what is done.

    Raises:
        FieldInvalidError: they are missing, or no words.

    """
    if not text.strip():
        raise FieldInvalidError(field=field, problem="missing")
    return words(field, text.strip())


def address_from(message: pb.Address) -> Address:
    """Where the caller wants the letter to go.

    Raises:
        FieldInvalidError: no kind or no recipient is named, or one twice.

    """
    if not message.kind:
        raise FieldInvalidError(field="address.kind", problem="missing")
    recipients = tuple(name("address.recipients", one) for one in message.recipients)
    if not recipients or not all(recipients) or len(set(recipients)) != len(recipients):
        raise FieldInvalidError(field="address.recipients", problem="at least one, each once")
    return Address(
        name("address.kind", message.kind),
        recipients,
        name("address.recipient_sub_unit", message.recipient_sub_unit),
        name("address.matter_id", message.matter_id),
        name("address.answers_letter_id", message.answers_letter_id),
    )


def draft_message(draft: Draft) -> pb.Draft:
    """A draft without its content."""
    newest, standing = draft.newest, draft.standing
    message = pb.Draft(
        draft_id=draft.draft_id,
        address=_address(draft.address),
        sub_unit=standing.sub_unit or None,
        state=state_number(draft.state),
        revision=newest.number,
        digest=newest.digest,
        edited_by_account_id=newest.edited_by,
        edited_time=timestamp(newest.edited_at),
        reviewed_by_account_id=draft.reviewed_by or None,
        says_nothing=newest.says_nothing,
        letter_id=draft.letter_id or None,
        document_number=draft.document_number or None,
        article_ids=standing.article_ids,
        confidentiality=standing.confidentiality,
        review_needed=standing.review_needed,
        unanswered_section_count=newest.unanswered,
        started_by_account_id=draft.started_by,
        drafter_account_id=draft.drafter,
    )
    if draft.stale is not None:
        message.stale_since_time.CopyFrom(timestamp(draft.stale.since))
    return message


def shown_message(
    draft: Draft, shown: Shown | None, steps: Sequence[PastStep], discard_reason: str = ""
) -> pb.GetDraftResponse:
    """A draft as it is displayed; without content when that was destroyed."""
    message = draft_message(draft)
    returns = [step.words for step in steps if step.action == Action.RETURN and step.words]
    if returns:
        message.remarks = returns[-1]
    if discard_reason:
        message.discard_reason = discard_reason
    response = pb.GetDraftResponse(draft=message, steps=[_step(step) for step in steps])
    if shown is not None:
        response.content_type, response.content = shown.text.content_type, shown.text.content
        response.salt, response.revision = shown.salt, shown.revision.number
        response.digest = shown.revision.digest
    return response


def outcome_message(outcome: Signed | Refused) -> pb.SignedOrRefused:
    """How one draft of several fared."""
    if isinstance(outcome, Signed):
        return pb.SignedOrRefused(
            draft_id=outcome.draft_id,
            letter_id=outcome.letter_id,
            document_number=outcome.document_number,
            signed_time=timestamp(outcome.signed_at),
        )
    error = outcome.error
    return pb.SignedOrRefused(
        draft_id=outcome.draft_id,
        refusal_reason=error.reason,
        refusal_zh=error.text("zh"),
        refusal_en=error.text("en"),
    )


def _address(address: Address) -> pb.Address:
    return pb.Address(
        kind=address.kind,
        recipients=address.recipients,
        recipient_sub_unit=address.recipient_sub_unit or None,
        matter_id=address.matter_id or None,
        answers_letter_id=address.answers_letter_id or None,
    )


def _step(step: PastStep) -> pb.DraftStep:
    return pb.DraftStep(
        action=step.action,
        revision=step.revision,
        by_account_id=step.by,
        step_time=timestamp(step.at),
        words=step.words,
    )
