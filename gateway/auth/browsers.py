"""What a browser says it is, in the few words by which a person recognises it in the list of their sessions."""

from __future__ import annotations

# Every browser names others before itself, so the order matters: the first that is found is the one.
_PROGRAMS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def browser_name(user_agent: str) -> str:
    """For example "Chrome, Linux"; empty where the header says nothing known."""
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (program, system) if part)
