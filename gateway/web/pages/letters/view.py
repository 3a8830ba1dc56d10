"""What pages show of letters: lines of a list, the way a letter went, who has it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.visit import Visit
from gateway.web.clocks import Clock, clock_of
from gateway.web.ladder import Rung, rungs
from gateway.web.paper import Block, blocks
from gateway.web.tidy import tidy_line
from gateway.web.vocabulary import CLASSES, ENDED, GROUNDS, RUNGS, STATES
from guantong.node.v1 import attachments_service_pb2 as files
from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters

NAMED_PERSONS_ONLY = frozenset({"P3", "P4"})
_STEPS = "matter."
"""How the kinds begin that tell of a step and nothing else."""
_TO_SIGN_FOR = frozenset({"sent", "stored", "viewed"})
_TO_WORK = frozenset({"signed_for", "accepted", "interim", "returned"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which letters an address asks for; days are YYYY-MM-DD, Beijing."""

    direction: str = ""
    text: str = ""
    kind: str = ""
    peer: str = ""
    since: str = ""
    until: str = ""
    state: str = ""
    unread: bool = False
    steps: bool = False
    """Whether letters that only tell of a step, such as signing for, are listed too."""
    matter: str = ""
    page: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether the list is narrowed by anything but the direction."""
        return any(value for name, value in asdict(self).items() if name not in {"direction", "page", "steps"})

    def path(self, **changed: object) -> str:
        """The address of the list with something changed; from its first page."""
        wanted = asdict(self) | {"page": ""} | changed
        query = {name: "1" if value is True else value for name, value in wanted.items() if value}
        return f"/letters?{urlencode(query)}" if query else "/letters"

    def request(self, size: int) -> pb.ListLettersRequest:
        """What the node is asked for."""
        return pb.ListLettersRequest(
            direction=self.direction if self.direction in {"in", "out"} else "",
            matter_id=self.matter,
            kind=self.kind,
            page_size=size,
            page_token=self.page,
            text=tidy_line(self.text),
            peer=self.peer,
            from_date=tidy_line(self.since),
            to_date=tidy_line(self.until),
            unread=self.unread,
            matter_state=self.state,
            without_steps=not (self.steps or self.matter),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One letter in a list. `time` is when it was stored here, or written here; a `step` says no more than its name."""

    letter_id: str
    path: str
    incoming: bool
    title: str
    peer: str
    sub_unit: str
    document_number: str
    time: Timestamp
    unread: bool
    named_persons_only: bool
    step: bool
    reached: str
    tone: str
    holder: str
    since: Timestamp
    matter_state: str


def lines(visit: Visit, found: Iterable[pb.LetterSummary]) -> list[Line]:
    """The letters in the node's order, newest first."""
    return [line(visit, one) for one in found]


def line(visit: Visit, one: pb.LetterSummary) -> Line:
    """One letter of a list."""
    body = visit.gateway.config.body
    incoming = one.recipient == body
    return Line(
        letter_id=one.letter_id,
        path=f"/letters/{one.letter_id}",
        incoming=incoming,
        title=visit.pick(one.title_zh, one.title_en),
        peer=visit.name_of(one.sender if incoming else one.recipient),
        sub_unit=_sub_unit(visit, one),
        step=one.kind.startswith(_STEPS),
        document_number=one.document_number,
        time=one.stored_time if incoming and one.stored_time.seconds else one.written_time,
        unread=one.unread,
        named_persons_only=one.confidentiality in NAMED_PERSONS_ONLY,
        reached=visit.say(RUNGS.get(one.reached_step, one.reached_step))
        if one.reached_step
        else _receipted(visit, one),
        tone="good" if one.matter_state in ENDED or one.reached_step in {"closed", "answered"} else "wait",
        holder=visit.name_of(one.holder) if one.holder else "",
        since=one.held_since_time,
        matter_state=visit.say(STATES.get(one.matter_state, one.matter_state)) if one.matter_state else "",
    )


def _sub_unit(visit: Visit, one: pb.LetterSummary) -> str:
    """The sub-unit's name; empty where it is the body's own."""
    name = visit.name_of(f"{one.recipient}/{one.sub_unit}") if one.sub_unit else ""
    return "" if name == visit.name_of(one.recipient) else name


def _receipted(visit: Visit, one: pb.LetterSummary) -> str:
    return visit.say("对方已存妥") if one.receipted else ""


@dataclass(frozen=True, slots=True)
class Remains:
    """What is known of content that was destroyed."""

    ground: str
    time: Timestamp | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a letter; `told` says how far it is where it cannot be fetched."""

    name: str
    size: str
    ready: bool
    refused: bool
    told: str


@dataclass(frozen=True, slots=True)
class Acts:
    """What the side and the state of the matter allow; the node judges each act by itself."""

    sign_for: bool = False
    accept: bool = False
    decline: bool = False
    ask_back: bool = False
    clarify: bool = False
    amend: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One letter with everything its page shows. `blocks` is None while a reason for reading has to be given first."""

    line: Line
    matter_id: str
    number: int
    sender: str
    recipient: str
    written: Timestamp
    stored: Timestamp | None
    classified: str
    rungs: list[Rung]
    title: str
    blocks: list[Block] | None
    signer: str
    verified: bool
    remains: Remains | None
    attachments: list[Attachment]
    clocks: list[Clock]
    acts: Acts
    draft_path: str
    read_reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was fetched for one letter; `opened` is None where a reason has to be given first."""

    summary: pb.LetterSummary
    opened: pb.OpenLetterResponse | None
    matter: matters.MatterView | None
    attachments: Sequence[files.Attachment] = ()
    reason: str = ""
    draft_id: str = ""


def shown(visit: Visit, read: Read) -> Shown:
    """One letter for its page."""
    one, opened, matter = read.summary, read.opened, read.matter
    return Shown(
        line=line(visit, one),
        matter_id=one.matter_id if matter else "",
        number=one.number,
        sender=visit.name_of(one.sender),
        recipient=visit.name_of(f"{one.recipient}/{one.sub_unit}" if one.sub_unit else one.recipient),
        written=one.written_time,
        stored=one.stored_time if one.HasField("stored_time") else None,
        classified=f"{one.confidentiality} {visit.say(CLASSES.get(one.confidentiality, ''))}".strip(),
        rungs=rungs(visit, one.ladder or (matter.ladder if matter else ()), whole=one.opens_matter),
        title=opened.lines[0] if opened and opened.lines else "",
        blocks=blocks(opened.lines[1:]) if opened else None,
        signer=opened.signer if opened else "",
        verified=bool(opened and opened.signature_verified),
        remains=_remains(visit, opened.destroyed) if opened and opened.HasField("destroyed") else None,
        attachments=[_attachment(visit, file) for file in read.attachments],
        clocks=[clock_of(visit, matter.matter_id, one) for one in matter.deadlines] if matter else [],
        acts=_acts(visit, one, matter),
        draft_path=f"/drafts/{read.draft_id}" if read.draft_id else "",
        read_reason=read.reason,
    )


def _acts(visit: Visit, one: pb.LetterSummary, matter: matters.MatterView | None) -> Acts:
    if matter is None or matter.state in ENDED:
        return Acts()
    if one.sender == visit.gateway.config.body:
        return Acts(amend=True)
    if one.letter_id != matter.opening_letter_id:
        return Acts(clarify=one.letter_id in matter.open_question_letter_ids)
    to_work = matter.state in _TO_WORK and matter.matter_kind != "notice"
    return Acts(
        sign_for=matter.state in _TO_SIGN_FOR,
        accept=matter.state == "signed_for" and matter.matter_kind != "notice",
        decline=matter.state in {"signed_for", "accepted"} and to_work,
        ask_back=to_work,
    )


def _remains(visit: Visit, gone: pb.DestroyedContent) -> Remains:
    return Remains(
        ground=visit.say(GROUNDS.get(gone.ground, gone.ground)),
        time=gone.destroyed_time if gone.HasField("destroyed_time") else None,
    )


def _attachment(visit: Visit, file: files.Attachment) -> Attachment:
    told = {
        files.ATTACHMENT_STATE_EXPECTED: visit.say("尚未到达"),
        files.ATTACHMENT_STATE_ARRIVING: visit.say(
            "正在到达 %(arrived)s/%(all)s", arrived=file.arrived_chunk_count, all=file.chunk_count
        ),
        files.ATTACHMENT_STATE_CHECKING: visit.say("正在检查"),
        files.ATTACHMENT_STATE_REFUSED: visit.pick(file.reason_zh, file.reason_en) or file.reason,
    }.get(file.state, "")
    return Attachment(
        name=file.file_name,
        size=size_of(visit, file.size),
        ready=file.state == files.ATTACHMENT_STATE_READY,
        refused=file.state == files.ATTACHMENT_STATE_REFUSED,
        told=told,
    )


def size_of(visit: Visit, count: int) -> str:
    """A file's size in the unit that fits."""
    if count < 1024:
        return visit.say("%(count)s 字节", count=count)
    unit, divisor = ("MiB", 2**20) if count >= 2**20 else ("KiB", 2**10)
    return f"{visit.formats.number(round(count / divisor, 1))} {unit}"
