"""The reason or remark somebody states for a register that many may read: given, short, and leading to nobody."""

from __future__ import annotations

from services.chassis.disclosures.errors import DisclosureIdentifiesError, DisclosureWordsError
from services.chassis.ledgers.deidentify import blocked, check_text

LONGEST_WORDS = 500


def stated(name: str, text: str) -> str:
    """The words given in the field `name`, without space around them.

    Raises:
        DisclosureWordsError: nothing is said, or more than fits.
        DisclosureIdentifiesError: they hold what leads to a petitioner.

    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST_WORDS:
        raise DisclosureWordsError(field=name, limit=LONGEST_WORDS)
    if kinds := sorted({finding.risk for finding in blocked(check_text(text))}, key=lambda risk: risk.name):
        raise DisclosureIdentifiesError(
            field=name, kinds_zh="、".join(kind.zh for kind in kinds), kinds_en=", ".join(kind.en for kind in kinds)
        )
    return text
