"""Templates and their tools: one environment per language, loaded once, escaping everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway.language.formats import Formats
from gateway.language.words import LANGUAGES, words
from gateway.web.static_files import StaticFiles


class Rendering:
    """Renders templates. Every page finds `_`, `formats`, `static` and `language` beside what it is given."""

    def __init__(self, files: StaticFiles, everywhere: Mapping[str, Any]) -> None:
        """`everywhere` is known to every template: the body, the county."""
        self._environments = {language: _environment(language, files, everywhere) for language in LANGUAGES}

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> str:
        """The page as HTML."""
        return self._environments[language].get_template(template).render(context)


def _environment(language: str, files: StaticFiles, everywhere: Mapping[str, Any]) -> Environment:
    environment = Environment(
        loader=PackageLoader("gateway.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    said = words(language)
    environment.install_gettext_callables(said.gettext, said.ngettext, newstyle=True)  # type: ignore[attr-defined]
    formats = Formats(language)
    environment.globals.update(everywhere, formats=formats, static=files.url, language=language)
    environment.filters.update(day=formats.day, when=formats.when, exactly=formats.exactly, iso=formats.iso)
    environment.filters["number"] = formats.number
    return environment
