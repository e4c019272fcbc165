"""Prints the shapes that botocore's model of EMR gives to the inputs of some operations, as one JSON document."""

import json
import sys

from botocore.loaders import Loader

model = Loader().load_service_model("emr", "service-2")
shapes = model["shapes"]


def described(name):
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        required = shape.get("required", [])
        return {
            member + ("!" if member in required else ""): described_member(value["shape"])
            for member, value in shape["members"].items()
        }
    if kind == "list":
        return [described_member(shape["member"]["shape"])]
    if kind == "map":
        return {"{}": described_member(shape["value"]["shape"])}
    constraints = {key: shape[key] for key in ("min", "max", "pattern") if key in shape}
    if "enum" in shape:
        constraints["enum"] = sorted(shape["enum"])
    return {"type": {"long": "integer"}.get(kind, kind), **constraints}


under_way = []


def described_member(name):
    if shapes[name]["type"] != "structure":
        return described(name)
    if name in under_way:
        return "again"
    under_way.append(name)
    try:
        return described(name)
    finally:
        under_way.pop()


inputs = {name: described_member(model["operations"][name]["input"]["shape"]) for name in sys.argv[1:]}
errors = {
    name: [error["shape"] for error in model["operations"][name].get("errors", [])] for name in sys.argv[1:]
}
print(json.dumps({"inputs": inputs, "errors": errors}))
