"""A rulebook with one entry in every table: small enough to be changed a thousand times."""

from __future__ import annotations

from pathlib import Path

from services.chassis.rulebook import Rulebook, load

SMALL = """\
[document]
id = "small-opinion"
zh = "小意见"
en = "Small opinion"
valid_from = 2026-01-01
text_file = "opinion.txt"

[[body]]
id = "office"
role = "OFF"
zh = "办公室"
en = "Office"
document_prefix = "办函"
document_issuer_zh = "办公室"
article = "B1"
hub = true

[[body]]
id = "north"
role = "NOR"
zh = "北局"
en = "North Bureau"
document_prefix = "北函"
document_issuer_zh = "北局"
article = "B1"

[[body.sub_units]]
id = "desk"
zh = "综合科"
en = "Desk"
purpose = "office"

[[party]]
id = "group"
role = "GRP"
zh = "小组"
en = "Group"
delivery = "none"
decides = true

[[letter_kind]]
id = "ask"
zh = "商请函"
en = "Request"
articles = ["B1"]
senders = ["office"]
recipients = ["north/desk"]
matter = "request"
effect = "opens"
event = "opened"
confidentiality = "P2"
sections_from = "ask"
due_rule = "five"
needs_signature = true
in_force = true

[[letter_kind.approvals]]
by = ["group"]
zh = "小组同意"
en = "The group agrees"
mark = "county_setting"
article = "B1"
covers = ["round"]
setting = "ask_first"

[[letter_kind]]
id = "reply"
zh = "复函"
en = "Reply"
articles = ["B1"]
senders = ["north"]
recipients = ["office"]
matter = "request"
effect = "answers"
event = "answered"
answers = ["ask"]
confidentiality = "P3"
sections_from = "ask"
needs_signature = true
in_force = true

[[section]]
id = "north.facts"
request = "ask"
body = "north"
zh = "情况"
en = "Facts"
article = "B1"
part = 2
confidentiality = "P3"
look_back = "years"
states = ["provided", "none"]

[[look_back]]
id = "years"
zh = "三年"
en = "Three years"
mark = "county_setting"
article = "B1"
starts = "letter_date"
months = 36

[[due_rule]]
id = "five"
zh = "五个工作日"
en = "five working days"
articles = ["B1"]
mark = "opinion"
form = "working_days"
working_days = 5
start = "signed_for"
start_side = "recipient"
reminders = "steps"

[[due_rule]]
id = "three"
zh = "三个月"
en = "three months"
articles = ["B1"]
mark = "opinion"
form = "months"
months = 3
roll_setting = "ask_first"
start = "signed_for"
start_side = "recipient"

[[due_rule]]
id = "yearly"
zh = "每年"
en = "every year"
articles = ["B1"]
mark = "opinion"
form = "year_end"
month = 12
day = 31
start = "calendar_year"
start_side = "none"

[[due_rule]]
id = "promptly"
zh = "及时"
en = "promptly"
articles = ["B1"]
mark = "opinion"
form = "none"
word_zh = "及时"
word_en = "promptly"
start = "trigger"
start_side = "sender"

[[reminder_ladder]]
id = "steps"
zh = "提醒"
en = "Reminders"
articles = ["B1"]
mark = "county_setting"

[[reminder_ladder.steps]]
when = "before"
count = 2
unit = "working_days"
to = ["handler"]
zh = "提前两日"
en = "Two days before"

[[lead_route]]
id = "cadre"
zh = "干部"
en = "Cadre"
article = "B1"
mark = "opinion"
to = "north/desk"

[[problem_category]]
id = "money"
zh = "财务"
en = "Money"
articles = ["B1"]
mark = "opinion"
supervisors = ["north"]

[[overall_supervisor]]
id = "all"
zh = "全面监督"
en = "Overall"
article = "B1"
body = "north"

[[payload]]
id = "request"
zh = "商请"
en = "Request"
articles = ["B1"]
kinds = ["ask"]

[payload.shares]
north = "full"
group = "never"

[[setting]]
id = "ask_first"
zh = "先请示"
en = "Ask first"
value = false
unit = "flag"
article = "B1"
mark = "county_setting"
help_zh = "说明"
help_en = "Help"

[[setting]]
id = "weight"
zh = "权重"
en = "Weight"
value = 51
unit = "percent"
article = "B1"
mark = "county_setting"
minimum = 1
maximum = 100
help_zh = "说明"
help_en = "Help"

[[strand]]
id = "together"
zh = "协作"
en = "Cooperation"
articles = ["B1"]

[[duty]]
id = "B1"
zh = "五个工作日内答复"
en = "Reply within five working days"
clause = "收到后5个工作日内答复。"
who = ["north"]
whom = ["office"]
trigger_zh = "收到来函"
trigger_en = "letter received"
due_rule = "five"
kinds = ["reply"]
in_use = true
"""
TEXT = "有关单位收到后5个工作日内答复。"


def write_small(folder: Path, text: str = SMALL, opinion: str = TEXT) -> Path:
    """The small rulebook, or a changed one, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    (folder / "opinion.txt").write_text(opinion, encoding="utf-8")
    return folder


def load_small(folder: Path, text: str = SMALL) -> Rulebook:
    """What the small rulebook, or a changed one, says."""
    return load(write_small(folder, text))
