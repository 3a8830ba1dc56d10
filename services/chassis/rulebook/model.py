"""The shapes of the rules: what one entry of each table of a rulebook may say."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,79}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_-]{0,39}(/[a-z][a-z0-9_-]{0,39})?)$")]
"""A body, a party, a sub-unit of a body (`body/sub-unit`), or `*` for every body."""
# TOML has arrays only; a tuple keeps the loaded rule immutable.
Names = Annotated[tuple[Name, ...], Strict(strict=False)]
Refs = Annotated[tuple[Ref, ...], Strict(strict=False)]
Texts = Annotated[tuple[Text, ...], Strict(strict=False)]
Mark = Literal["opinion", "county_setting"]
"""Where a rule stands: in the opinion (a refusal cites the article) or in a setting of this county."""
Confidentiality = Literal["P0", "P1", "P2", "P3", "P4"]
SectionState = Literal["provided", "none", "not_held", "withheld"]
EventName = Literal[
    "opened",
    "stored",
    "viewed",
    "signed_for",
    "deemed_signed_for",
    "accepted",
    "declined",
    "answered",
    "supplemented",
    "returned_for_completion",
    "reply_accepted",
    "withdrawn",
    "asked_back",
    "clarified",
    "reminded",
    "extended",
    "suspended",
    "resumed",
    "corrected",
    "recalled",
    "deletion_certified",
    "interim_result",
    "final_result",
    "returned_as_not_ours",
    "closed",
]
"""The events of a matter, as its tables name them."""
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
"""A time of day as people write it; 24:00 is the end of the day."""


class Part(BaseModel):
    """Anything read from a rulebook: immutable, with no key we do not know and no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Rule(Part):
    """An entry with an id, both names, the document it comes from and the days on which it is valid."""

    id: Name
    zh: Text
    en: Text
    source: Name
    """Id of the document the rule comes from; the rulebook's own document when the file does not say."""
    valid_from: date
    valid_to: date | None = None
    """Last day of validity; absent while the rule stands."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from | valid_to 早于 valid_from")
        return self

    def valid_on(self, day: date) -> bool:
        """Whether the rule applies on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def title(self, language: str) -> str:
        """The name in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en


class Document(Part):
    """The opinion that the rulebook writes down, and what it rests on."""

    id: Name
    zh: Text
    en: Text
    basis_zh: Texts = ()
    basis_en: Texts = ()
    valid_from: date
    valid_to: date | None = None
    text_file: Text | None = None
    """Plain text of the document, beside the rules; every quoted clause must be found in it."""


class SubUnit(Part):
    """A part of a body that letters are addressed to or come from separately."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    zh: Text
    en: Text
    purpose: Literal["organ", "office", "room", "resident", "intake", "department"]
    valid_from: date | None = None
    valid_to: date | None = None


class Body(Rule):
    """A coordinating body with a node of its own."""

    role: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,11}$")]
    document_prefix: Text
    """机关代字 of its letters: prefix〔year〕number号."""
    document_issuer_zh: Text
    """Name of the issuing body at the head of a printed letter."""
    named_by_opinion: bool = False
    hub: bool = False
    """The inspection office: the one body that the round's letters come from and go to."""
    article: Name
    sub_units: Annotated[tuple[SubUnit, ...], Strict(strict=False)] = ()

    def sub_unit(self, unit_id: str) -> SubUnit | None:
        """The sub-unit of that id, if the body has it."""
        return next((unit for unit in self.sub_units if unit.id == unit_id), None)


class Party(Rule):
    """Someone with duties but without a node: decides, or is reached by a hosted mailbox or on paper."""

    role: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,11}$")]
    delivery: Literal["none", "hosted_mailbox", "paper"]
    decides: bool = False
    """Its recorded decisions can be what an approval asks for."""


class Approval(Part):
    """Who must have decided before an act, what the decision must cover, and on what authority it is asked."""

    by: Refs
    """Any one of these suffices."""
    zh: Text
    en: Text
    mark: Mark
    article: Name
    covers: Annotated[
        tuple[Literal["round", "units", "persons", "scope", "plan", "hearing"], ...], Strict(strict=False)
    ] = ()
    """What the recorded decision must match exactly, not merely exist for."""
    setting: Name | None = None
    """The boolean setting that switches a county's own approval on."""


class LetterKind(Rule):
    """What a letter of this kind is, who may send it to whom, and what it does in its matter."""

    articles: Names
    mark: Mark = "opinion"
    senders: Refs
    recipients: Refs
    optional_senders: Refs = ()
    optional_recipients: Refs = ()
    matter: Literal["notice", "request", "handover", "any"]
    effect: Literal["opens", "answers", "act"]
    event: EventName
    """The event in the matter's transition table."""
    answers: Names = ()
    """Kinds that this one answers."""
    confidentiality: Confidentiality
    sections_from: Name | None = None
    """The request kind whose required sections this letter asks for or fills."""
    due_rule: Name | None = None
    approvals: Annotated[tuple[Approval, ...], Strict(strict=False)] = ()
    needs_signature: bool
    """A leader signs the exact content; short acts of a named person do not need it."""
    needs_review: bool = False
    """A second person reads the draft before a leader is asked to sign it."""
    in_force: bool
    """False while the kind is data only and no node offers to write it."""


class LookBack(Rule):
    """How far back the material of a section reaches."""

    mark: Mark
    article: Name
    starts: Literal["letter_date", "last_inspection"]
    months: Annotated[int, Field(ge=1, le=240)]
    """Length, or the most it may be when it starts at the last inspection."""
    plus_unrectified: bool = False
    """Older matters still open are added."""


class Section(Rule):
    """One part of the written material that a body owes for a request; a body's sections keep the file's order."""

    request: Name
    body: Ref
    article: Name
    part: Annotated[int, Field(ge=1, le=12)]
    """Which of the twelve parts of a unit's briefing the material goes into."""
    confidentiality: Confidentiality
    look_back: Name | None = None
    leader_only: bool = False
    """Kept out of the team's briefing; goes in the separate file of the team leader."""
    contents_zh: Texts = ()
    states: Annotated[tuple[SectionState, ...], Strict(strict=False)]

    @property
    def code(self) -> str:
        """The section's name within its body: the id is `body.code`."""
        return self.id.rpartition(".")[2]


class LeadRoute(Rule):
    """To whom a problem lead of one category is handed over."""

    article: Name
    mark: Mark
    to: Ref


class ProblemCategory(Rule):
    """Who supervises the rectification of problems of one category, beside the overall supervisor."""

    articles: Names
    mark: Mark
    supervisors: Refs


class OverallSupervisor(Rule):
    """Who sees and supervises every item whatever its category."""

    article: Name
    body: Ref


Share = Literal[
    "full", "portfolio", "rooms", "copy_rooms", "extract", "own", "intake", "if_double", "optional", "never"
]


class Payload(Rule):
    """Who receives one thing the office or a team gives out; a party that is not listed does not receive it."""

    articles: Names
    kinds: Names
    lead_route: Name | None = None
    shares: dict[Ref, Share]


class Setting(Rule):
    """A number or choice the opinion leaves open, or that a county may decide otherwise."""

    value: bool | int | str
    article: Name
    mark: Mark
    unit: Literal["flag", "working_days", "days", "months", "count", "percent", "minutes", "choice", "date", "time"]
    choices: Names = ()
    minimum: int | None = None
    maximum: int | None = None
    help_zh: Text
    help_en: Text

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        number = isinstance(self.value, int) and not isinstance(self.value, bool)
        if self.unit == "flag":
            fits = isinstance(self.value, bool)
        elif self.unit in {"choice", "date"}:
            fits = isinstance(self.value, str) and (not self.choices or self.value in self.choices)
        elif self.unit == "time":
            fits = isinstance(self.value, str) and _TIME.fullmatch(self.value) is not None
        else:
            fits = number
        if not fits:
            raise ValueError(f"value does not fit unit {self.unit} | value 与单位 {self.unit} 不符")
        if number and not self._in_range(int(self.value)):
            raise ValueError("value is outside minimum..maximum | value 超出 minimum 至 maximum 的范围")
        return self

    def _in_range(self, value: int) -> bool:
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


class Strand(Rule):
    """One of the strands in which the bodies work together (A1.1d), and the articles that belong to it."""

    articles: Names


class Duty(Rule):
    """One duty of the opinion: the row under its article id."""

    clause: Text
    """The opinion's own words."""
    who: Refs
    whom: Refs = ()
    trigger_zh: Text
    trigger_en: Text
    due_rule: Name | None = None
    approvals: Annotated[tuple[Approval, ...], Strict(strict=False)] = ()
    output_zh: Text | None = None
    output_en: Text | None = None
    kinds: Names = ()
    in_use: bool
    """Whether this version of the product carries the duty; False means it is data for later."""


def body_of(ref: str) -> str:
    """The body or party of a reference, without the sub-unit."""
    return ref.partition("/")[0]
