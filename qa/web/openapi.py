"""The description of `GET /ask`: as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib.metadata import version
from typing import Any

from qa.search.query import MAX_CHARACTERS

MOST_PASSAGES = 100  # in one answer
MOST_HISTORY = 50  # questions


def _object(required: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {**required, **others}}


_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_OFFSET = {"type": "integer", "minimum": 0}
_SPANS = {"type": "array", "items": {"type": "array", "items": _OFFSET, "minItems": 2, "maxItems": 2}}
_PLACE = {
    "kind": {"enum": ["article", "comment"], "description": "article or comment"},
    "author": {**_TEXT_OR_NULL, "description": "who wrote the post"},
    "date": {**_TEXT_OR_NULL, "description": "when, in ISO 8601"},
    "post": {**_OFFSET, "description": "the index of the post in its thread"},
    "source": {**_TEXT, "description": "the name of the text"},
    "start": {**_OFFSET, "description": "the offset in the text's reading text, in code points"},
    "end": {**_OFFSET, "description": "the offset after the last character"},
}
_QUOTE = {
    "text": {**_TEXT, "description": "the passage, word for word"},
    "highlights": {**_SPANS, "description": "what answers in it, as offsets like start"},
    **_PLACE,
    "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "how well it fits the question, 0 to 1"},
}
_LOCATION = {
    "page": {"type": "integer", "minimum": 1, "description": "the page of a PDF"},
    "box": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 4,
        "description": "left, bottom, right and top in points from the lower left corner of the page",
    },
    "time": {**_TEXT, "description": "of spoken words or of a message"},
}
_ANSWER = {
    "question": {**_TEXT, "description": "as it was asked"},
    "found": {"type": "boolean", "description": "whether the texts answer"},
    "text": {**_TEXT_OR_NULL, "description": "the exact words that answer"},
    "confidence": {"type": ["number", "null"], "description": "the probability that they are right, 0 to 1"},
    "certainty": {
        "enum": ["sure", "likely", "perhaps", "none"],
        "description": "the same in a word: sure or likely if found, perhaps or none if not",
    },
    "quotes": {"type": "array", "items": {"$ref": "#/components/schemas/Quote"}, "description": "best first"},
}
_SOMETIMES = {
    "understood_as": {**_TEXT, "description": "what was asked in the light of the history"},
    "closest": {**_TEXT, "description": "if the certainty is perhaps: what may answer"},
    "missing_terms": {"type": "array", "items": _TEXT, "description": "the question's words that no text says"},
    "left_out": {"type": "array", "items": _TEXT, "description": "phrases and words that left passages out"},
    "unknown": {"type": "array", "items": _TEXT, "description": "filters that name an author or a text not there"},
    "matching": {**_OFFSET, "description": "if the question has filters alone: how many passages match them"},
}
_QUOTE_SOMETIMES = {
    "also": {"type": "array", "items": _object(_PLACE, {}), "description": "the places of near-duplicates"},
    "locations": {
        "type": "array",
        "items": _object({"start": _OFFSET, "end": _OFFSET}, _LOCATION),
        "description": "of a file with pages or times: page and box, or time, of each part",
    },
}
_PARAMETERS = (
    (
        "q",
        "The question. It may hold filters such as in:comments, author:NAME, source:NAME, before:DATE and after:DATE.",
        {"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS},
    ),
    (
        "top_k",
        "How many passages the answer shows at most.",
        {"type": "integer", "minimum": 1, "maximum": MOST_PASSAGES, "default": 5},
    ),
    (
        "history",
        "A question that was asked before; repeat it for each, the newest last. A question that leaves something "
        "unsaid is understood in its light.",
        {
            "type": "array",
            "items": {"type": "string", "maxLength": MAX_CHARACTERS},
            "maxItems": MOST_HISTORY,
            "default": [],
        },
    ),
)
_STATUSES = {
    "400": "A parameter is missing or not understood.",
    "401": "A login is needed.",
    "403": "The request comes from a page of another site, or calls the server by a name that is not its own.",
    "405": "Only GET is understood.",
    "413": "The request has a body.",
    "429": "There were too many questions from this address: wait a minute.",
    "500": "The library is damaged.",
    "503": "Too many questions are waiting, the library cannot be read now, or the server is stopping: try again soon.",
}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Verbatim",
        "version": version("verbatim-qa"),
        "summary": "Ask the texts of a library, get their own words back.",
    },
    "servers": [{"url": "."}],  # relative to this description, so that it holds below any path
    "paths": {
        "/ask": {
            "get": {
                "operationId": "ask",
                "summary": "Answer a question in the texts' own words.",
                "parameters": [
                    {"name": name, "in": "query", "required": name == "q", "description": said, "schema": schema}
                    for name, said, schema in _PARAMETERS
                ],
                "responses": {
                    "200": {"description": "The answer.", "content": _json("Answer")},
                    **{status: {"description": said, "content": _json("Error")} for status, said in _STATUSES.items()},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Answer": _object(_ANSWER, _SOMETIMES),
            "Quote": _object(_QUOTE, _QUOTE_SOMETIMES),
            "Error": _object({"detail": {**_TEXT, "description": "what is wrong, and what to do"}}, {}),
        }
    },
}

_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;"
    "border-bottom:1px solid}code,pre{font-family:ui-monospace,monospace}pre{overflow-x:auto}"
)


@cache
def description_page() -> str:
    """The description as HTML that loads nothing."""
    operation = DESCRIPTION["paths"]["/ask"]["get"]
    parameters = [
        (one["name"], f"{one['description']} {_bounds(one['schema'])}", "required" if one["required"] else "optional")
        for one in operation["parameters"]
    ]
    schemas = DESCRIPTION["components"]["schemas"]
    fields = [
        (name, value["description"], "always" if name in schemas["Answer"]["required"] else "sometimes")
        for name, value in schemas["Answer"]["properties"].items()
    ]
    quote = [
        (name, value["description"], "always" if name in schemas["Quote"]["required"] else "sometimes")
        for name, value in schemas["Quote"]["properties"].items()
    ]
    statuses = [(status, response["description"], "") for status, response in operation["responses"].items()]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Verbatim for programs</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Verbatim for programs</h1>"
        f'<p>{escape(DESCRIPTION["info"]["summary"])} The same as <a href="openapi.json">OpenAPI</a>.</p>'
        '<h2><code>GET ask?q=…</code></h2><p>Try it: <a href="ask?q=Where%20are%20Leica%20lenses%20made%3F">'
        "<code>ask?q=Where are Leica lenses made?</code></a></p>"
        f"{_table('Parameters', 'Name', parameters)}{_table('The answer', 'Field', fields)}"
        f"{_table('Each quote', 'Field', quote)}{_table('Status', 'Code', statuses)}"
        f"<h3>An error</h3><pre>{escape(json.dumps({'detail': 'give one question, as q'}))}</pre></main></body></html>"
    )


def _bounds(schema: dict[str, Any]) -> str:
    """What a parameter may be, in words."""
    if schema["type"] == "integer":
        return f"A number from {schema['minimum']} to {schema['maximum']}; {schema['default']} if it is not given."
    if schema["type"] == "array":
        return f"At most {schema['maxItems']} times."
    return f"At most {schema['maxLength']:,} characters."


def _table(caption: str, first: str, rows: list[tuple[str, str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(said)}</td><td>{escape(when)}</td></tr>'
        for name, said, when in rows
    )
    return (
        f'<h3>{escape(caption)}</h3><table><thead><tr><th scope="col">{escape(first)}</th>'
        f'<th scope="col">Meaning</th><th scope="col">When</th></tr></thead><tbody>{body}</tbody></table>'
    )
