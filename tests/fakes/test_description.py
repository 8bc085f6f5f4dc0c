"""The facts that the stand-in is held to are those of Twilio's own description of its API, where that lies at hand."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
DESCRIPTION = HERE.parents[3] / "shared" / "reference" / "twilio_api_v2010.json"
"""Beside the repository, where somebody has fetched it; elsewhere the written facts below are compared."""
CONTRACT: dict[str, Any] = json.loads(HERE.with_name("contract.json").read_text())
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages"
CALLS = {
    "create": (f"{MESSAGES}.json", "post"),
    "list": (f"{MESSAGES}.json", "get"),
    "fetch": (f"{MESSAGES}/{{Sid}}.json", "get"),
    "delete": (f"{MESSAGES}/{{Sid}}.json", "delete"),
}
PARTS = ("type", "format", "pattern", "nullable")


def fact(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """What `contract.json` says of a field or parameter with this schema."""
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "enum" in schema:
        return {"enum": schema["enum"]}
    items = {"items": schema["items"]["type"]} if "items" in schema else {}
    return {part: schema[part] for part in PARTS if part in schema} | items


def described() -> dict[str, Any]:
    """The facts of the description in the shape of `contract.json`; raises KeyError for a path that is not there."""
    whole = json.loads(DESCRIPTION.read_text())
    schemas = whole["components"]["schemas"]
    calls = {name: whole["paths"][path][method] for name, (path, method) in CALLS.items()}
    form = calls["create"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    page = calls["list"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    message = schemas["api.v2010.account.message"]["properties"]
    return {
        "message": {name: fact(schema, schemas) for name, schema in message.items()},
        "create": {
            "required": form["required"],
            "parameters": {name: fact(schema, schemas) for name, schema in form["properties"].items()},
        },
        "list": {
            "parameters": [at["name"] for at in calls["list"]["parameters"] if at["in"] == "query"],
            "page": {name: fact(schema, schemas) for name, schema in page.items() if name != "messages"},
        },
        "statuses": {name: list(call["responses"]) for name, call in calls.items()},
    }


def test_the_facts_are_those_of_the_description() -> None:
    kept = {name: facts for name, facts in CONTRACT.items() if name != "from"}
    facts = described() if DESCRIPTION.exists() else kept
    assert facts == kept
    assert facts["create"]["required"] == ["To"]
    assert facts["statuses"] == {"create": ["201"], "list": ["200"], "fetch": ["200"], "delete": ["204"]}
    assert {"sid", "status", "error_code", "error_message", "date_sent"} <= facts["message"].keys()
    assert {"queued", "sent", "delivered", "undelivered", "failed"} <= {*facts["message"]["status"]["enum"]}
    assert {"To", "From", "Body", "StatusCallback", "ValidityPeriod"} <= facts["create"]["parameters"].keys()
    assert {"To", "DateSent>", "PageSize"} <= {*facts["list"]["parameters"]}
