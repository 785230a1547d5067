"""Steps over many bytes at a time, for the compiled scans: the processor compares and copies 32 of them as one."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import extending
from numba.core import cgutils, types

from flows.machine_code import compiled

WIDTH = 32  # bytes; what `copied` may write beyond the end of what it copies is less
_AHEAD = 12  # rows whose values are on their way from the memory
_VECTOR = ir.VectorType(ir.IntType(8), WIDTH)
_LONG = ir.IntType(64)
_unliteral, _function = cast(Any, types.unliteral), cast(Any, cgutils.get_or_insert_function)


def _instructions(function: Callable[..., Any]) -> Any:
    """A function that gives instructions of the processor, as one that compiled functions call."""
    return cast(Any, extending.intrinsic)(function)


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """The address of 32 bytes of an array of bytes."""
    octets = context.make_array(kind)(context, builder, array)
    return builder.bitcast(builder.gep(octets.data, [at]), _VECTOR.as_pointer())


def _every(builder: Any, byte: Any) -> Any:
    """A byte 32 times."""
    narrow = builder.trunc(byte, ir.IntType(8))
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), narrow, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))


@_instructions
def _first(_: Any, data: Any, at: Any, one: Any, other: Any, below: Any) -> Any:
    """Of the 32 bytes from `at` on, the first that is one of two bytes or below a third; 32 where there is none."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        octets = builder.load(_place(context, builder, signature.args[0], *given[:2]))
        octets.align = 1
        is_one, is_other = (builder.icmp_unsigned("==", octets, _every(builder, byte)) for byte in given[2:4])
        is_below = builder.icmp_unsigned("<", octets, _every(builder, given[4]))
        matches = builder.or_(builder.or_(is_one, is_other), is_below)
        bits = builder.zext(builder.bitcast(matches, ir.IntType(WIDTH)), _LONG)
        return builder.cttz(builder.or_(bits, ir.Constant(_LONG, 1 << WIDTH)), ir.Constant(ir.IntType(1), 1))

    return types.int64(data, *map(_unliteral, (at, one, other, below))), generate


@_instructions
def _copy(_: Any, data: Any, at: Any, out: Any, to: Any) -> Any:
    """Writes the 32 bytes from `at` on."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        octets = builder.load(_place(context, builder, signature.args[0], *given[:2]))
        octets.align = 1
        builder.store(octets, _place(context, builder, signature.args[2], *given[2:])).align = 1
        return context.get_dummy_value()

    return types.void(data, _unliteral(at), out, _unliteral(to)), generate


@_instructions
def _fetch(_: Any, data: Any, at: Any) -> Any:
    """Asks the memory for the byte at `at`, which is read soon."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        narrow = ir.IntType(32)
        address = _place(context, builder, signature.args[0], *given)
        address = builder.bitcast(address, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, narrow, narrow, narrow])
        fetch = _function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(fetch, [address, *(ir.Constant(narrow, number) for number in (0, 3, 1))])  # to read, keep, data
        return context.get_dummy_value()

    return types.void(data, _unliteral(at)), generate


@compiled
def fetch_ahead(data: Any, begins: Any, row: int) -> None:
    """Asks the memory for the value some rows on, since those of a column lie far apart."""
    if row + _AHEAD < len(begins):
        _fetch(data, begins[row + _AHEAD])


@compiled
def until(data: Any, at: int, one: int, other: int, below: int) -> int:
    """Where the next byte is that is one of two or below a third, from `at` on; the end of the data without one."""
    while at + WIDTH <= len(data):
        step = _first(data, at, one, other, below)
        at += step
        if step < WIDTH:
            return at
    while at < len(data) and data[at] != one and data[at] != other and data[at] >= below:
        at += 1
    return at


@compiled
def copied(data: Any, at: int, stop: int, out: Any, size: int) -> int:
    """Writes bytes as they are, and up to `WIDTH` more behind them; gives the size after them."""
    end = size + stop - at
    while size < end and at + WIDTH <= len(data):
        _copy(data, at, out, size)
        at += WIDTH
        size += WIDTH
    while size < end:
        out[size] = data[at]
        at += 1
        size += 1
    return end
