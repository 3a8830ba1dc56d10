"""Mistakes made in the small rulebook, each with the place and reason that must be told."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.rulebook.small import SMALL


@dataclass(frozen=True)
class Case:
    """`old` becomes `new` once; the mistake is at `key`, on the line that holds `at`."""

    old: str
    new: str
    key: str
    at: str
    reason: str

    @property
    def text(self) -> str:
        assert SMALL.count(self.old) >= 1, self.old
        return SMALL.replace(self.old, self.new, 1)

    @property
    def line(self) -> int:
        return self.text[: self.text.index(self.at)].count("\n") + 1


WRONG_VALUES = {
    "missing key": Case('zh = "办公室"\n', "", "body.1.zh", "[[body]]", "is missing; add it"),
    "unknown key": Case(
        "hub = true\n",
        "hub = true\nhubb = true\n",
        "body.1.hubb",
        "hubb = true",
        "is not a key this table knows; remove it or correct its spelling",
    ),
    "unknown key inside": Case(
        'purpose = "office"\n',
        'purpose = "office"\nfloor = 3\n',
        "body.2.sub_units.1.floor",
        "floor = 3",
        "is not a key this table knows; remove it or correct its spelling",
    ),
    "text for a number": Case(
        "working_days = 5",
        'working_days = "5"',
        "due_rule.1.working_days",
        'working_days = "5"',
        "must be a whole number",
    ),
    "fraction": Case(
        "working_days = 5",
        "working_days = 5.5",
        "due_rule.1.working_days",
        "working_days = 5.5",
        "must be a whole number",
    ),
    "number for text": Case('en = "Office"', "en = 7", "body.1.en", "en = 7", "must be text in quotes"),
    "number for true": Case("hub = true", "hub = 1", "body.1.hub", "hub = 1", "must be true or false"),
    "quoted date": Case(
        "valid_from = 2026-01-01",
        'valid_from = "2026-01-01"',
        "document.valid_from",
        'valid_from = "2026-01-01"',
        "must be a date such as 2026-03-02 without quotes",
    ),
    "text for a list": Case(
        'senders = ["office"]',
        'senders = "office"',
        "letter_kind.1.senders",
        'senders = "office"',
        "must be a list in square brackets",
    ),
    "list for a table": Case(
        '[payload.shares]\nnorth = "full"\ngroup = "never"\n',
        "shares = []\n",
        "payload.1.shares",
        "shares = []",
        "must be a table of keys",
    ),
    "empty text": Case('en = "Group"', 'en = ""', "party.1.en", 'en = ""', "must not be empty"),
    "no such word": Case(
        'delivery = "none"',
        'delivery = "pigeon"',
        "party.1.delivery",
        'delivery = "pigeon"',
        "must be one of: 'none', 'hosted_mailbox' or 'paper'",
    ),
    "role in small letters": Case(
        'role = "OFF"',
        'role = "off"',
        "body.1.role",
        'role = "off"',
        "has characters that are not allowed here (pattern ^[A-Z][A-Z0-9_]{1,11}$)",
    ),
    "too small": Case(
        "working_days = 5", "working_days = 0", "due_rule.1.working_days", "working_days = 0", "must be at least 1"
    ),
    "too large": Case("part = 2", "part = 13", "section.1.part", "part = 13", "must be at most 12"),
    "no such form of time rule": Case(
        'form = "none"',
        'form = "soon"',
        "due_rule.4.form",
        'form = "soon"',
        "must be one of: working_days, months, not_before, year_end, schedule, stated, none",
    ),
    "a number where the opinion has only a word": Case(
        'word_en = "promptly"',
        'word_en = "promptly"\nworking_days = 3',
        "due_rule.4.working_days",
        "working_days = 3",
        "is not a key this table knows; remove it or correct its spelling",
    ),
    "a day that does not come every year": Case(
        "month = 12\nday = 31",
        "month = 2\nday = 29",
        "due_rule.3",
        '[[due_rule]]\nid = "yearly"',
        "month and day name no day of every year",
    ),
    "dates in the wrong order": Case(
        'id = "cadre"\n',
        'id = "cadre"\nvalid_to = 2025-12-31\n',
        "lead_route.1",
        "[[lead_route]]",
        "valid_to is before valid_from",
    ),
    "setting out of range": Case(
        "value = 51", "value = 101", "setting.2", '[[setting]]\nid = "weight"', "value is outside minimum..maximum"
    ),
    "setting of another unit": Case(
        "value = false", "value = 3", "setting.1", '[[setting]]\nid = "ask_first"', "value does not fit unit flag"
    ),
    "setting of no known type": Case(
        "value = false",
        "value = [1]",
        "setting.1.value",
        "value = [1]",
        "must be true or false or must be a whole number or must be text in quotes",
    ),
    "share of nobody": Case(
        'group = "never"',
        '"No One" = "never"',
        "payload.1.shares.No One",
        '"No One" = "never"',
        "has characters that are not allowed here (pattern ^(\\*|[a-z][a-z0-9_-]{0,39}(/[a-z][a-z0-9_-]{0,39})?)$)",
    ),
}
WRONG_REFERENCES = {
    "sender": Case(
        'senders = ["office"]',
        'senders = ["south"]',
        "letter_kind.1.senders",
        'senders = ["south"]',
        "names south, and there is no such body or party; add it or correct the name",
    ),
    "sub-unit": Case(
        'to = "north/desk"',
        'to = "north/attic"',
        "lead_route.1.to",
        'to = "north/attic"',
        "names north/attic, and there is no such body or party; add it or correct the name",
    ),
    "article": Case(
        'article = "B1"\nhub',
        'article = "B9"\nhub',
        "body.1.article",
        'article = "B9"',
        "names B9, and there is no such duty; add it or correct the name",
    ),
    "kind answered": Case(
        'answers = ["ask"]',
        'answers = ["asked"]',
        "letter_kind.2.answers",
        'answers = ["asked"]',
        "names asked, and there is no such letter_kind; add it or correct the name",
    ),
    "time rule": Case(
        'due_rule = "five"\nneeds',
        'due_rule = "six"\nneeds',
        "letter_kind.1.due_rule",
        'due_rule = "six"',
        "names six, and there is no such due_rule; add it or correct the name",
    ),
    "reminders": Case(
        'reminders = "steps"',
        'reminders = "stairs"',
        "due_rule.1.reminders",
        'reminders = "stairs"',
        "names stairs, and there is no such reminder_ladder; add it or correct the name",
    ),
    "look back": Case(
        'look_back = "years"',
        'look_back = "ages"',
        "section.1.look_back",
        'look_back = "ages"',
        "names ages, and there is no such look_back; add it or correct the name",
    ),
    "setting of a time rule": Case(
        'roll_setting = "ask_first"',
        'roll_setting = "weight"',
        "due_rule.2.roll_setting",
        'roll_setting = "weight"',
        "names weight, and there is no such setting (true/false); add it or correct the name",
    ),
    "setting of an approval": Case(
        'setting = "ask_first"\n\n[[letter_kind]]',
        'setting = "ask_last"\n\n[[letter_kind]]',
        "letter_kind.1.approvals.1.setting",
        'setting = "ask_last"',
        "names ask_last, and there is no such setting (true/false); add it or correct the name",
    ),
    "who approves": Case(
        'by = ["group"]',
        'by = ["crowd"]',
        "letter_kind.1.approvals.1.by",
        'by = ["crowd"]',
        "names crowd, and there is no such body or party; add it or correct the name",
    ),
    "who receives": Case(
        'group = "never"',
        'crowd = "never"',
        "payload.1.shares",
        "[payload.shares]",
        "names crowd, and there is no such body or party; add it or correct the name",
    ),
}
CONTRADICTIONS = {
    "the same rule twice": Case(
        'id = "years"\n',
        'id = "years"\nzh = "五年"\nen = "Five years"\nmark = "county_setting"\narticle = "B1"\n'
        'starts = "letter_date"\nmonths = 60\n\n[[look_back]]\nid = "years"\n',
        "look_back.2.id",
        'id = "years"\nzh = "三年"',
        "years stands already at rules.toml:94 and is valid on the same days; "
        "remove one, or end the older with valid_to",
    ),
    "no office": Case(
        "hub = true\n",
        "",
        "body.2.hub",
        '[[body]]\nid = "north"',
        "exactly one body must have hub = true: the inspection office",
    ),
    "one role for two": Case(
        'role = "NOR"', 'role = "OFF"', "body.2.role", 'role = "OFF"\nzh = "北局"', "OFF belongs to office already"
    ),
    "one number series for two": Case(
        'document_prefix = "北函"',
        'document_prefix = "办函"',
        "body.2.document_prefix",
        'document_prefix = "办函"\ndocument_issuer_zh = "北局"',
        "办函 belongs to office already",
    ),
    "a party that is a body": Case(
        'id = "group"', 'id = "north"', "party.1.id", 'id = "north"\nrole = "GRP"', "north is a body already"
    ),
    "a sub-unit twice": Case(
        'purpose = "office"\n',
        'purpose = "office"\n\n[[body.sub_units]]\nid = "desk"\nzh = "二科"\nen = "Second"\npurpose = "room"\n',
        "body.2.sub_units.2.id",
        'id = "desk"\nzh = "二科"',
        "sub-unit desk stands twice",
    ),
    "petitioner identity": Case(
        'confidentiality = "P2"',
        'confidentiality = "P4"',
        "letter_kind.1.confidentiality",
        'confidentiality = "P4"',
        "petitioner identity (P4) never leaves the body that received it: no letter can carry it",
    ),
    "a letter below what it carries": Case(
        'confidentiality = "P3"',
        'confidentiality = "P2"',
        "letter_kind.2.confidentiality",
        'confidentiality = "P2"\nsections_from = "ask"\nneeds',
        "is below P3, the class of a section that this letter carries",
    ),
    "an answer to nothing": Case(
        'answers = ["ask"]\n',
        "",
        "letter_kind.2.answers",
        '[[letter_kind]]\nid = "reply"',
        "a kind that answers must say which kinds, and only such a kind may",
    ),
    "an answer to an answer": Case(
        'answers = ["ask"]',
        'answers = ["reply"]',
        "letter_kind.2.answers",
        'answers = ["reply"]',
        "reply does not open a request, so this kind cannot answer it",
    ),
    "opening without opening": Case(
        'event = "opened"',
        'event = "viewed"',
        "letter_kind.1.event",
        'event = "viewed"',
        "a kind that opens a matter has the event opened, and no other kind may",
    ),
    "a matter of any kind opened": Case(
        'matter = "request"\neffect = "opens"',
        'matter = "any"\neffect = "opens"',
        "letter_kind.1.matter",
        'matter = "any"',
        "a kind that opens a matter says which kind of matter: notice, request or handover",
    ),
    "an event that the matter does not have": Case(
        'event = "answered"',
        'event = "final_result"',
        "letter_kind.2.event",
        'event = "final_result"',
        "a matter of kind request has no event final_result",
    ),
    "asked for nothing": Case(
        'recipients = ["north/desk"]',
        'recipients = ["north/desk", "group"]',
        "letter_kind.1.recipients",
        'recipients = ["north/desk", "group"]',
        "group is asked for written material but no [[section]] says which",
    ),
    "a section under another's name": Case(
        'id = "north.facts"',
        'id = "south.facts"',
        "section.1.id",
        'id = "south.facts"',
        "must begin with the body's id and a dot",
    ),
    "a section without a state": Case(
        'states = ["provided", "none"]',
        "states = []",
        "section.1.states",
        "states = []",
        "must list at least one state",
    ),
    "an approval of the opinion switched off": Case(
        'mark = "county_setting"\narticle = "B1"\ncovers',
        'mark = "opinion"\narticle = "B1"\ncovers',
        "letter_kind.1.approvals.1.setting",
        'setting = "ask_first"\n\n[[letter_kind]]',
        "an approval of the opinion itself cannot be switched by a setting",
    ),
    "a share that no letter carries": Case(
        'group = "never"',
        'group = "full"',
        "payload.1.shares.group",
        'group = "full"',
        "no kind of this payload goes to group; correct the table or the kind's recipients",
    ),
    "words that the opinion does not say": Case(
        'clause = "收到后5个工作日内答复。"',
        'clause = "收到后3个工作日内答复。"',
        "duty.1.clause",
        'clause = "收到后3个工作日内答复。"',
        "is not found word for word in the document's text; quote it exactly",
    ),
}
WRONG_FILES = {
    "not TOML": Case(
        'id = "years"',
        "id = years",
        "-",
        "id = years",
        "is not valid TOML: Invalid value; correct the line",
    ),
    "unknown table": Case(
        "[[duty]]",
        '[[duties]]\nid = "B2"\n\n[[duty]]',
        "duties",
        "[[duties]]",
        "unknown table; known are body, document, due_rule, duty, lead_route, letter_kind, look_back, "
        "overall_supervisor, party, payload, problem_category, reminder_ladder, section, setting, "
        "strand",
    ),
    "an article in two strands": Case(
        "[[duty]]",
        '[[strand]]\nid = "apart"\nzh = "另"\nen = "Apart"\narticles = ["B1"]  # again\n\n[[duty]]',
        "strand.2.articles",
        "# again",
        "B1 belongs to together already; name each article in one strand",
    ),
    "a list written as one": Case(
        "[[look_back]]", "[look_back]", "look_back", "[look_back]", "must be written as [[look_back]]"
    ),
    "text outside the folder": Case(
        'text_file = "opinion.txt"',
        'text_file = "../opinion.txt"',
        "document.text_file",
        "text_file",
        "must be a file in the rulebook folder itself",
    ),
    "text missing": Case(
        'text_file = "opinion.txt"',
        'text_file = "other.txt"',
        "document.text_file",
        "text_file",
        "cannot be read as UTF-8 text; put the file there",
    ),
}
CASES = WRONG_VALUES | WRONG_REFERENCES | CONTRADICTIONS | WRONG_FILES
