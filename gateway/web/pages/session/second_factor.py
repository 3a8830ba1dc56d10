"""The second factor: given at sign-in, set up with a picture to scan, and looked after in one's own account."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import segno
from fastapi import APIRouter, Response
from markupsafe import Markup

from gateway.auth import cookies
from gateway.auth.forms import Form
from gateway.visit import AtAnyStep, SignedIn, Visit
from gateway.web.pages.session.finishing import finished, wait_until
from gateway.web.paths import inside
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import second_factor_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()

STEP_PAGES: Mapping[people.SignInStep.ValueType, str] = MappingProxyType(
    {people.SIGN_IN_STEP_CODE: "session/code.html", people.SIGN_IN_STEP_ENROL: "session/enrol.html"}
)
"""The page of each step that signing in may lack."""
_OFFER_SECONDS = 15 * 60


@router.get("/second-factor", name="second_factor")
async def show(visit: AtAnyStep, after: str = "") -> Response:
    """The step that signing in lacks; for whoever is signed in, how their second factor stands."""
    if visit.step in STEP_PAGES:
        return visit.page(STEP_PAGES[visit.step], kept="", after=inside(after), wait="")
    return visit.page("session/second_factor.html", standing=await _standing(visit))


@router.post("/second-factor/code", name="giving_second_factor")
async def give(visit: AtAnyStep) -> Response:
    """Complete a sign-in with a code."""
    form = await visit.form()
    after, kept = inside(form.text("after")), form.text("kept")
    try:
        await visit.node.second_factor.GiveSecondFactor(pb.GiveSecondFactorRequest(code=form.text("code")))
    except GuantongError as error:
        wait = wait_until(visit, error)
        return visit.refused("session/code.html", error, kept=kept, after=after, wait=wait)
    return await finished(visit, _session(visit), kept, after)


@router.post("/second-factor/start", name="starting_second_factor")
async def start(visit: AtAnyStep) -> Response:
    """Make a secret and show it once, as a picture and as text."""
    form = await visit.form()
    try:
        offer = await visit.node.second_factor.StartSecondFactor(
            pb.StartSecondFactorRequest(password=form.secret("password"), code=form.text("code"))
        )
    except GuantongError as error:
        if visit.step in STEP_PAGES:
            return visit.refused(STEP_PAGES[visit.step], error, **_onward(form), wait="")
        return visit.refused("session/second_factor.html", error, standing=await _standing(visit))
    sealed = visit.gateway.secret.seal({"uri": offer.otpauth_uri, "secret": offer.secret})
    return visit.page(
        "session/confirm.html", **_offered(offer.otpauth_uri, offer.secret), offer=sealed, **_onward(form)
    )


@router.post("/second-factor/confirm", name="confirming_second_factor")
async def confirm(visit: AtAnyStep) -> Response:
    """Confirm the secret with a code of the device, and show the recovery codes once."""
    form = await visit.form()
    sealed = form.text("offer")
    try:
        made = await visit.node.second_factor.ConfirmSecondFactor(pb.ConfirmSecondFactorRequest(code=form.text("code")))
    except GuantongError as error:
        # The node shows a secret once; the page keeps it for as long as somebody mistypes its codes.
        offer = visit.gateway.secret.open(sealed, _OFFER_SECONDS) or {}
        shown = _offered(str(offer.get("uri", "")), str(offer.get("secret", "")))
        return visit.refused("session/confirm.html", error, **shown, offer=sealed, **_onward(form))
    return visit.page("session/recovery_codes.html", codes=list(made.recovery_codes), **_onward(form))


@router.post("/second-factor/finish", name="finishing_sign_in")
async def finish(visit: SignedIn) -> Response:
    """Go on once the recovery codes were put away."""
    form = await visit.form()
    return await finished(visit, _session(visit), form.text("kept"), form.text("after"))


@router.post("/second-factor/codes", name="renewing_recovery_codes")
async def renew(visit: SignedIn) -> Response:
    """Void the recovery codes and show new ones once."""
    form = await visit.form()
    try:
        made = await visit.node.second_factor.RenewRecoveryCodes(
            pb.RenewRecoveryCodesRequest(password=form.secret("password"), code=form.text("code"))
        )
    except GuantongError as error:
        return visit.refused("session/second_factor.html", error, standing=await _standing(visit))
    return visit.page("session/recovery_codes.html", codes=list(made.recovery_codes), kept="", after="/account")


@router.post("/second-factor/remove", name="removing_second_factor")
async def remove(visit: SignedIn) -> Response:
    """Remove one's own second factor."""
    form = await visit.form()
    try:
        await visit.node.second_factor.RemoveSecondFactor(
            pb.RemoveSecondFactorRequest(password=form.secret("password"), code=form.text("code"))
        )
    except GuantongError as error:
        return visit.refused("session/second_factor.html", error, standing=await _standing(visit))
    return visit.go("/second-factor", visit.say("第二因素已解除。"))


def _session(visit: Visit) -> cookies.Session:
    session = cookies.session_of(visit.request)
    return session or cookies.Session("", "")


async def _standing(visit: Visit) -> pb.GetSecondFactorResponse:
    found: pb.GetSecondFactorResponse = await visit.node.second_factor.GetSecondFactor(pb.GetSecondFactorRequest())
    return found


def _onward(form: Form) -> dict[str, Any]:
    return {"kept": form.text("kept"), "after": inside(form.text("after") or "/account")}


def _offered(uri: str, secret: str) -> dict[str, Any]:
    # A white ground and a quiet zone of four modules: cameras need both, whatever the page looks like.
    drawn = segno.make(uri, error="m").svg_inline(border=4, light="#fff", omitsize=True) if uri else ""
    return {"picture": Markup(drawn), "secret": secret}  # noqa: S704  segno draws paths from the text, and quotes none
