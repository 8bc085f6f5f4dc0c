"""What a message says as a whole: an encoder of texts, run by ONNX Runtime with small whole numbers.

Its lower layers are the packaged model's own, its upper ones were taught further with our lessons (`learn_meaning`).
The package's own engine would take about ten times as long. One thread: a process that forks after using more would
hang in its child.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

from helpbutton.triage.package import Array, Package

LOWER = 8
"""Layers that stay as they are in the package."""
STEPS = 63
"""Weights are whole numbers from -63 to 63: with 127 the sums of pairs overflow on processors without VNNI."""
SMALLEST = 1e-12
_OPERATIONS = 20
_FORMAT = 10
_ROWS = "rows"


class Encoder:
    """The model, ready to run: whole, or without what was taught its lower layers alone."""

    def __init__(self, package: Package, taught: Mapping[str, Array] | None = None) -> None:
        self._package = package
        self._places = (
            package.line("emb.pos").reshape(-1, package.width) + package.line("emb.type")[: package.width]
        )
        graph = _Graph(package, taught or {})
        rows = graph.even(_ROWS, "emb.ln")
        for number in range(package.layers if taught else LOWER):
            rows = graph.layer(rows, f"l{number}")
        found = graph.answers(rows) if taught else rows
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = InferenceSession(graph.model(found), options, providers=["CPUExecutionProvider"])

    def run(self, numbers: Sequence[int]) -> Array:
        """For pieces given by number: the answers' scores, or of the lower layers alone a row for each piece."""
        framed = [self._package.begin, *numbers, self._package.end]
        rows = self._package.vectors(framed) + self._places[: len(framed)]
        found: Array = self._session.run(None, {_ROWS: rows})[0]
        return found


class _Graph:
    """A BERT encoder (Devlin et al. 2018) as operations in the order in which they run, each known by its result.

    Weights that were taught go before those of the package.
    """

    def __init__(self, package: Package, taught: Mapping[str, Array]) -> None:
        self._package, self._taught = package, taught
        self._nodes: list[Any] = []
        self._kept: list[Any] = []

    def model(self, found: str) -> bytes:
        """The whole as ONNX Runtime reads it."""
        rows = helper.make_tensor_value_info(_ROWS, TensorProto.FLOAT, ["pieces", self._package.width])
        given = helper.make_tensor_value_info(found, TensorProto.FLOAT, None)
        graph = helper.make_graph(self._nodes, "encoder", [rows], [given], self._kept)
        opset = helper.make_opsetid("", _OPERATIONS)
        whole: bytes = helper.make_model(graph, opset_imports=[opset], ir_version=_FORMAT).SerializeToString()
        return whole

    def layer(self, rows: str, name: str) -> str:
        """Each piece looks at the others, then is thought over by itself."""
        rows = self.even(self._one("Add", rows, self._attend(rows, name)), f"{name}.aln")
        widened = self._one("Gelu", self._weigh(rows, [f"{name}.fi"]), approximate="tanh")
        return self.even(self._one("Add", rows, self._weigh(widened, [f"{name}.fo"])), f"{name}.oln")

    def even(self, rows: str, name: str) -> str:
        """Rows of mean 0 and variance 1, scaled and moved."""
        scale, offset = self._keep(self._line(f"{name}.w")), self._keep(self._line(f"{name}.b"))
        return self._one("LayerNormalization", rows, scale, offset, axis=-1, epsilon=SMALLEST)

    def answers(self, rows: str) -> str:
        """Scores from the mean of the last rows."""
        mean = self._one("ReduceMean", rows, self._keep(np.array([0])), keepdims=0)
        pulls = self._one("MatMul", mean, self._keep(self._taught["answers.w"]))
        return self._one("Add", pulls, self._keep(self._taught["answers.b"]))

    def _attend(self, rows: str, name: str) -> str:
        width, heads = self._package.width, self._package.heads
        together = self._weigh(rows, [f"{name}.{part}" for part in ("q", "k", "v")])
        thirds = self._add("Split", together, self._keep(np.full(3, width)), outputs=3, axis=-1)
        apart = self._keep(np.array([0, heads, width // heads]))
        asks, offers, tells = (
            self._one("Transpose", self._one("Reshape", part, apart), perm=order)
            for part, order in zip(thirds, ([1, 0, 2], [1, 2, 0], [1, 0, 2]), strict=True)
        )
        size = self._keep(np.array((width // heads) ** -0.5, np.float32))
        shares = self._one("Softmax", self._one("Mul", self._one("MatMul", asks, offers), size), axis=-1)
        told = self._one("Transpose", self._one("MatMul", shares, tells), perm=[1, 0, 2])
        joined = self._one("Reshape", told, self._keep(np.array([0, width])))
        return self._weigh(joined, [f"{name}.ao"])

    def _weigh(self, rows: str, names: Sequence[str]) -> str:
        """Rows times the weights of those names side by side, in whole numbers, plus offsets."""
        small, scale = whole_numbers(np.hstack([self._matrix(f"{name}.w") for name in names]))
        offsets = np.concatenate([self._line(f"{name}.b") for name in names])
        whole, size, middle = self._add("DynamicQuantizeLinear", rows, outputs=3)
        sums = self._one(
            "Cast", self._one("MatMulInteger", whole, self._keep(small), middle), to=TensorProto.FLOAT
        )
        factors = self._one("Mul", size, self._keep(scale))
        return self._one("Add", self._one("Mul", sums, factors), self._keep(offsets))

    def _matrix(self, name: str) -> Array:
        return self._taught[name] if name in self._taught else self._package.matrix(name)

    def _line(self, name: str) -> Array:
        return self._taught[name] if name in self._taught else self._package.line(name)

    def _keep(self, values: Array) -> str:
        """The name of a constant."""
        name = f"constant{len(self._kept)}"
        self._kept.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operation: str, *inputs: str, outputs: int = 1, **attributes: Any) -> list[str]:
        results = [f"{operation}{len(self._nodes)}_{place}" for place in range(outputs)]
        self._nodes.append(helper.make_node(operation, inputs, results, **attributes))
        return results

    def _one(self, operation: str, *inputs: str, **attributes: Any) -> str:
        return self._add(operation, *inputs, **attributes)[0]


def whole_numbers(weights: Array) -> tuple[Array, Array]:
    """Weights as small whole numbers, and what each column of them is multiplied by."""
    scale = (np.abs(weights).max(axis=0) / STEPS).astype(np.float32)
    return np.round(weights / scale).astype(np.int8), scale
