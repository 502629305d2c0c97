"""
MiniLM's six layers as an ONNX graph, written operator by operator as they shall run: nothing is traced and nothing optimised later.

Every product multiplies bytes. Activations are rounded within fixed ranges, so a text's vector does not depend on the texts beside it
(ranges found while running, the usual way, are those of the whole batch). Weights have seven bits: on processors without VNNI two products
of eight bits do not always fit where they are summed, and the vector would depend on the processor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LAYERS: Final = 6
_HEADS: Final = 12
_DIMS: Final = 384
_EPSILON: Final = 1e-12
_LARGEST_WEIGHT: Final = 64
_LARGEST_ROW: Final = 127
_TOLD: Final = (2, 4, 6)
_OWN: Final = "com.microsoft"  # onnxruntime's operators beyond the standard

Weights = dict[str, "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Range:
    """What an activation was seen to be, zero included."""

    least: float
    largest: float

    @property
    def step(self) -> np.float32:
        """Of 255. Three digits, so that another processor's last bits make the same file."""
        return np.float32(f"{(self.largest - self.least) / 255:.3g}")

    @property
    def zero(self) -> np.uint8:
        """The byte that stands for nothing."""
        return np.uint8(np.clip(np.rint(-self.least / self.step), 0, 255))


def watched() -> list[str]:
    """The activations that are multiplied, and so want a range."""
    return [f"{name}{layer}" for layer in range(LAYERS) for name in ("x", "attended", "h", "active")]


def network(weights: Weights, ranges: Mapping[str, Range] | None) -> ModelProto:
    """
    From `input_ids` (texts, tokens; all of one length) to what `reading.encoder.Encoded` says of them.

    `emb` (texts, 384) is the mean of the last layer, of length one; `layers` (texts, 2688) the means of all six and the maximum of the last;
    `tokens` (texts, tokens, 1152) the second, fourth and sixth. Without ranges it multiplies floats, and gives what is `watched` as well.
    """
    graph = _Graph(ranges)
    _embed(graph, weights)
    for layer in range(LAYERS):
        _attend(graph, weights, layer)
        _think(graph, weights, layer)
    means = [_mean(graph, layer) for layer in range(1, LAYERS + 1)]
    graph.add("LpNormalization", [means[-1]], "emb", axis=-1, p=2)
    graph.add("ReduceMax", [f"x{LAYERS}"], "most", axes=[1], keepdims=0)
    graph.add("Concat", [*means, "most"], "layers", axis=1)
    graph.add("Concat", [f"x{layer}" for layer in _TOLD], "tokens", axis=2)
    return graph.model(["emb", "layers", "tokens", *([] if ranges else watched())])


@dataclass(slots=True)
class _Graph:
    ranges: Mapping[str, Range] | None
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def normed(self, x: str, output: str, weights: Weights, name: str) -> str:
        scale, shift = (self.constant(f"{output}.{part}", weights[f"{name}.LayerNorm.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", [x, scale, shift], output, axis=-1, epsilon=_EPSILON)

    def rounded(self, x: str) -> None:
        if self.ranges:
            step, zero = (self.constant(f"{x}.{part}", np.array(getattr(self.ranges[x], part))) for part in ("step", "zero"))
            self.add("QuantizeLinear", [x, step, zero], f"{x}.bytes")

    def product(self, x: str, output: str, weights: Weights, name: str) -> str:
        matrix, bias = weights[f"{name}.weight"].T, self.constant(f"{output}.bias", weights[f"{name}.bias"])
        if not self.ranges:
            self.add("MatMul", [x, self.constant(f"{output}.weight", matrix)], f"{output}.product")
            return self.add("Add", [f"{output}.product", bias], output)
        steps = np.abs(matrix).max(axis=0) / np.float32(_LARGEST_WEIGHT)
        inputs = [
            f"{x}.bytes",
            self.constant(f"{output}.weight", np.rint(matrix / steps).astype(np.int8)),
            f"{x}.step",
            self.constant(f"{output}.steps", steps),
            f"{x}.zero",
            self.constant(f"{output}.zeros", np.zeros(len(steps), dtype=np.int8)),
            bias,
        ]
        return self.add("MatMulIntegerToFloat", inputs, output, _OWN)

    def model(self, outputs: list[str]) -> ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "minilm",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs],
            self.constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_OWN, 1)], ir_version=8)


def _embed(graph: _Graph, weights: Weights) -> None:
    words = weights["embeddings.word_embeddings.weight"]
    steps = np.abs(words).max(axis=1, keepdims=True) / np.float32(_LARGEST_ROW)
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    graph.add("Gather", [graph.constant("words", np.rint(words / np.maximum(steps, 1e-9)).astype(np.int8)), "input_ids"], "rows")
    graph.add("Gather", [graph.constant("words.steps", steps), "input_ids"], "rows.steps")
    graph.add("Cast", ["rows"], "rows.floats", to=TensorProto.FLOAT)
    graph.add("Mul", ["rows.floats", "rows.steps"], "meant")
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    first = graph.constant("first", np.array([0], dtype=np.int64))
    graph.add("Slice", [graph.constant("positions", positions), first, "length", first], "placed")
    graph.add("Add", ["meant", "placed"], "embedded")
    graph.normed("embedded", "x0", weights, "embeddings")


def _attend(graph: _Graph, weights: Weights, layer: int) -> None:
    own = f"encoder.layer.{layer}.attention"
    graph.rounded(f"x{layer}")
    asked = [graph.product(f"x{layer}", f"{part}{layer}", weights, f"{own}.self.{part}") for part in ("query", "key", "value")]
    graph.add("MultiHeadAttention", asked, f"attended{layer}", _OWN, num_heads=_HEADS)
    graph.rounded(f"attended{layer}")
    graph.product(f"attended{layer}", f"answer{layer}", weights, f"{own}.output.dense")
    graph.add("Add", [f"answer{layer}", f"x{layer}"], f"answered{layer}")
    graph.normed(f"answered{layer}", f"h{layer}", weights, f"{own}.output")


def _think(graph: _Graph, weights: Weights, layer: int) -> None:
    own = f"encoder.layer.{layer}"
    graph.rounded(f"h{layer}")
    graph.product(f"h{layer}", f"wide{layer}", weights, f"{own}.intermediate.dense")
    graph.add("Gelu", [f"wide{layer}"], f"active{layer}", _OWN)
    graph.rounded(f"active{layer}")
    graph.product(f"active{layer}", f"narrow{layer}", weights, f"{own}.output.dense")
    graph.add("Add", [f"narrow{layer}", f"h{layer}"], f"summed{layer}")
    graph.normed(f"summed{layer}", f"x{layer + 1}", weights, f"{own}.output")


def _mean(graph: _Graph, layer: int) -> str:
    # Over the last axis: over the middle one, onnxruntime adds in another order for one text than for several.
    graph.add("Transpose", [f"x{layer}"], f"across{layer}", perm=[0, 2, 1])
    return graph.add("ReduceMean", [f"across{layer}"], f"mean{layer}", axes=[2], keepdims=0)
