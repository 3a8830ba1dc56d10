"""Makes the test vectors with the nodes' own code, from fixed keys, salts and times: the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.vectors.files import attachments, equivocation
from tests.vectors.letters import channel, letter_vector, statements
from tests.vectors.parties import directories, keys
from tests.vectors.proofs import journal, proof
from tests.vectors.refused import refusals

MAKERS: dict[str, Callable[[], object]] = {
    "keys": keys,
    "directory": directories,
    "letter": letter_vector,
    "statements": statements,
    "channel": channel,
    "refusals": refusals,
    "equivocation": equivocation,
    "attachments": attachments,
    "journal": journal,
    "proof": proof,
}


def made() -> dict[str, str]:
    """Every file of vectors, by name."""
    return {f"{name}.json": json.dumps(make(), ensure_ascii=False, indent=1) + "\n" for name, make in MAKERS.items()}
