"""One body of the demonstration as its people use it: accounts, sign-in, and every service of its node."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import grpc

from guantong.inspection.v1 import rounds_service_pb2_grpc as rounds_rpc
from guantong.node.v1 import decisions_service_pb2_grpc as decisions_rpc
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import drafts_service_pb2_grpc as drafts_rpc
from guantong.node.v1 import ledgers_service_pb2_grpc as ledgers_rpc
from guantong.node.v1 import letters_service_pb2 as letters
from guantong.node.v1 import letters_service_pb2_grpc as letters_rpc
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import people_service_pb2_grpc as people_rpc
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.layout import County
from services.chassis.rpc.client import ClientTls, calling, connection

PASSWORD = "Yanshi-Xian-2026"  # noqa: S105  a demonstration's, printed for whoever tries it
_SECONDS = 60.0
_STAFF = (
    ("clerk", "经办人", "科员", people.ROLE_CLERK),
    ("deputy", "复核人", "副股长", people.ROLE_CLERK),
    ("reviewer", "核稿人", "办公室主任", people.ROLE_REVIEWER),
    ("leader", "负责人", "主要负责人", people.ROLE_LEADER),
)
_WATCHER = ("auditor", "安全审计员", "安全审计员", people.ROLE_AUDIT_ADMIN)


def request_id() -> str:
    """A fresh id for a request that must be done once."""
    return uuid.uuid4().hex


@dataclass
class Person:
    """A signed-in person's services; each call bears their token."""

    login: str
    channel: grpc.Channel
    account_id: str = ""
    person_id: str = ""

    @property
    def letters(self) -> letters_rpc.LettersServiceStub:
        """Letters of the body."""
        return letters_rpc.LettersServiceStub(self.channel)

    @property
    def drafts(self) -> drafts_rpc.DraftsServiceStub:
        """Drafts of the body."""
        return drafts_rpc.DraftsServiceStub(self.channel)

    @property
    def decisions(self) -> decisions_rpc.DecisionsServiceStub:
        """Recorded decisions of the body."""
        return decisions_rpc.DecisionsServiceStub(self.channel)

    @property
    def ledgers(self) -> ledgers_rpc.LedgersServiceStub:
        """Ledgers of the body."""
        return ledgers_rpc.LedgersServiceStub(self.channel)

    @property
    def rounds(self) -> rounds_rpc.RoundsServiceStub:
        """Rounds, at the inspection office alone."""
        return rounds_rpc.RoundsServiceStub(self.channel)


@dataclass
class Office:
    """One body at its node; `close` ends its connection."""

    body: str
    config: NodeConfig
    invitation: str
    people: dict[str, Person] = field(default_factory=dict)
    keeper: str = ""
    """Login of the security administrator."""
    _open: ExitStack = field(default_factory=ExitStack)
    _connection: grpc.Channel | None = None
    """Shared by everybody here."""

    @classmethod
    def of(cls, county: County, body: str) -> Office:
        """The body's office, before anybody has an account. Reads the one-time code from the node's folder."""
        config = read_config(county.folder.config(body))
        code = config.invitation.read_text(encoding="ascii").strip() if config.invitation else ""
        return cls(body, config, code)

    @property
    def clerk(self) -> Person:
        """Who enters, signs for, drafts."""
        return self.people["clerk"]

    @property
    def deputy(self) -> Person:
        """Who confirms what the clerk entered."""
        return self.people["deputy"]

    @property
    def reviewer(self) -> Person:
        """Who reads a draft before the leader is asked to sign it (核稿)."""
        return self.people["reviewer"]

    @property
    def leader(self) -> Person:
        """Who signs."""
        return self.people["leader"]

    def staff(self, extra: tuple[str, ...] = ()) -> None:
        """Open accounts: the three administrators, then clerk, deputy, reviewer and leader.

        `extra` are further clerks by login, such as leaders of inspection teams.
        """
        nobody = people_rpc.PeopleServiceStub(self._channel(None))
        redeemed = nobody.RedeemInvitation(people.RedeemInvitationRequest(code=self.invitation, password=PASSWORD))
        self.keeper = redeemed.login
        security = self._sign_in(redeemed.login)
        keeper = people_rpc.PeopleServiceStub(security.channel)
        self._add(keeper, keeper, ("system", "系统管理员", "系统管理员", people.ROLE_SYSTEM_ADMIN))
        system = people_rpc.PeopleServiceStub(self.people["system"].channel)
        for one in (_WATCHER, *_STAFF, *((login, f"组长{login}", "巡察组组长", people.ROLE_CLERK) for login in extra)):
            self._add(system, keeper, one)

    def name_clerk_for(self, matter_id: str) -> None:
        """What only named persons may see: the security administrator names the clerk for one matter."""
        keeper = people_rpc.PeopleServiceStub(self.people[self.keeper].channel)
        keeper.GrantRole(
            people.GrantRoleRequest(
                request_id=request_id(),
                account_id=self.clerk.account_id,
                role=people.ROLE_CLERK,
                matter_id=matter_id,
            )
        )

    def sign_for(self, letter_id: str) -> letters.SignForLetterResponse:
        """The clerk opens the letter and signs for it."""
        opening = letters.OpenLetterRequest(letter_id=letter_id, request_id=request_id(), read_reason="签收前阅读")
        self.clerk.letters.OpenLetter(opening)
        return self.clerk.letters.SignForLetter(
            letters.SignForLetterRequest(letter_id=letter_id, request_id=request_id())
        )

    def received(self, kind: str) -> list[letters.LetterSummary]:
        """Letters of a kind that came, newest first, as the leader sees them: also those for named persons."""
        page = self.leader.letters.ListLetters(letters.ListLettersRequest(direction="in", kind=kind, page_size=500))
        return list(page.letters)

    def open_drafts(self, kind: str) -> list[drafts.Draft]:
        """Drafts of a kind that are still to be finished."""
        page = self.leader.drafts.ListDrafts(
            drafts.ListDraftsRequest(page_size=500, states=[drafts.DRAFT_STATE_DRAFTING])
        )
        return [one for one in page.drafts if one.address.kind == kind]

    def submit_and_sign(self, draft: drafts.Draft, *, says_nothing: bool = False) -> drafts.SignDraftResponse:
        """The clerk submits the draft as it stands, the reviewer approves it where its kind is reviewed, the leader
        looks at it and signs with the password.
        """
        self.clerk.drafts.SubmitDraft(
            drafts.SubmitDraftRequest(
                request_id=request_id(),
                draft_id=draft.draft_id,
                revision=draft.revision,
                review=draft.review_needed,
                acknowledge_stale=True,
            )
        )
        if draft.review_needed:
            self.reviewer.drafts.ApproveDraft(
                drafts.ApproveDraftRequest(request_id=request_id(), draft_id=draft.draft_id, revision=draft.revision)
            )
        shown = self.leader.drafts.GetDraft(drafts.GetDraftRequest(draft_id=draft.draft_id))
        return self.leader.drafts.SignDraft(
            drafts.SignDraftRequest(
                request_id=request_id(),
                draft_id=draft.draft_id,
                revision=shown.revision,
                shown_digest=shown.digest,
                password=PASSWORD,
                confirm_says_nothing=says_nothing,
            )
        )

    def close(self) -> None:
        """End the connection."""
        self._open.close()
        self._connection = None

    def _add(
        self,
        inviting: people_rpc.PeopleServiceStub,
        granting: people_rpc.PeopleServiceStub,
        who: tuple[str, str, str, Any],
    ) -> None:
        login, name, post, role = who
        invited = inviting.InviteAccount(
            people.InviteAccountRequest(request_id=request_id(), login=login, name=name, post=post)
        )
        nobody = people_rpc.PeopleServiceStub(self._channel(None))
        nobody.RedeemInvitation(people.RedeemInvitationRequest(code=invited.code, password=PASSWORD))
        granting.GrantRole(people.GrantRoleRequest(request_id=request_id(), account_id=invited.account_id, role=role))
        self._sign_in(login)

    def _sign_in(self, login: str) -> Person:
        nobody = people_rpc.PeopleServiceStub(self._channel(None))
        session = nobody.SignIn(people.SignInRequest(login=login, password=PASSWORD))
        person = Person(login, self._channel(session.token), session.account.account_id, session.account.person_id)
        self.people[login] = person
        return person

    def sign_in_again(self) -> None:
        """Sign everybody in anew: sessions end with the day."""
        for login in list(self.people):
            self._sign_in(login)

    def _channel(self, token: str | None) -> grpc.Channel:
        rpc = self.config.rpc
        if self._connection is None:
            self._connection = self._open.enter_context(connection(f"{rpc.host}:{rpc.port}", ClientTls(rpc.authority)))
        return calling(self._connection, token, timeout=_SECONDS)
