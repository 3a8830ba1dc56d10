"""The documentation of the REST interface as a page of the gateway, drawn from the document that describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from starlette.routing import Mount

from gateway.api.wording import in_language
from gateway.visit import AnyVisit

router = APIRouter()
_METHODS = ("get", "post", "put", "delete")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter of an operation, or a field of a model."""

    name: str
    place: str
    kind: str
    link: str
    """The model it is made of; empty for a plain value."""
    required: bool
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One way an operation answers."""

    status: str
    meaning: str
    link: str
    media_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    id: str
    method: str
    path: str
    title: str
    meaning: str
    parameters: tuple[Part, ...]
    takes: tuple[str, ...]
    """Content types of its body."""
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """Operations about one thing."""

    title: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A model with its fields."""

    name: str
    parts: tuple[Part, ...]


@router.get("/api/docs", name="api_docs", include_in_schema=False)
async def docs(visit: AnyVisit) -> Response:
    """What the interface offers."""
    mounted = next(one for one in visit.request.app.routes if isinstance(one, Mount))
    document: Document = mounted.app.openapi()  # type: ignore[attr-defined]  # the REST interface is a FastAPI application
    language, address = visit.language, str(visit.request.base_url).rstrip("/")
    scheme = next(iter(document["components"]["securitySchemes"].values()))
    return visit.page(
        "api/docs.html",
        about=in_language(document["info"]["description"], language),
        token=in_language(scheme["description"], language),
        groups=list(groups(document, language, address)),
        shapes=list(shapes(document, language)),
    )


def groups(document: Document, language: str, address: str) -> Iterator[Group]:
    """The operations by what they are about, in the document's order."""
    prefix = document["servers"][0]["url"]
    for tag in document["tags"]:
        found = [
            _operation(address, prefix + path, method, one, language)
            for path, methods in document["paths"].items()
            for method, one in methods.items()
            if method in _METHODS and tag["name"] in one["tags"]
        ]
        yield Group(in_language(tag["description"], language), tuple(found))


def shapes(document: Document, language: str) -> Iterator[Shape]:
    """The models by name."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        needed = schema.get("required", ())
        parts = [_part(key, "", one, key in needed, language) for key, one in schema.get("properties", {}).items()]
        if parts:
            yield Shape(name, tuple(parts))


def _operation(address: str, path: str, method: str, one: Document, language: str) -> Operation:
    parameters = tuple(
        _part(each["name"], each["in"], {**each["schema"], **_said(each)}, each.get("required", False), language)
        for each in one.get("parameters", ())
    )
    takes = tuple(one.get("requestBody", {}).get("content", {}))
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        title=in_language(one["summary"], language),
        meaning=in_language(one.get("description", ""), language),
        parameters=parameters,
        takes=takes,
        answers=tuple(_answer(status, each, language) for status, each in sorted(one["responses"].items())),
        curl=_curl(address, path, method, parameters, takes),
    )


def _said(parameter: Document) -> dict[str, Any]:
    return {key: parameter[key] for key in ("description", "examples") if key in parameter}


def _answer(status: str, one: Document, language: str) -> Answer:
    content = one.get("content", {})
    named = next((_link(each.get("schema", {})) for each in content.values()), "")
    meaning = in_language(one["description"], language)
    return Answer(status, "" if meaning == "Successful Response" else meaning, named, tuple(content))


def _part(name: str, place: str, schema: Document, required: bool, language: str) -> Part:  # noqa: FBT001 as the schema has it
    examples = schema.get("examples") or ([] if schema.get("default") in {None, ""} else [schema["default"]])
    return Part(
        name=name,
        place=place,
        kind=_kind(schema),
        link=_link(schema),
        required=required,
        meaning=in_language(schema.get("description", ""), language),
        example=json.dumps(examples[0], ensure_ascii=False) if examples and examples[0] is not None else "",
    )


def _kind(schema: Document) -> str:
    """A short name of what may stand there, such as `date or null` or `Rung[]`."""
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "any")


def _link(schema: Document) -> str:
    """The model that a schema is made of."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]
    return next((found for one in inner if (found := _link(one))), "")


def _curl(address: str, path: str, method: str, parameters: tuple[Part, ...], takes: tuple[str, ...]) -> str:
    named = {part.name: part.example.strip('"') for part in parameters if part.place == "path" and part.example}
    for name, example in named.items():
        path = path.replace(f"{{{name}}}", example)
    words = ["curl", "-H 'Authorization: Bearer gtp.…'"]
    if method != "get":
        words.insert(1, f"-X {method.upper()}")
    words += [f"-H '{part.name}: {part.example.strip(chr(34))}'" for part in parameters if part.place == "header"]
    if takes:
        words += [f"-H 'Content-Type: {takes[0]}'", "--data-binary @ledger.csv"]
    return " ".join([*words, f"'{address}{path}'"])
