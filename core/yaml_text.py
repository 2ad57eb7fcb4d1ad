"""Read YAML as JSON is read: days stay text, and what cannot be read is named with its line."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import ConstructorError

DAYS = "tag:yaml.org,2002:timestamp"


class PlainLoader(yaml.SafeLoader):
    """A SafeLoader without days: a wrong one is for its field to refuse, not for the whole file."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 -- PyYAML calls it so
        """Construct a value; a number that is none (`0x_`) is refused where it stands."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from error


PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != DAYS]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
