"""Random models that decide at run time: conditionals, loops and scans in each other, extents that
data tell, and ordinary operators between them. What they decide by is exact: integers, which
roundings do not change."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MOST_ROWS = 12
# The `rows` of all that have one.
ONE = -1


@dataclass(frozen=True)
class Matrix:
    """float [rows, columns]: values of one `rows` have as many rows, `least` of them or more."""

    name: str
    rows: int
    columns: int
    least: int


@dataclass
class Scope:
    """The nodes of one graph and what they may read."""

    outer: "Scope | None" = None
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    matrices: list[Matrix] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def visible(self, kind: str) -> list:
        return [*(self.outer.visible(kind) if self.outer else []), *getattr(self, kind)]


class Generator:
    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.count = 0
        self.constants: list[onnx.TensorProto] = []
        self.top = self.scope = Scope()
        self.budget = int(self.rng.integers(6, 22))
        # Scan outputs of loops, which are of other ranks and types.
        self.ends: list[str] = []

    # What everything is made of.

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def new(self, stem: str) -> str:
        self.count += 1
        return f"{stem.lower()}{self.count}"

    def add(self, op: str, *inputs, outputs: int = 1, **attributes):
        names = [self.new(op) for _ in range(outputs)]
        given = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.scope.nodes.append(helper.make_node(op, given, names, names[0], **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value) -> str:
        name = self.new("c")
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weights(self, *shape: int) -> np.ndarray:
        return (self.rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)

    def matrix(self) -> Matrix:
        return self.pick(self.scope.visible("matrices"))

    def number(self) -> str:
        return self.pick(self.scope.visible("numbers"))

    def flag(self) -> str:
        return self.pick(self.scope.visible("flags"))

    def keep(self, name: str, rows: int, columns: int, least: int) -> Matrix:
        value = Matrix(name, rows, columns, least)
        self.scope.matrices.append(value)
        return value

    def like(self, x: Matrix, name: str, columns: int | None = None) -> Matrix:
        return self.keep(name, x.rows, columns or x.columns, x.least)

    def grown(self, name: str, columns: int, least: int) -> Matrix:
        """Rows of its own, not too many of them."""
        cut = self.add("Slice", name, np.array([0]), np.array([MOST_ROWS]), np.array([0]))
        self.count += 1
        return self.keep(cut, self.count, columns, min(least, MOST_ROWS))

    def as_list(self, number: str) -> str:
        return self.add("Reshape", number, np.array([1]))

    def rows_of(self, x: Matrix) -> str:
        return self.add("Shape", x.name, start=0, end=1)

    def mask_of(self, x: Matrix) -> str:
        """One flag a row, that no rounding changes: from the parity of the row and a number."""
        count = self.add("Squeeze", self.rows_of(x), np.array([0]))
        places = self.add("Range", np.int64(0), count, np.int64(1))
        shifted = self.add("Add", places, self.number())
        return self.add("Less", self.add("Mod", shifted, np.int64(3)), np.int64(self.pick([1, 2])))

    def filled(self, x: Matrix) -> Matrix:
        """x with a row before it: there is one at least."""
        row = self.weights(1, x.columns)
        return self.grown(self.add("Concat", row, x.name, axis=0), x.columns, x.least + 1)

    # Ordinary operators.

    def elementwise(self):
        x = self.matrix()
        op = self.pick(["Relu", "Tanh", "Sigmoid", "Neg", "Abs", "Softsign", "Erf"])
        self.like(x, self.add(op, x.name))

    def binary(self):
        x = self.matrix()
        same = [
            m.name
            for m in self.scope.visible("matrices")
            if (m.rows, m.columns) == (x.rows, x.columns)
        ]
        other = self.pick([*same, self.weights(x.columns), self.weights(1)])
        y = self.add(self.pick(["Add", "Mul", "Sub", "Max"]), x.name, other)
        self.like(x, self.add("Tanh", y) if self.chance(0.5) else y)

    def product(self):
        x = self.matrix()
        columns = self.pick([2, 4, 5])
        y = self.add("MatMul", x.name, self.weights(x.columns, columns))
        if self.chance(0.5):
            y = self.add(self.pick(["Relu", "Tanh"]), self.add("Add", y, self.weights(columns)))
        self.like(x, y, columns)

    def normalized(self):
        x = self.matrix()
        if self.chance(0.5):
            self.like(x, self.add("Softmax", x.name, axis=1))
            return
        mean = self.add("ReduceMean", x.name, np.array([1]), keepdims=1)
        self.like(x, self.add("Sub", x.name, mean))

    def convolution(self):
        x = self.filled(self.matrix())
        columns = self.pick([2, 4])
        y = self.add("Unsqueeze", self.add("Transpose", x.name, perm=[1, 0]), np.array([0]))
        kernel = self.weights(columns, x.columns, 3)
        y = self.add("Conv", y, kernel, pads=[1, 1], kernel_shape=[3])
        y = self.add("Transpose", self.add("Squeeze", y, np.array([0])), perm=[1, 0])
        self.like(x, self.add("Tanh", y), columns)

    def gram(self):
        """A product of two extents that data tell."""
        x = self.matrix()
        scores = self.add("MatMul", x.name, self.add("Transpose", x.name, perm=[1, 0]))
        shares = self.add("Softmax", self.add("Mul", scores, np.float32(0.3)), axis=-1)
        self.like(x, self.add("MatMul", shares, x.name))

    def summed(self):
        x = self.matrix()
        total = self.add("ReduceSum", x.name, np.array([0]), keepdims=1)
        self.keep(self.add("Tanh", total), ONE, x.columns, 1)

    def running(self):
        x = self.matrix()
        self.like(x, self.add("Tanh", self.add("CumSum", x.name, np.int64(0))))

    def joined(self):
        x = self.matrix()
        same = [m for m in self.scope.visible("matrices") if m.rows == x.rows and m.columns < 5]
        if same and x.columns < 8:
            other = self.pick(same)
            y = self.add("Concat", x.name, other.name, axis=1)
            self.like(x, y, x.columns + other.columns)

    def columns(self):
        x = self.matrix()
        if x.columns > 2:
            last = int(self.rng.integers(2, x.columns + 1))
            y = self.add("Slice", x.name, np.array([0]), np.array([last]), np.array([1]))
            self.like(x, y, last)

    # Extents from data.

    def stacked(self):
        x = self.matrix()
        y = self.pick([m for m in self.scope.visible("matrices") if m.columns == x.columns])
        self.grown(self.add("Concat", x.name, y.name, axis=0), x.columns, x.least + y.least)

    def sliced(self):
        x = self.matrix()
        bounds = [self.as_list(self.number()) for _ in range(2)]
        y = self.add("Slice", x.name, *bounds, np.array([0]))
        self.grown(y, x.columns, 0)

    def compressed(self):
        x = self.matrix()
        self.grown(self.add("Compress", x.name, self.mask_of(x), axis=0), x.columns, 0)

    def found(self):
        x = self.matrix()
        index = self.add("Squeeze", self.add("NonZero", self.mask_of(x)), np.array([0]))
        self.grown(self.add("Gather", x.name, index, axis=0), x.columns, 0)

    def best(self):
        x = self.matrix()
        most = self.add("Min", self.as_list(self.number()), self.rows_of(x))
        values, _ = self.add("TopK", x.name, most, outputs=2, axis=0)
        self.grown(values, x.columns, 0)

    def counted(self):
        count = self.add("Min", self.number(), np.int64(MOST_ROWS))
        steps = self.add("Cast", self.add("Range", np.int64(0), count, np.int64(1)), to=FLOAT)
        y = self.add("Unsqueeze", steps, np.array([1]))
        columns = self.pick([2, 4])
        self.grown(self.add("Tanh", self.add("MatMul", y, self.weights(1, columns))), columns, 0)

    def expanded(self):
        x = self.filled(self.matrix())
        row = self.add("Slice", x.name, np.array([0]), np.array([1]), np.array([0]))
        shape = self.add("Concat", self.as_list(self.number()), np.array([x.columns]), axis=0)
        how = self.pick(["Expand", "Tile", "ConstantOfShape"])
        if how == "Expand":
            y = self.add("Expand", row, self.add("Max", shape, np.int64(1)))
        elif how == "Tile":
            repeats = self.add("Concat", self.as_list(self.number()), np.array([1]), axis=0)
            y = self.add("Tile", row, repeats)
        else:
            y = self.add("ConstantOfShape", shape)
        self.grown(y, x.columns, 1 if how == "Expand" else 0)

    def padded(self):
        x = self.matrix()
        ends = [self.as_list(self.number()), np.array([0])]
        pads = self.add("Concat", *ends, *ends, axis=0)
        self.grown(self.add("Pad", x.name, pads, np.float32(0.5)), x.columns, x.least)

    def reshaped(self):
        x = self.matrix()
        rows = self.rows_of(x)
        flat = self.add("Concat", np.array([x.columns]), rows, axis=0)
        y = self.add("Transpose", self.add("Reshape", x.name, flat, allowzero=1), perm=[1, 0])
        self.like(x, y)

    def unique(self):
        x = self.matrix()
        keys = self.add("Mod", self.add("Range", np.int64(0), self.number(), np.int64(1)),
                        np.int64(3))  # fmt: skip
        y = self.add("Cast", self.add("Unique", keys), to=FLOAT)
        y = self.add("MatMul", self.add("Unsqueeze", y, np.array([1])), self.weights(1, x.columns))
        self.grown(y, x.columns, 0)

    def hot(self):
        x = self.matrix()
        count = self.add("Squeeze", self.rows_of(x), np.array([0]))
        places = self.add("Range", np.int64(0), count, np.int64(1))
        index = self.add("Mod", places, np.int64(x.columns))
        y = self.add("OneHot", index, np.int64(x.columns), np.array([0, 1], np.float32))
        self.like(x, self.add("Add", x.name, y))

    def scattered(self):
        x = self.matrix()
        index = self.add("Transpose", self.add("NonZero", self.mask_of(x)), perm=[1, 0])
        updates = self.add("GatherND", self.add("Neg", x.name), index)
        self.like(x, self.add("ScatterND", x.name, index, updates))

    def suppressed(self):
        x = self.filled(self.matrix())
        corners = self.add("MatMul", x.name, self.weights(x.columns, 2))
        sizes = self.add("Add", self.add("Abs", corners), np.float32(0.4))
        boxes = self.add("Concat", corners, self.add("Add", corners, sizes), axis=1)
        count = self.add("Squeeze", self.rows_of(x), np.array([0]))
        places = self.add("Range", np.int64(0), count, np.int64(1))
        order = self.add("Add", self.add("Mul", places, np.int64(5)), self.number())
        scores = self.add("Cast", self.add("Mod", order, np.int64(13)), to=FLOAT)
        boxes = self.add("Unsqueeze", boxes, np.array([0]))
        scores = self.add("Unsqueeze", scores, np.array([0, 1]))
        kept = self.add("NonMaxSuppression", boxes, scores, np.int64(5), np.float32(0.4))
        index = self.add("Gather", kept, np.int64(2), axis=1)
        self.grown(self.add("Gather", x.name, index, axis=0), x.columns, 0)

    def new_number(self):
        source = self.pick(["rows", "sum", "product", "parity"])
        if source == "rows":
            name = self.add("Squeeze", self.rows_of(self.matrix()), np.array([0]))
        elif source == "parity":
            name = self.add("Mod", self.number(), np.int64(2))
        else:
            op = "Add" if source == "sum" else "Mul"
            total = self.add(op, self.number(), self.number())
            name = self.add("Mod", total, np.int64(7))
        self.scope.numbers.append(name)

    def new_flag(self):
        op = self.pick(["Less", "Equal", "Greater"])
        name = self.add(op, self.number(), self.pick([self.number(), np.int64(2)]))
        if self.chance(0.3):
            name = self.add(self.pick(["And", "Or", "Xor"]), name, self.flag())
        self.scope.flags.append(name)

    # Regions.

    def inside(self, depth: int, steps: int, scope: Scope) -> None:
        before, self.scope = self.scope, scope
        for _ in range(steps):
            self.step(depth)
        self.scope = before

    def graph(self, scope: Scope, inputs: list, outputs: list) -> onnx.GraphProto:
        """outputs: (name, element type, extents, None where the run tells one). Each gets a node of
        its own."""
        named, infos = [], []
        for name, dtype, extents in outputs:
            copy = self.new("out")
            named.append(helper.make_node("Identity", [name], [copy], copy))
            dims = [self.new("d") if extent is None else extent for extent in extents]
            infos.append(helper.make_tensor_value_info(copy, dtype, dims))
        return helper.make_graph([*scope.nodes, *named], self.new("g"), inputs, infos)

    def conditional(self, depth: int):
        condition = self.flag()
        columns = [self.matrix().columns for _ in range(self.pick([1, 1, 2]))]
        scopes = [Scope(self.scope) for _ in range(2)]
        results = []
        for scope in scopes:
            self.inside(depth + 1, int(self.rng.integers(0, 4)), scope)
            found = []
            for count in columns:
                every = [m for m in scope.visible("matrices") if m.columns == count]
                found.append(self.pick([m for m in every if m in scope.matrices] or every))
            results.append(found)
        branches = [
            self.graph(scope, [], [(m.name, FLOAT, [None, m.columns]) for m in found])
            for scope, found in zip(scopes, results, strict=True)
        ]
        outputs = [self.new("if") for _ in columns]
        self.scope.nodes.append(
            helper.make_node(
                "If",
                [condition],
                outputs,
                outputs[0],
                then_branch=branches[0],
                else_branch=branches[1],
            )
        )
        for name, a, b in zip(outputs, *results, strict=True):
            if a.rows == b.rows:
                self.like(a, name)
            else:
                self.grown(name, a.columns, min(a.least, b.least))

    def in_scope(self, scope: Scope, make: Callable):
        before, self.scope = self.scope, scope
        result = make()
        self.scope = before
        return result

    def loop(self, depth: int):
        starts = [self.matrix() for _ in range(int(self.rng.integers(1, 4)))]
        steady = [self.chance(0.5) for _ in starts]
        scope = Scope(self.scope)
        turn, going = self.new("turn"), self.new("going")
        scope.numbers.append(turn)
        values = []
        for start, is_steady in zip(starts, steady, strict=True):
            name = self.new("value")
            rows, least = (start.rows, start.least) if is_steady else (self.count, 0)
            values.append(Matrix(name, rows, start.columns, least))
        scope.matrices += values
        self.inside(depth + 1, int(self.rng.integers(1, 5)), scope)
        carried = [
            (self.in_scope(scope, lambda v=v, s=s: self.next_value(v, s)), FLOAT, [None, v.columns])
            for v, s in zip(values, steady, strict=True)
        ]
        scans = self.in_scope(scope, lambda: self.scan_outputs(turn))
        condition = self.in_scope(scope, lambda: self.condition(turn, going, values))
        inputs = [
            helper.make_tensor_value_info(turn, INT64, []),
            helper.make_tensor_value_info(going, BOOL, []),
        ]
        for v in values:
            dims = [self.new("d"), v.columns]
            inputs.append(helper.make_tensor_value_info(v.name, FLOAT, dims))
        body = self.graph(scope, inputs, [(condition, BOOL, []), *carried, *scans])
        names = [self.new("loop") for _ in [*carried, *scans]]
        limit = self.add("Min", self.number(), np.int64(6))
        first = self.flag() if self.chance(0.4) else self.constant(np.array(True))
        given = [limit, first, *[s.name for s in starts]]
        self.scope.nodes.append(helper.make_node("Loop", given, names, names[0], body=body))
        for name, start, is_steady in zip(names, starts, steady, strict=False):
            if is_steady:
                self.like(start, name)
            else:
                self.grown(name, start.columns, 0)
        if self.scope is self.top:
            self.ends += names[len(carried) :]

    def next_value(self, value: Matrix, is_steady: bool) -> str:
        pool = [m for m in self.scope.visible("matrices") if m.columns == value.columns]
        if is_steady:
            pool = [m for m in pool if m.rows == value.rows]
        mine = [m for m in pool if m in self.scope.matrices]
        return self.add("Tanh", self.pick(mine or pool).name)

    def scan_outputs(self, turn: str) -> list:
        scans = []
        if self.chance(0.6):
            x = self.matrix()
            row = self.add("ReduceSum", x.name, np.array([0]), keepdims=0)
            scans.append((row, FLOAT, [x.columns]))
        if self.chance(0.3):
            scans.append((self.add("Add", turn, self.number()), INT64, []))
        return scans

    def condition(self, turn: str, going: str, values: list[Matrix]) -> str:
        if self.chance(0.5):
            return self.add("Identity", going)
        condition = self.add("Less", turn, self.number())
        if self.chance(0.5):
            rows = self.add("Squeeze", self.rows_of(self.pick(values)), np.array([0]))
            condition = self.add("Or", condition, self.add("Less", rows, np.int64(MOST_ROWS - 2)))
        return condition

    def scan(self, depth: int):
        x = self.filled(self.matrix())
        scope = Scope(self.scope)
        row, state = self.new("row"), self.new("state")

        def first() -> None:
            total = self.add("Tanh", self.add("Add", row, state))
            self.keep(self.add("Unsqueeze", total, np.array([0])), ONE, x.columns, 1)

        self.in_scope(scope, first)
        self.inside(depth + 1, int(self.rng.integers(0, 3)), scope)
        ones = [m for m in scope.matrices if m.rows == ONE]
        last, out = self.pick([m for m in ones if m.columns == x.columns]), self.pick(ones)
        outputs = [
            (
                self.in_scope(scope, lambda m=m: self.add("Squeeze", m.name, np.array([0]))),
                FLOAT,
                [m.columns],
            )
            for m in (last, out)
        ]
        inputs = [helper.make_tensor_value_info(n, FLOAT, [x.columns]) for n in (state, row)]
        names = [self.new("scan") for _ in range(2)]
        directions = [[int(self.chance(0.4))] for _ in range(2)]
        self.scope.nodes.append(
            helper.make_node(
                "Scan",
                [self.constant(self.weights(x.columns)), x.name],
                names,
                names[0],
                body=self.graph(scope, inputs, outputs),
                num_scan_inputs=1,
                scan_input_directions=directions[0],
                scan_output_directions=directions[1],
            )
        )
        self.keep(self.add("Unsqueeze", names[0], np.array([0])), ONE, x.columns, 1)
        self.like(x, names[1], out.columns)

    # The whole.

    def step(self, depth: int) -> None:
        self.budget -= 1
        plain = [
            self.elementwise, self.binary, self.product, self.normalized, self.convolution,
            self.gram, self.summed, self.running, self.joined, self.columns, self.reshaped,
        ]  # fmt: skip
        computed = [
            self.stacked, self.sliced, self.compressed, self.found, self.best, self.counted,
            self.expanded, self.padded, self.unique, self.hot, self.scattered, self.suppressed,
        ]  # fmt: skip
        share = self.rng.random()
        if depth < 3 and share < 0.25:
            self.pick([self.conditional, self.loop, self.loop, self.scan])(depth)
        elif share < 0.4:
            self.pick([self.new_number, self.new_flag])()
        else:
            self.pick(plain if share < 0.7 else computed)()

    def model(self) -> onnx.ModelProto:
        columns = [4, int(self.pick([2, 3, 4]))]
        for name, count in zip("xy", columns, strict=True):
            self.count += 1
            self.keep(name, self.count, count, 1)
        self.scope.numbers += ["n", "m"]
        self.scope.flags.append("c")
        while self.budget > 0:
            self.step(0)
        made = [m.name for m in self.top.matrices[2:]]
        chosen = {made[-1], *(self.pick(made) for _ in range(3))}
        ends = [helper.make_node("Identity", [n], [f"o_{n}"]) for n in [*chosen, *self.ends]]
        infos = [helper.make_tensor_value_info(x, FLOAT, [f"n{x}", c])
                 for x, c in zip("xy", columns, strict=True)]  # fmt: skip
        infos += [helper.make_tensor_value_info(x, INT64, []) for x in "nm"]
        infos.append(helper.make_tensor_value_info("c", BOOL, []))
        outputs = [onnx.ValueInfoProto(name=end.output[0]) for end in ends]
        graph = helper.make_graph([*self.top.nodes, *ends], "g", infos, outputs, self.constants)
        opsets = [helper.make_opsetid("", 18)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def random_model(seed: int) -> onnx.ModelProto:
    return Generator(seed).model()


def random_feeds(model: onnx.ModelProto, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    feeds = {}
    for info in model.graph.input:
        kind = info.type.tensor_type
        if kind.elem_type == FLOAT:
            shape = (int(rng.integers(1, MOST_ROWS - 3)), kind.shape.dim[1].dim_value)
            feeds[info.name] = rng.standard_normal(shape).astype(np.float32)
        elif kind.elem_type == INT64:
            feeds[info.name] = np.array(rng.integers(0, 7))
        else:
            feeds[info.name] = np.array(bool(rng.integers(2)))
    return feeds
