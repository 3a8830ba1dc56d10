"""Who may sign: leaders in their own right, persons they named for some days (代签), each by a password given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.desk.authority import SigningAuthority
from services.chassis.people import store
from services.chassis.people.dated import check_days, reason_text
from services.chassis.people.errors import (
    DelegateUnfitError,
    DelegationUnknownError,
    NotASignerError,
    PostMissingError,
    SignsForSeveralError,
)
from services.chassis.people.gate import PasswordProof, demand_proof
from services.chassis.people.records import Account, Delegation
from services.chassis.people.tables import DELEGATIONS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Grant, Role
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class Substitution:
    """What a leader lets another person do: for whole days in Beijing, both included."""

    to_account_id: str
    from_date: date
    to_date: date
    reason: str
    sub_unit: str | None = None
    matter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be signed, as far as rights go: its sub-unit (empty: the whole body) and its matter, if any."""

    sub_unit: str = ""
    matter_id: str = ""


def delegate_signing(tx: Transaction, caller: Caller, proof: PasswordProof, wanted: Substitution) -> Delegation:
    """Let another person sign for the calling leader. It reaches no further than the leader's own right does.

    Raises:
        ProofOutdatedError: the password has to be given again.
        NotASignerError: the caller is no leader now.
        DelegateUnfitError: the person does not work on matters here, or is the caller.
        FieldInvalidError: days or reason cannot be used.

    """
    demand_proof(tx, caller, proof)
    if not _own_grants(tx, caller.account_id, frozenset({Role.LEADER})):
        raise NotASignerError
    if wanted.to_account_id == caller.account_id or not _own_grants(tx, wanted.to_account_id, BUSINESS_ROLES):
        raise DelegateUnfitError(account_id=wanted.to_account_id)
    check_days(tx.now, wanted.from_date, wanted.to_date)
    reason = reason_text(wanted.reason)
    given = Delegation(
        tx.new_id(),
        caller.account_id,
        wanted.to_account_id,
        wanted.from_date,
        wanted.to_date,
        wanted.sub_unit,
        wanted.matter_id,
        reason,
    )
    _insert(tx, given)
    return given


def revoke_delegation(tx: Transaction, caller: Caller, delegation_id: str) -> None:
    """End a delegation now; one that was ended stays as it is.

    Raises:
        DelegationUnknownError: there is none, or it is neither the caller's nor the caller a security administrator.

    """
    found = store.delegations(tx.connection, DELEGATIONS.c.id == delegation_id)
    mine = [one for one in found if one.from_account_id == caller.account_id or Role.SECURITY_ADMIN in caller.roles]
    if not mine:
        raise DelegationUnknownError(delegation_id=delegation_id)
    if mine[0].revoked_at is not None:
        return
    where = DELEGATIONS.c.id == delegation_id
    tx.connection.execute(sa.update(DELEGATIONS).where(where).values(revoked_at=tx.now))
    note(tx, "delegation_revoked", {"delegation_id": delegation_id, "by": caller.account_id})


def confirm_signer(
    tx: Transaction, caller: Caller, proof: PasswordProof, letter: Letter, for_account_id: str | None = None
) -> SigningAuthority:
    """The caller's authority to sign this one letter, now.

    A leader signs in their own right unless `for_account_id` names another leader. Rights are read in this
    transaction: what was revoked a moment ago does not sign.

    Raises:
        ProofOutdatedError: the password has to be given again.
        NotASignerError: the caller may not sign it, for nobody or not for the leader named.
        SignsForSeveralError: the caller may sign it for several leaders and named none.
        PostMissingError: a letter names posts, and one is not recorded.

    """
    demand_proof(tx, caller, proof)
    if caller.acting_for:
        raise NotASignerError  # a deputy's leave is no delegation of signing
    signer = store.account(tx.connection, caller.account_id)
    for_whom = ""
    if for_account_id is not None or not _leads(tx, caller.account_id, letter):
        leader = _leader_stood_in_for(tx, signer, letter, for_account_id)
        for_whom = f"{leader.name} {_post(tx, leader)}"
        note(tx, "signer_confirmed", {"account_id": signer.account_id, "for_account_id": leader.account_id})
    else:
        note(tx, "signer_confirmed", {"account_id": signer.account_id})
    return SigningAuthority(
        account_id=signer.account_id,
        name=signer.name,
        post=_post(tx, signer),
        for_whom=for_whom,
        sub_unit=letter.sub_unit,
        at=proof.at,
    )


def _leader_stood_in_for(tx: Transaction, signer: Account, letter: Letter, named: str | None) -> Account:
    given = store.delegations(tx.connection, DELEGATIONS.c.to_account_id == signer.account_id)
    leaders = {
        one.from_account_id
        for one in given
        if named in {None, one.from_account_id}
        and one.counts_at(tx.now)
        and one.covers(letter.sub_unit, letter.matter_id)
        and _leads(tx, one.from_account_id, letter)
    }
    # Who lost every working role, or is held after a reset, stands in for nobody.
    if not leaders or not _own_grants(tx, signer.account_id, BUSINESS_ROLES):
        raise NotASignerError
    if len(leaders) > 1:
        raise SignsForSeveralError(count=len(leaders))
    return store.account(tx.connection, leaders.pop())


def _leads(tx: Transaction, account_id: str, letter: Letter) -> bool:
    own = _own_grants(tx, account_id, frozenset({Role.LEADER}))
    return any(grant.covers(letter.sub_unit, letter.matter_id) for grant in own)


def _own_grants(tx: Transaction, account_id: str, roles: frozenset[Role]) -> list[Grant]:
    if not store.account(tx.connection, account_id).usable:
        return []
    held = store.grants(tx.connection, [account_id], tx.now)
    return [one.grant for one in held if one.grant.role in roles and one.grant.counts_at(tx.now)]


def _post(tx: Transaction, account: Account) -> str:
    post = store.post_at(tx.connection, account.person_id, tx.now)
    if post is None:
        raise PostMissingError(account_id=account.account_id)
    return post


def _insert(tx: Transaction, given: Delegation) -> None:
    tx.connection.execute(
        sa.insert(DELEGATIONS).values(
            id=given.delegation_id,
            from_account_id=given.from_account_id,
            to_account_id=given.to_account_id,
            from_date=given.from_date,
            to_date=given.to_date,
            sub_unit=given.sub_unit,
            matter_id=given.matter_id,
            reason=given.reason,
        )
    )
    note(
        tx,
        "signing_delegated",
        {
            "delegation_id": given.delegation_id,
            "from_account_id": given.from_account_id,
            "to_account_id": given.to_account_id,
            "from_date": given.from_date.isoformat(),
            "to_date": given.to_date.isoformat(),
            "sub_unit": given.sub_unit,
            "matter_id": given.matter_id,
        },
    )
