"""The inspection office, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.inspection.access import tables as access_tables
from services.inspection.binding import telling_rounds
from services.inspection.briefings import tables as briefing_tables
from services.inspection.destroyed import forget_words
from services.inspection.handlers import HANDLERS
from services.inspection.letters import tables as letter_tables
from services.inspection.newinfo import tables as new_info_tables
from services.inspection.replies import tables as reply_tables
from services.inspection.rounds import tables as round_tables
from services.inspection.serving import add_office
from services.inspection.teams import tables as team_tables
from services.inspection.units.tables import LEDGERS

TABLES = (
    *(round_tables.ROUNDS, round_tables.ROUND_UNITS, round_tables.GAPS),
    *(letter_tables.LETTERS, letter_tables.LETTER_UNITS, reply_tables.REPLIES, reply_tables.REPLY_SECTIONS),
    *(team_tables.TEAMS, team_tables.TEAM_UNITS, team_tables.TEAM_MEMBERS, team_tables.AUTHORIZATIONS),
    *(new_info_tables.NEW_INFO, briefing_tables.BRIEFINGS, access_tables.SENSITIVE_READS),
)
"""The office's own tables beside its ledgers; importing this module makes all of them known."""

BODY = BodyDeclaration(
    id="inspection",
    ledgers=LEDGERS,
    handlers=HANDLERS,
    services=(add_office,),
    dispatching=telling_rounds,
    followers=(forget_words,),
)
"""The office asks and assembles; it is asked for no section itself."""
