"""What a query reads, from DuckDB's own syntax tree."""

import json
from typing import Any

from flows.headers import ModelError
from flows.store.warehouse import Connection

_READ: dict[str, set[str]] = {}  # what a query reads depends on nothing but its text


def dependencies(connection: Connection, query: str, name: str) -> set[str]:
    """The tables a query reads, as `schema.table`, from DuckDB's own syntax tree.

    The tree is used because `get_table_names` binds the query and so refuses `USING` and `unnest` over tables that
    are not built yet. Raises ModelError for anything but one SELECT without parameters over qualified tables.
    """
    if query in _READ:
        return set(_READ[query])
    nodes: list[dict[str, Any]] = []  # every object of the tree, gathered as it is read

    def gather(node: dict[str, Any]) -> dict[str, Any]:
        nodes.append(node)
        return node

    serialized = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()[0][0]
    tree = json.loads(serialized, object_hook=gather)
    if tree.get("error", True):
        raise ModelError(f"{name} is not a SELECT that DuckDB reads: {tree.get('error_message')}; fix its file.")
    if len(tree["statements"]) != 1:
        raise ModelError(f"{name} holds {len(tree['statements'])} statements; a file is one SELECT.")
    if any(node.get("class") == "PARAMETER" for node in nodes):
        raise ModelError(f"{name} takes a parameter; a file must run as it stands.")
    temporary = {entry["key"] for node in nodes for entry in node.get("cte_map", {}).get("map", [])}
    read = set()
    for node in nodes:
        if node.get("type") != "BASE_TABLE":
            continue
        if node["schema_name"]:
            read.add(f"{node['schema_name']}.{node['table_name']}")
        elif node["table_name"] not in temporary:
            raise ModelError(f"{name} reads {node['table_name']} without its schema; write schema.table.")
    _READ[query] = read
    return set(read)
