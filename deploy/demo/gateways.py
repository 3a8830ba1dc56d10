"""The gateways of the county: started side by side, and looked at once as a clerk would, without a browser."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from deploy.demo.offices import PASSWORD
from services.chassis.county.layout import County
from services.chassis.county.processes import Processes, web, web_address

_READY_SECONDS, _ANSWER_SECONDS, _AT_ONCE = 90.0, 60.0, 4
_MARK = re.compile(r'name="form_mark" value="([^"]*)"')
_TAB = re.compile(r'<nav class="tabs".*?</nav>', re.DOTALL)
_LINK = re.compile(r'href="(/[^"?#]*)"')
_MATRIX = re.compile(r'href="(/rounds/[^"/?#]+/matrix)[?#"]')


@dataclass(frozen=True)
class Looked:
    """What a clerk saw at one gateway: the pages opened, and the one that failed with its status or error."""

    body: str
    opened: tuple[str, ...]
    failed: str = ""


def start_gateways(county: County, processes: Processes) -> dict[str, str]:
    """Start every body's gateway and wait until all answer; their addresses by body.

    Raises:
        ProcessesError: one did not come up.
    """
    for body in county.bodies:
        _see_to_a_free_port(county.folder.gateway_config(body))
    names = [web(body) for body in county.bodies]
    processes.start(names)
    processes.wait_ready(names, _READY_SECONDS)
    return addresses(county)


def _see_to_a_free_port(config: Path) -> None:
    """The port was free when the county was made; on a busy machine somebody may have taken it since."""
    host, port = web_address(config)
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError:
            probe.bind((host, 0))
            text = config.read_text(encoding="utf-8")
            config.write_text(text.replace(f"port = {port}", f"port = {probe.getsockname()[1]}"), encoding="utf-8")


def addresses(county: County) -> dict[str, str]:
    """Where each body's gateway is found by a browser."""
    where = {body: web_address(county.folder.gateway_config(body)) for body in county.bodies}
    return {body: f"http://{host}:{port}/" for body, (host, port) in where.items()}


def look_at_gateways(where: Mapping[str, str]) -> list[Looked]:
    """Sign in at each as its clerk and open every page that its navigation offers, and every round's matrix."""
    with ThreadPoolExecutor(_AT_ONCE) as several:
        return list(several.map(lambda one: _look(*one), where.items()))


def _look(body: str, address: str) -> Looked:
    visitor, opened = _Visitor(address), list[str]()
    try:
        visitor.sign_in("clerk")
        waiting = ["/"]
        while waiting:
            opened.append(waiting.pop(0))
            page = visitor.get(opened[-1])
            tabs = _TAB.search(page)
            found = dict.fromkeys([*(_LINK.findall(tabs[0]) if tabs else ()), *_MATRIX.findall(page)])
            waiting += [one for one in found if one not in (*opened, *waiting)]
    except HTTPError as error:
        return Looked(body, tuple(opened), f"{opened[-1] if opened else '/sign-in'} {error.code}")
    except OSError as error:
        return Looked(body, tuple(opened), f"{opened[-1] if opened else '/sign-in'} {type(error).__name__}")
    return Looked(body, tuple(opened))


class _Visitor:
    """A browser without scripts, styles and pictures. Refused pages raise `HTTPError`."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        # Whatever proxy this machine uses for the world outside, its own gateways are not behind it.
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """The page as HTML."""
        with self._opener.open(self._address + path, timeout=_ANSWER_SECONDS) as answer:
            return str(answer.read().decode())

    def sign_in(self, login: str) -> None:
        """As a person does, through the page's own form."""
        found = _MARK.search(self.get("/sign-in"))
        typed = {"login": login, "password": PASSWORD, "form_mark": found[1] if found else ""}
        with self._opener.open(f"{self._address}/sign-in", urlencode(typed).encode(), timeout=_ANSWER_SECONDS):
            pass
