"""Many numbers as one parameter of a query.

An IN with a parameter a number is slow to render, and both databases bound how many parameters there may be (SQLite
32,766, PostgreSQL 65,535): SQLite is given a JSON array, PostgreSQL an array of its own.
"""

import json
from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, func, select

from aggregator.store.session import Session


def one_of(dialect: str, column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Return that `column` is among the numbers of the parameter `name`, which `listed` makes."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(name)).table_valued("value").c.value))
    return column == func.any(bindparam(name, type_=ARRAY(BigInteger)))


def listed(session: Session, found: Iterable[int]) -> str | list[int]:
    """Return numbers, each once, as the value of such a parameter."""
    numbers = sorted(set(found))
    return json.dumps(numbers) if session.dialect.name == "sqlite" else numbers
