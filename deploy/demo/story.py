"""The demonstration's round, told as the county would live it: from the plan to a briefing for every unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from deploy.demo.ledgers import COUNTY
from deploy.demo.offices import Office, request_id
from guantong.exchange.v1 import content_pb2 as content
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import decisions_service_pb2 as decisions
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import ledgers_service_pb2 as ledgers
from guantong.node.v1 import letters_service_pb2 as letters
from services.chassis.clock import BEIJING, DemoClock

ASKED, HEARD = ("discipline", "organization", "publicity", "petitions", "audit", "statistics"), ("congress", "cppcc")
LATE, RETURNED = "statistics", "publicity"
PLAN_DAY, TARGETS_DAY, LETTER_DAY = date(2026, 2, 9), date(2026, 2, 27), date(2026, 3, 2)
REPLY_DAY, LATE_DAY, RETURN_DAY, COMPLETED_DAY = (date(2026, 3, day) for day in (5, 10, 6, 11))
DUE_DAY, LATE_WORKING_DAYS = date(2026, 3, 9), 1
"""Five working days after signing for the letters on the letter day; how many more the late body takes."""
_NUMERALS = (*"零一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九"))
ALL_TARGETS = tuple(target.id for target in COUNTY.targets)
Wait = Callable[[str, Callable[[], bool]], None]
"""Waits until something is so, or fails with its name."""


@dataclass
class Story:
    """Who acts, and what the round is called by now."""

    offices: Mapping[str, Office]
    clock: DemoClock
    wait: Wait
    say: Callable[[str, str], None]
    round_id: str = ""
    letter_of: dict[str, str] = field(default_factory=dict)
    """The request letter to each body."""
    returned: tuple[str, str] = ("", "")
    """Unit and section that went back for completion."""

    @property
    def hub(self) -> Office:
        """The inspection office."""
        return self.offices["inspection"]

    def on(self, day: date, hour: int = 9) -> None:
        """Move the county's clock to that day in Beijing, and sign everybody in."""
        self.clock.move_to(datetime.combine(day, time(hour), BEIJING))
        for office in self.offices.values():
            office.sign_in_again()

    def import_ledgers(self, files: Mapping[str, list[tuple[str, Path]]]) -> int:
        """Every body's clerk imports the spreadsheets the office keeps; how many rows."""
        rows = 0
        for body, written in files.items():
            clerk = self.offices[body].clerk
            for ledger, path in written:
                done = clerk.ledgers.ImportLedger(
                    ledgers.ImportLedgerRequest(
                        ledger=ledger, file=path.read_bytes(), format="xlsx", request_id=request_id()
                    )
                )
                if not done.imported:
                    first = done.problems[0] if done.problems else None
                    raise StoryError(f"{ledger}: row {first.row if first else '?'} {first.message_en if first else ''}")
                rows += done.added_count
        return rows

    def plan_round(self, seq: int = 8, site_from: date = date(2026, 3, 16), site_to: date = date(2026, 5, 8)) -> None:
        """The office plans the round with its eight units, and the leading group agrees (A1.2b)."""
        clerk = self.hub.clerk
        made = clerk.rounds.CreateRound(
            rounds.CreateRoundRequest(
                term_no=15,
                year=2026,
                seq=seq,
                name=f"十五届县委第{_NUMERALS[seq]}轮巡察",
                kind="routine",
                site_from_date=site_from.isoformat(),
                site_to_date=site_to.isoformat(),
                request_id=request_id(),
            )
        )
        self.round_id = made.round.round_id
        units = [unit.id for unit in COUNTY.targets]
        clerk.rounds.AddUnits(rounds.AddUnitsRequest(round_id=self.round_id, unit_ids=units, request_id=request_id()))
        self._move("submit_plan")
        self._move("agree_plan", self.decide("plan.agree", "leading_group", PLAN_DAY))

    def ask_opinions(self) -> None:
        """Opinions on the targets from the people's congress and the CPPCC, with a date of the letter's own (A1.2b)."""
        prepared = self.hub.clerk.rounds.PrepareOpinionLetters(
            rounds.PrepareOpinionLettersRequest(
                round_id=self.round_id, reply_by_date="2026-03-06", contact="巡察办综合股", request_id=request_id()
            )
        )
        self.sign_prepared([one.draft_id for one in prepared.letters])
        for body in HEARD:
            office = self.offices[body]
            self.arrives(office, "opinion.request")
            office.sign_for(office.received("opinion.request")[0].letter_id)
            self._answer_opinion(office)
        self.wait("opinions", lambda: len(self.hub.received("opinion.reply")) == len(HEARD))

    def fix_targets(self, day: date = TARGETS_DAY) -> int:
        """The leading group's decision fixes exactly these units; how many gaps self-inspection leaves (A1.2b)."""
        decision = self.decide("targets.fix", "leading_group", day)
        fixed = self.hub.clerk.rounds.FixTargets(
            rounds.FixTargetsRequest(round_id=self.round_id, decision_id=decision, request_id=request_id())
        )
        return len(fixed.gaps)

    def send_requests(self) -> int:
        """One request letter to each body, signed once by the head of the office (A3.2a)."""
        prepared = self.hub.clerk.rounds.PrepareRequestLetters(
            rounds.PrepareRequestLettersRequest(round_id=self.round_id, contact="巡察办综合股", request_id=request_id())
        )
        self.sign_prepared([one.draft_id for one in prepared.letters])
        return len(prepared.letters)

    def sign_for_requests(self, bodies: Sequence[str]) -> dict[str, str]:
        """Each of `bodies` signs for its letter, which starts the clock, and takes it on; the due dates (A3.2h)."""
        dues = {}
        for body in bodies:
            office = self.offices[body]
            self.arrives(office, "info.request")
            letter_id = self.letter_of[body] = office.received("info.request")[0].letter_id
            dues[body] = office.sign_for(letter_id).due_date
            office.clerk.letters.AcceptLetter(letters.AcceptLetterRequest(letter_id=letter_id, request_id=request_id()))
        return dues

    def reply(self, body: str) -> str:
        """The clerk looks the drafted reply over, answers what is open, and the leader signs; its document number."""
        office = self.offices[body]
        self.wait(f"draft at {body}", lambda: bool(office.open_drafts("info.reply")))
        draft = office.open_drafts("info.reply")[0]
        office.name_clerk_for(draft.address.matter_id)
        draft = self.finish(office, draft)
        signed = office.submit_and_sign(draft, says_nothing=draft.says_nothing)
        return signed.document_number

    def finish(self, office: Office, draft: drafts.Draft) -> drafts.Draft:
        """Give every open section a state, and explain a reply that has nothing to tell."""
        shown = office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft.draft_id))
        reply = content.InfoReply.FromString(shown.content)
        for unit in reply.units:
            for section in unit.sections:
                if section.state == content.SECTION_STATE_UNSPECIFIED:
                    section.state = content.SECTION_STATE_NOT_HELD
        if draft.says_nothing:
            reply.nothing_to_tell_reason = "经逐项查核台账，期间内均无相关情况。"
        office.clerk.drafts.EditDraft(
            drafts.EditDraftRequest(
                request_id=request_id(),
                draft_id=draft.draft_id,
                revision=shown.revision,
                content_type=shown.content_type,
                content=reply.SerializeToString(deterministic=True),
            )
        )
        return office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft.draft_id)).draft

    def board(self) -> rounds.GetBoardResponse:
        """The board as the office sees it."""
        return self.hub.clerk.rounds.GetBoard(rounds.GetBoardRequest(round_id=self.round_id))

    def answered(self, bodies: tuple[str, ...]) -> bool:
        """Whether the office holds a reply from each of `bodies`."""
        cells = self.board().cells
        return all(
            any(cell.body == body and cell.matter_id and cell.HasField("answered_time") for cell in cells)
            for body in bodies
        )

    def completed(self, body: str) -> bool:
        """Whether what went back to `body` has come again."""
        return all(cell.state == "answered" for cell in self.board().cells if cell.body == body and cell.matter_id)

    def matter_of(self, body: str) -> str:
        """The matter of the body's request."""
        asked = (cell.matter_id for cell in self.board().cells if cell.body == body and cell.matter_id)
        return next(asked)

    def return_reply(self, body: str, target: date) -> None:
        """The office returns a reply for completion, section by section, with a new date."""
        cell = next(cell for cell in self.board().cells if cell.body == body and cell.matter_id and cell.sections)
        unit_id, code = self.returned = cell.unit_id, cell.sections[0].code
        self.hub.clerk.rounds.ReturnReply(
            rounds.ReturnReplyRequest(
                matter_id=cell.matter_id,
                sections=[rounds.SectionReturn(unit_id=unit_id, section=code, explanation="请补充整改情况。")],
                target_date=target.isoformat(),
                request_id=request_id(),
            )
        )

    def complete(self, body: str) -> str:
        """The body answers again, with more in the section that was returned."""
        office = self.offices[body]
        self.arrives(office, "request.returned")
        first = office.leader.drafts.ListDrafts(
            drafts.ListDraftsRequest(page_size=500, states=[drafts.DRAFT_STATE_SENT])
        ).drafts[0]
        shown = office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=first.draft_id))
        reply = content.InfoReply.FromString(shown.content)
        reply.completes_letter_id = first.letter_id
        for section in (one for unit in reply.units if unit.unit_id == self.returned[0] for one in unit.sections):
            if section.code == self.returned[1]:
                section.text += "补充：上列问题均已明确责任人和整改时限。"
        made = office.clerk.drafts.CreateDraft(
            drafts.CreateDraftRequest(
                request_id=request_id(),
                address=first.address,
                content_type=shown.content_type,
                content=reply.SerializeToString(deterministic=True),
            )
        )
        draft = office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=made.draft_id)).draft
        return office.submit_and_sign(draft, says_nothing=draft.says_nothing).document_number

    def accept_replies(self) -> None:
        """The office accepts every reply."""
        for body in ASKED:
            self.hub.clerk.rounds.AcceptReply(
                rounds.AcceptReplyRequest(matter_id=self.matter_of(body), request_id=request_id())
            )

    def decide(
        self,
        act: str,
        decided_by: str,
        day: date,
        person_ids: tuple[str, ...] = (),
        unit_ids: tuple[str, ...] = ALL_TARGETS,
    ) -> str:
        """The clerk enters a decision that was taken, the deputy confirms it; its id."""
        entered = self.hub.clerk.decisions.RecordDecision(
            decisions.RecordDecisionRequest(
                request_id=request_id(),
                text=decisions.DecisionText(
                    decided_by=decided_by,
                    number=f"会纪〔2026〕{act}",
                    decided_date=day.isoformat(),
                    form=decisions.DECISION_FORM_MEETING,
                    participants=["组长", "副组长"],
                    scope=decisions.DecisionScope(
                        acts=[act],
                        round_id=self.round_id,
                        unit_ids=unit_ids,
                        person_ids=person_ids,
                    ),
                    scan_digest=bytes(32),
                ),
            )
        )
        self.hub.deputy.decisions.ConfirmDecision(
            decisions.ConfirmDecisionRequest(
                request_id=request_id(), decision_id=entered.decision_id, shown_digest=entered.digest
            )
        )
        return entered.decision_id

    def sign_prepared(self, draft_ids: list[str]) -> None:
        """The clerk submits the drafts, the head of the office signs each."""
        for draft_id in draft_ids:
            draft = self.hub.leader.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft_id)).draft
            self.hub.submit_and_sign(draft)

    def arrives(self, office: Office, kind: str) -> None:
        """Wait until a letter of that kind is handled at the body."""
        self.wait(f"{kind} at {office.body}", lambda: bool(office.received(kind)))

    def _answer_opinion(self, office: Office) -> None:
        self.wait(f"draft at {office.body}", lambda: bool(office.open_drafts("opinion.reply")))
        draft = office.open_drafts("opinion.reply")[0]
        shown = office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft.draft_id))
        reply = content.OpinionReply.FromString(shown.content)
        for opinion in reply.opinions:
            opinion.kind = content.OPINION_KIND_AGREES
        reply.general_opinion = "对拟巡察对象无不同意见。"
        office.clerk.drafts.EditDraft(
            drafts.EditDraftRequest(
                request_id=request_id(),
                draft_id=draft.draft_id,
                revision=shown.revision,
                content_type=shown.content_type,
                content=reply.SerializeToString(deterministic=True),
            )
        )
        edited = office.clerk.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft.draft_id)).draft
        office.submit_and_sign(edited)

    def _move(self, act: str, decision_id: str = "") -> None:
        self.hub.clerk.rounds.MoveRound(
            rounds.MoveRoundRequest(round_id=self.round_id, act=act, decision_id=decision_id, request_id=request_id())
        )


class StoryError(Exception):
    """The demonstration did not go as told; the message says where."""
