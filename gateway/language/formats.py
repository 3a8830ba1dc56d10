"""Dates, times, ages and numbers as people read them: Beijing time, Chinese or English."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.words import words
from services.chassis.clock import BEIJING
from services.chassis.timestamps import instant

_LOCALES = {"zh": "zh_CN", "en": "en_GB"}


class Formats:
    """Puts instants and numbers into words of one language. What is absent stays empty: no date is ever made up."""

    def __init__(self, language: str) -> None:
        self._locale = _LOCALES[language]
        self._words = words(language)

    def day(self, value: str | date | None) -> str:
        """A date with its weekday, for example 3月2日 周一; with the year unless `value` is empty."""
        found = date.fromisoformat(value) if isinstance(value, str) and value else value
        if not found:
            return ""
        pattern = "y年M月d日 EEE" if self._locale == "zh_CN" else "EEE d MMM y"
        return format_date(found, pattern, locale=self._locale)

    def when(self, value: Timestamp | datetime | None) -> str:
        """An instant to the minute, Beijing time."""
        found = moment(value)
        return f"{found.astimezone(BEIJING):%Y-%m-%d %H:%M}" if found else ""

    def exactly(self, value: Timestamp | datetime | None) -> str:
        """An instant to the second, Beijing time, for what somebody may have to prove."""
        found = moment(value)
        return f"{found.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if found else ""

    def iso(self, value: Timestamp | datetime | None) -> str:
        """For the `datetime` attribute of a `time` element."""
        found = moment(value)
        return found.astimezone(BEIJING).isoformat(timespec="seconds") if found else ""

    def ago(self, value: Timestamp | datetime | None, now: datetime) -> str:
        """How long ago, in the largest unit that fits."""
        found = moment(value)
        if found is None:
            return ""
        seconds = int((now - found).total_seconds())
        _ = self._words.gettext
        if seconds < 60:
            return _("刚刚") if seconds > -60 else self.when(found)
        for unit, text in ((86_400, _("%(count)s 天前")), (3_600, _("%(count)s 小时前")), (60, _("%(count)s 分钟前"))):
            if seconds >= unit:
                return text % {"count": seconds // unit}
        return ""

    def number(self, value: float) -> str:
        """A number with its thousands set apart."""
        return str(format_decimal(value, locale=self._locale))


def moment(value: Timestamp | datetime | None) -> datetime | None:
    """An instant of a message or our own; None where the message says nothing."""
    if isinstance(value, Timestamp):
        return instant(value) if value.seconds or value.nanos else None
    return value
