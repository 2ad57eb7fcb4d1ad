"""Definitions as YAML text: read from strangers with care, written so that a person can read them."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from core.yaml_text import PlainLoader
from trajectories.calculations.refusals import DefinitionRefused

#: A longer file is no definition.
LONGEST: Final = 1_000_000


class _Loader(PlainLoader):
    """Plain YAML in which nothing refers to anything, so that a small file cannot become a large one."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node, unless it stands for another."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML's stubs say no types here
            raise yaml.constructor.ConstructorError(None, None, "references (*name) are not taken", mark)
        return super().compose_node(parent, index)


def read_yaml(content: bytes) -> object:
    """Return what a YAML or JSON file holds; raises `DefinitionRefused` with the line."""
    if len(content) > LONGEST:
        raise DefinitionRefused(_("The file is too long to be a definition."))
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 -- a SafeLoader, and stricter
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise DefinitionRefused(
            _("The file cannot be read: %(why)s") % {"why": " ".join(str(error).split())[:300]}
        ) from None


class _Dumper(yaml.SafeDumper):
    """Block style outside, lists of words on one line."""


def _represent_list(dumper: yaml.SafeDumper, listed: list[Any]) -> yaml.Node:
    is_plain = all(isinstance(one, str | int | float) or one is None for one in listed)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", listed, flow_style=is_plain)


_Dumper.add_representer(list, _represent_list)


def write_yaml(sheet: dict[str, Any]) -> str:
    """Write a definition as `import_trajectory` reads it."""
    plain = json.loads(json.dumps(sheet))  # no object twice, so no references
    return yaml.dump(plain, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
