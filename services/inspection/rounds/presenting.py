"""Turns what the office knows of a round into the contract's messages, and what clients send into plain values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.timestamps import timestamp
from services.inspection.board.records import Cell
from services.inspection.briefings.records import Supplied
from services.inspection.letters.prepare import Prepared
from services.inspection.newinfo.records import Entry
from services.inspection.rounds.records import Round, RoundKind
from services.inspection.rounds.store import StoredGap
from services.inspection.teams.records import NOT_YET_IN_FORCE, Member, TeamRole
from services.inspection.teams.store import Team
from services.inspection.units.queries import UnitOn


def round_message(one: Round) -> pb.Round:
    """A round."""
    return pb.Round(
        round_id=one.round_id,
        term_no=one.term_no,
        year=one.year,
        seq=one.seq,
        name=one.name,
        kind=one.kind.value,
        state=one.state.value,
        site_from_date=day_text(one.site_from),
        site_to_date=day_text(one.site_to),
        targets_fixed_date=day_text(one.targets_fixed_on),
        special_topic=one.special_topic,
    )


def unit_message(unit: UnitOn) -> pb.RoundUnit:
    """A unit of a round as it is today."""
    return pb.RoundUnit(
        unit_id=unit.unit_id,
        name=unit.name,
        party_org=unit.version.party_organization,
        org_form=unit.version.organization_form,
        category=unit.version.category,
        supervision_room=unit.version.supervision_room,
        resident_group=unit.version.resident_group,
        recused_bodies=[unit.body] if unit.body else [],
    )


def gap_message(gap: StoredGap) -> pb.Gap:
    """A gap of self-inspection."""
    return pb.Gap(unit_id=gap.unit_id, body=gap.body, substitute=gap.substitute)


def team_message(team: Team) -> pb.Team:
    """A team, with every guard that is not in force here and why."""
    standing = team.authorization if team.authorization and team.authorization.revoked_on is None else None
    return pb.Team(
        team_id=team.team_id,
        team_no=team.team_no,
        unit_ids=team.unit_ids,
        members=[_member_message(member) for member in team.members],
        authorized_from_date=day_text(standing.valid_from if standing else None),
        authorized_to_date=day_text(standing.valid_to if standing else None),
        guards_not_in_force=[f"{guard.name} ({guard.article}): {guard.zh} / {guard.en}" for guard in NOT_YET_IN_FORCE],
    )


def my_unit_message(current: Round, team: Team, unit: UnitOn, person_id: str) -> pb.MyUnit:
    """One unit of a team that the person is in and that may act."""
    role = next((member.role.value for member in team.members if member.person_id == person_id), "")
    standing = team.authorization
    return pb.MyUnit(
        round_id=current.round_id,
        round_name=current.name,
        unit_id=unit.unit_id,
        unit_name=unit.name,
        team_no=team.team_no,
        role=role,
        authorized_from_date=day_text(standing.valid_from if standing else None),
        authorized_to_date=day_text(standing.valid_to if standing else None),
    )


def letter_message(one: Prepared) -> pb.PreparedLetter:
    """A drafted letter, or a body to which none goes because it is every unit of the round."""
    letter = one.letter
    return pb.PreparedLetter(
        draft_id=letter.draft_id if letter else "",
        matter_id=letter.matter_id if letter else "",
        to_body=one.body,
        removed_unit_ids=one.removed,
        stands_for="" if one.stands_for == one.body else one.stands_for,
    )


def cell_message(cell: Cell) -> pb.BoardCell:
    """One cell of the board."""
    message = pb.BoardCell(
        body=cell.body,
        unit_id=cell.unit_id,
        matter_id=cell.matter_id,
        state=cell.state,
        late=cell.late,
        late_working_day_count=cell.late_working_days,
        article_id=cell.article,
        sections=[pb.SectionAnswered(code=code, state=state) for code, state in cell.sections.items()],
        stands_for=cell.stands_for,
        substitute=cell.substitute,
        uncounted_reply_count=cell.uncounted,
    )
    standing = cell.standing
    if standing is None:
        return message
    message.due_date = day_text(standing.due)
    message.provisional = standing.provisional
    message.mark = standing.mark
    if standing.original_due != standing.due:
        message.original_due_date = day_text(standing.original_due)
    message.completion_due_date = day_text(standing.completion_due)
    for name in ("sent", "stored", "viewed", "signed_for", "accepted", "answered"):
        set_time(getattr(message, f"{name}_time"), getattr(standing, name))
    return message


def entry_message(entry: Entry) -> pb.NewInfoEntry:
    """New information: that it exists and where it stands."""
    message = pb.NewInfoEntry(
        new_info_id=entry.new_info_id,
        from_body=entry.from_body,
        unit_id=entry.unit_id,
        action=entry.action.value if entry.action else "",
        outside_site_stage=entry.outside_site_stage,
    )
    set_time(message.received_time, entry.received_at)
    set_time(message.forwarded_time, entry.forwarded_at)
    set_time(message.read_time, entry.read_at)
    return message


def completeness_message(one: Supplied) -> pb.CompletenessRow:
    """A row of the completeness sheet."""
    return pb.CompletenessRow(
        body=one.body,
        section=one.code,
        title_zh=one.title,
        state=one.state.value,
        late=one.late,
        answered_date=day_text(one.answered),
        document_number=one.document_number,
    )


def members_of(messages: Iterable[pb.TeamMember]) -> tuple[Member, ...]:
    """The members that a client proposes."""
    return tuple(
        Member(
            person_id=required("members.person_id", one.person_id),
            role=_role(one.role),
            source_body=one.source_body,
            unit_id=one.unit_id,
            recusal_units=tuple(one.recusal_unit_ids),
            name=one.name,
            roster_no=one.roster_no,
        )
        for one in messages
    )


def kind_of(text: str) -> RoundKind:
    """The kind of a round."""
    try:
        return RoundKind(text)
    except ValueError as error:
        raise FieldInvalidError(field="kind", problem="/".join(RoundKind)) from error


def parsed_day(field: str, text: str) -> date:
    """A date that has to be given."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="YYYY-MM-DD") from error


def optional_day(field: str, text: str) -> date | None:
    """A date that may be left out."""
    return parsed_day(field, text) if text else None


def required(field: str, text: str) -> str:
    """A text that has to be given."""
    if not text.strip():
        raise FieldInvalidError(field=field, problem="missing")
    return text


def day_text(day: date | None) -> str:
    """A date as the contract writes it; empty for none."""
    return day.isoformat() if day else ""


def set_time(target: Timestamp, instant: datetime | None) -> None:
    """Fill in a time, if there is one; otherwise the field stays absent."""
    if instant is not None:
        target.CopyFrom(timestamp(instant))


def _role(text: str) -> TeamRole:
    try:
        return TeamRole(text)
    except ValueError as error:
        raise FieldInvalidError(field="members.role", problem="/".join(TeamRole)) from error


def _member_message(member: Member) -> pb.TeamMember:
    return pb.TeamMember(
        person_id=member.person_id,
        name=member.name,
        role=member.role.value,
        source_body=member.source_body,
        unit_id=member.unit_id,
        recusal_unit_ids=member.recusal_units,
        roster_no=member.roster_no,
    )
