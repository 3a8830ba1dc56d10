"""The pages, one folder for each thing people come for; each is a router."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.live.routes import router as live
from gateway.web.pages.account.absence import router as absence
from gateway.web.pages.account.notices import router as notices
from gateway.web.pages.account.routes import router as account
from gateway.web.pages.accounts.routes import router as accounts
from gateway.web.pages.board.routes import router as board
from gateway.web.pages.decisions.routes import router as decisions
from gateway.web.pages.drafts.routes import router as drafts
from gateway.web.pages.handover.routes import router as handover
from gateway.web.pages.health.routes import router as health
from gateway.web.pages.journal.routes import router as journal
from gateway.web.pages.ledgers.routes import router as ledgers
from gateway.web.pages.letters.routes import router as letters
from gateway.web.pages.matters.routes import router as matters
from gateway.web.pages.register.destructions import router as destructions
from gateway.web.pages.register.disclosures import router as disclosures
from gateway.web.pages.register.kept import router as register
from gateway.web.pages.rounds.routes import router as rounds
from gateway.web.pages.session.routes import router as session
from gateway.web.pages.session.second_factor import router as second_factor
from gateway.web.pages.team.routes import router as team
from gateway.web.pages.todo.routes import router as todo
from gateway.web.pages.traces.routes import router as traces

ROUTERS: tuple[APIRouter, ...] = (
    session,
    second_factor,
    account,
    absence,
    notices,
    accounts,
    handover,
    register,
    disclosures,
    destructions,
    journal,
    live,
    todo,
    ledgers,
    matters,
    letters,
    drafts,
    rounds,
    team,
    decisions,
    board,
    health,
    traces,
)
