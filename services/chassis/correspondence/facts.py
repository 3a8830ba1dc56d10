"""What an act states about itself, read from the letter both sides hold: so both sides fold the same facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.exchange.model import Signer
from services.chassis.rulebook.model import LetterKind
from services.chassis.timestamps import instant

Facts = dict[str, object]

SECTION_STATES: Mapping[int, str] = MappingProxyType(
    {
        content.SECTION_STATE_PROVIDED: "provided",
        content.SECTION_STATE_NONE: "none",
        content.SECTION_STATE_NOT_HELD: "not_held",
        content.SECTION_STATE_ORAL_ONLY: "withheld",
    }
)


def section_key(unit_id: str, code: str) -> str:
    """The name under which one section of one unit is required and answered."""
    return f"{unit_id}/{code}"


def facts_of(message: Message | None, signer: Signer | None) -> Facts:
    """The facts of an act whose letter carries `message` and was signed by `signer` (None: no leader's signature)."""
    read = _READERS.get(type(message)) if message is not None else None
    facts = read(message) if read else {}
    if signer is not None:
        facts["leader_signed_at"] = signer.signed_at.isoformat()
    return facts


def facts_for(kind: LetterKind, message: Message | None, signer: Signer | None) -> Facts:
    """The facts of a letter of this kind, and whether the rulebook asks for a leader's signature on it at all."""
    facts = facts_of(message, signer)
    if not kind.needs_signature:
        facts["signature_not_asked"] = True
    return facts


def stated_date(message: Message) -> str:
    """The reply-by or target date that a letter states (YYYY-MM-DD), or empty."""
    match message:
        case content.InfoRequest() | content.OpinionRequest():
            return message.reply_rule.by_date
        case content.ReturnForCompletion():
            return message.target_date
    return ""


def _info_request(message: content.InfoRequest) -> Facts:
    required = [
        section_key(unit.unit_id, section.code) for unit in message.units for section in message.sections_required
    ]
    return {"required_sections": required, "reply_by": stated_date(message)}


def _opinion_request(message: content.OpinionRequest) -> Facts:
    return {"reply_by": stated_date(message)}


def _info_reply(message: content.InfoReply) -> Facts:
    states = {
        section_key(unit.unit_id, section.code): SECTION_STATES.get(section.state, "")
        for unit in message.units
        for section in unit.sections
    }
    # The sender's node lets no reply out that failed the check, so a reply that exists has passed it.
    return {"sections": states, "deidentified": True, "empty_confirmed": bool(message.nothing_to_tell_reason)}


def _opinion_reply(message: content.OpinionReply) -> Facts:
    texts = [message.general_opinion, *(one.text for one in message.answers), *(one.text for one in message.opinions)]
    empty = not any(text.strip() for text in texts) and not any(one.kind for one in message.opinions)
    return {"deidentified": True, "empty": empty}


def _return(message: content.ReturnForCompletion) -> Facts:
    reasons = {section_key(reason.unit_id, reason.section_code): reason.text for reason in message.reasons}
    return {"section_reasons": reasons, "target_date": message.target_date}


def _ladder_step(message: content.LadderStep) -> Facts:
    if message.step == content.STEP_DEEMED_SIGNED_FOR:
        return {
            "telephoned_by": message.note,
            "telephoned_whom": message.person.post,
            "telephoned_at": _iso(message.step_time),
        }
    facts: Facts = {"reason": message.note} if message.note else {}
    if message.scan_digest:
        facts |= {"scan_digest": message.scan_digest.hex(), "recorded_by": message.person.post}
    if message.step == content.STEP_SIGNED_FOR:
        facts["signed_for_by"] = message.person.name
    return facts


def _reminder(message: content.Reminder) -> Facts:
    return {"step": str(message.rung)}


def _extension(message: content.Extension) -> Facts:
    return {
        "reason": message.reason,
        "approver": message.approver.post,
        "length": message.amount,
        "new_due_date": message.new_due_date,
    }


def _suspension(message: content.Suspension) -> Facts:
    return {
        "reason": message.reason,
        "approver": message.approver.post,
        "from": message.from_date,
        "to": message.to_date,
        "new_due_date": message.new_due_date,
    }


def _correction(message: content.Correction) -> Facts:
    return {"letter": message.letter_id, "reason": message.reason}


def _recall(message: content.Recall) -> Facts:
    return {"letter": message.letter_id, "reason": message.reason, "approver": message.approver.post}


def _iso(stamp: Timestamp) -> str:
    return instant(stamp).isoformat()


_READERS: Mapping[type[Message], Callable[..., Facts]] = MappingProxyType(
    {
        content.InfoRequest: _info_request,
        content.OpinionRequest: _opinion_request,
        content.InfoReply: _info_reply,
        content.OpinionReply: _opinion_reply,
        content.ReturnForCompletion: _return,
        content.LadderStep: _ladder_step,
        content.Reminder: _reminder,
        content.Extension: _extension,
        content.Suspension: _suspension,
        content.Correction: _correction,
        content.Recall: _recall,
    }
)
