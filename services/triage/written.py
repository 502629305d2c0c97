"""YAML as people write it: every name said once, and every place known by its line."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.errors import Rejected


class OnceEach(yaml.SafeLoader):
    """Refuses a mapping that says the same thing twice, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - theirs
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is said twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says, and where in it."""

    said: Any
    root: yaml.Node | None

    @classmethod
    def read(cls, path: Path) -> "Written":
        """Raises Rejected, naming the line that is no YAML or says something twice."""
        try:
            loader = OnceEach(path.read_text(encoding="utf-8"))
            root = loader.get_single_node()
            return cls(None if root is None else loader.construct_document(root), root)
        except (OSError, UnicodeDecodeError) as error:
            raise Rejected(f"{path}: cannot be read: {error}") from error
        except yaml.MarkedYAMLError as error:
            line = "" if error.problem_mark is None else f":{error.problem_mark.line + 1}"
            raise Rejected(f"{path}{line}: {error.problem}") from error
        except yaml.YAMLError as error:
            raise Rejected(f"{path}: cannot be read: {error}") from error

    def line(self, place: Sequence[int | str]) -> int:
        """The line, counted from 1, of what stands at `place`; as deep as the file goes."""
        node = self.root
        for step in place:
            if (below := _below(node, step)) is None:
                break
            node = below
        return 1 if node is None else node.start_mark.line + 1


def _below(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((key if _is_leaf(value) else value for key, value in node.value if key.value == step), None)
    return None


def _is_leaf(node: yaml.Node) -> bool:
    # A folded text begins below its name; people look for the name.
    return isinstance(node, yaml.ScalarNode)
