"""What the models share: words in two languages, instants, pages, and how absent values are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.wording import told
from gateway.language.formats import moment
from services.chassis.clock import BEIJING

DEFAULT_SIZE, LARGEST_SIZE = 50, 500


class Model(BaseModel):
    """One thing of the contract. Unknown words in what a program sends are refused, so that typing errors show."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Model):
    """A name in two languages."""

    zh: Annotated[str, told("中文", "Chinese", "提供有关情况的函")]
    en: Annotated[str, told("英文", "English", "Request for information")]


Size = Annotated[
    int,
    Field(ge=1, le=LARGEST_SIZE),
    told("每页最多多少条; 实际可能更少", "At most this many on a page; there may be fewer", DEFAULT_SIZE),
]
PageToken = Annotated[
    str,
    Field(max_length=500),
    told("上一页给出的分页标记; 空为首页", "The token of the previous page; empty for the first"),
]
Next = Annotated[
    str | None,
    told("下一页的地址(含分页标记); 末页为空", "Address of the next page, token included; null on the last", None),
]


class Paged(Model):
    """Which page of a list is wanted."""

    page_size: Size = DEFAULT_SIZE
    page_token: PageToken = ""


def when(stamp: Timestamp | None) -> datetime | None:
    """The instant of a message, in Beijing time; None where it says nothing."""
    found = moment(stamp)
    return found.astimezone(BEIJING) if found else None


def day(text: str) -> date | None:
    """The date of a message; None where it says nothing."""
    return date.fromisoformat(text) if text else None
