"""Runs cases in wasmtime: reads one as JSON from each line of standard input, writes what became of it as a line of JSON.

Values go straight through wasmtime's C API, not through the conversions of the package: those choose the case of a variant by the Python type of
its payload. A case is {"component": base64, "host": [function], "calls": [call]}, see `case.ts` and `plain.ts` beside it.
"""

import base64
import ctypes
import json
import struct
import sys
from ctypes import byref, pointer

from wasmtime import Config, Engine, Store, WasmtimeError, _bindings, _ffi as ffi
from wasmtime.component import Component, Linker
from wasmtime.component import _linker

INTEGERS = {
    "s8": ffi.WASMTIME_COMPONENT_S8,
    "u8": ffi.WASMTIME_COMPONENT_U8,
    "s16": ffi.WASMTIME_COMPONENT_S16,
    "u16": ffi.WASMTIME_COMPONENT_U16,
    "s32": ffi.WASMTIME_COMPONENT_S32,
    "u32": ffi.WASMTIME_COMPONENT_U32,
    "s64": ffi.WASMTIME_COMPONENT_S64,
    "u64": ffi.WASMTIME_COMPONENT_U64,
}
# The package names no constant for it.
MAP = 22
KINDS = {kind.value: name for name, kind in INTEGERS.items()}


def float_of(plain, size):
    if plain == "nan":
        return float("nan")
    return struct.unpack(">f" if size == 4 else ">d", int(plain, 16).to_bytes(size, "big"))[0]


def plain_float(value, size):
    if value != value:
        return "nan"
    return format(int.from_bytes(struct.pack(">f" if size == 4 else ">d", value), "big"), "x")


def key_text(val):
    """What a key looks like as JSON of Node.js, in its order: by UTF-16 code units."""
    return json.dumps(from_c(val), ensure_ascii=False).encode("utf-16-be", "surrogatepass")


def boxed(kind, plain):
    """A payload on wasmtime's heap, or nothing."""
    if kind is None or plain is None:
        return None
    raw = ffi.wasmtime_component_val_t()
    to_c(kind, plain, raw)
    return ffi.wasmtime_component_val_new(byref(raw))


def to_c(kind, plain, out):
    """Writes a value of a WIT type (see `types.ts` of the package rpc) to `out`, which is uninitialized before."""
    name = kind["kind"]
    if name == "bool":
        out.kind = ffi.WASMTIME_COMPONENT_BOOL
        out.of.boolean = plain
    elif name in INTEGERS:
        out.kind = INTEGERS[name]
        setattr(out.of, name, int(plain))
    elif name == "f32":
        out.kind = ffi.WASMTIME_COMPONENT_F32
        out.of.f32 = float_of(plain, 4)
    elif name == "f64":
        out.kind = ffi.WASMTIME_COMPONENT_F64
        out.of.f64 = float_of(plain, 8)
    elif name == "char":
        out.kind = ffi.WASMTIME_COMPONENT_CHAR
        out.of.character = ord(plain)
    elif name == "string":
        out.kind = ffi.WASMTIME_COMPONENT_STRING
        out.of.string = ffi.str_to_capi(plain)
    elif name in ("list", "tuple"):
        is_list = name == "list"
        raw = ffi.wasmtime_component_vallist_t() if is_list else ffi.wasmtime_component_valtuple_t()
        new = ffi.wasmtime_component_vallist_new_uninit if is_list else ffi.wasmtime_component_valtuple_new_uninit
        new(byref(raw), len(plain))
        for i, item in enumerate(plain):
            to_c(kind["element"] if is_list else kind["items"][i], item, raw.data[i])
        out.kind = ffi.WASMTIME_COMPONENT_LIST if is_list else ffi.WASMTIME_COMPONENT_TUPLE
        setattr(out.of, name, raw)
    elif name == "map":
        raw = ffi.wasmtime_component_valmap_t()
        ffi.wasmtime_component_valmap_new_uninit(byref(raw), len(plain["m"]))
        for i, (key, value) in enumerate(plain["m"]):
            to_c(kind["key"], key, raw.data[i].key)
            to_c(kind["value"], value, raw.data[i].value)
        out.kind = MAP
        out.of.map = raw
    elif name == "record":
        fields = plain["r"]
        raw = ffi.wasmtime_component_valrecord_t()
        ffi.wasmtime_component_valrecord_new_uninit(byref(raw), len(fields))
        for i, (field, value) in enumerate(fields):
            raw.data[i].name = ffi.str_to_capi(field)
            to_c(kind["fields"][i]["type"], value, raw.data[i].val)
        out.kind = ffi.WASMTIME_COMPONENT_RECORD
        out.of.record = raw
    elif name == "variant":
        payload = next(each.get("type") for each in kind["cases"] if each["name"] == plain["c"])
        out.kind = ffi.WASMTIME_COMPONENT_VARIANT
        out.of.variant.discriminant = ffi.str_to_capi(plain["c"])
        out.of.variant.val = boxed(payload, plain.get("v"))
    elif name == "enum":
        out.kind = ffi.WASMTIME_COMPONENT_ENUM
        out.of.enumeration = ffi.str_to_capi(plain["c"])
    elif name == "option":
        out.kind = ffi.WASMTIME_COMPONENT_OPTION
        out.of.option = boxed(kind["some"], plain.get("v"))
    elif name == "result":
        out.kind = ffi.WASMTIME_COMPONENT_RESULT
        out.of.result.is_ok = plain["c"] == "ok"
        out.of.result.val = boxed(kind.get(plain["c"]), plain.get("v"))
    elif name == "flags":
        raw = ffi.wasmtime_component_valflags_t()
        ffi.wasmtime_component_valflags_new_uninit(byref(raw), len(plain["f"]))
        for i, flag in enumerate(plain["f"]):
            raw.data[i] = ffi.str_to_capi(flag)
        out.kind = ffi.WASMTIME_COMPONENT_FLAGS
        out.of.flags = raw
    else:
        raise TypeError(f"no values of {name}")


def case_of(name, payload):
    return {"c": name, "v": from_c(payload.contents)} if payload else {"c": name}


def from_c(val):
    """A value as plain data. It stays wasmtime's."""
    kind = val.kind
    if kind in KINDS:
        return str(getattr(val.of, KINDS[kind]))
    if kind == ffi.WASMTIME_COMPONENT_BOOL.value:
        return bool(val.of.boolean)
    if kind == ffi.WASMTIME_COMPONENT_F32.value:
        return plain_float(val.of.f32, 4)
    if kind == ffi.WASMTIME_COMPONENT_F64.value:
        return plain_float(val.of.f64, 8)
    if kind == ffi.WASMTIME_COMPONENT_CHAR.value:
        return chr(val.of.character)
    if kind == ffi.WASMTIME_COMPONENT_STRING.value:
        return ffi.to_str(val.of.string)
    if kind == ffi.WASMTIME_COMPONENT_LIST.value:
        return [from_c(val.of.list.data[i]) for i in range(val.of.list.size)]
    if kind == ffi.WASMTIME_COMPONENT_TUPLE.value:
        return [from_c(val.of.tuple.data[i]) for i in range(val.of.tuple.size)]
    if kind == MAP:
        entries = [val.of.map.data[i] for i in range(val.of.map.size)]
        pairs = {key_text(entry.key): [from_c(entry.key), from_c(entry.value)] for entry in entries}
        return {"m": [pairs[key] for key in sorted(pairs)]}
    if kind == ffi.WASMTIME_COMPONENT_RECORD.value:
        entries = [val.of.record.data[i] for i in range(val.of.record.size)]
        return {"r": [[ffi.to_str(entry.name), from_c(entry.val)] for entry in entries]}
    if kind == ffi.WASMTIME_COMPONENT_VARIANT.value:
        return case_of(ffi.to_str(val.of.variant.discriminant), val.of.variant.val)
    if kind == ffi.WASMTIME_COMPONENT_ENUM.value:
        return {"c": ffi.to_str(val.of.enumeration)}
    if kind == ffi.WASMTIME_COMPONENT_OPTION.value:
        return case_of("some" if val.of.option else "none", val.of.option)
    if kind == ffi.WASMTIME_COMPONENT_RESULT.value:
        return case_of("ok" if val.of.result.is_ok else "err", val.of.result.val)
    if kind == ffi.WASMTIME_COMPONENT_FLAGS.value:
        return {"f": sorted(ffi.to_str(val.of.flags.data[i]) for i in range(val.of.flags.size))}
    raise TypeError(f"a value of unknown kind {kind}")


class Host:
    """The functions that a case's component imports. They tell what they were called with."""

    def __init__(self, linker, functions):
        self.seen = []
        self.kept = []
        if not functions:
            return
        with linker.root() as root, root.add_instance("host") as instance:
            for function in functions:
                self._add(instance, function)

    def _add(self, instance, function):
        @ffi.wasmtime_component_func_callback_t
        def called(_data, _context, _type, args, count, results, _results):
            self.seen.append([function["name"], *(from_c(args[i]) for i in range(count))])
            if function.get("result") is not None:
                to_c(function["result"], function["answer"], results[0])
            return 0

        self.kept.append(called)
        name = function["name"].encode()
        error = ffi.wasmtime_component_linker_instance_add_func(
            instance.ptr(), ctypes.create_string_buffer(name), len(name), called, None, _linker.func_finalize.__class__()
        )
        if error:
            raise WasmtimeError._from_ptr(error)


CALL_ASYNC = _bindings.dll.wasmtime_component_func_call_async
CALL_ASYNC.restype = ctypes.POINTER(ffi.wasmtime_call_future_t)
CALL_ASYNC.argtypes = [
    ctypes.POINTER(ffi.wasmtime_component_func_t),
    ctypes.POINTER(ffi.wasmtime_context_t),
    ctypes.POINTER(ffi.wasmtime_component_val_t),
    ctypes.c_size_t,
    ctypes.POINTER(ffi.wasmtime_component_val_t),
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.POINTER(ffi.wasmtime_error_t)),
]
# Nothing here waits for the outside world: a call that is not done by then never is.
MOST_POLLS = 100


def call_async(*arguments):
    """The same as a synchronous call, for components whose functions may wait. The package has no word for it."""
    error = ctypes.POINTER(ffi.wasmtime_error_t)()
    future = CALL_ASYNC(*arguments, byref(error))
    try:
        if not any(ffi.wasmtime_call_future_poll(future) for _ in range(MOST_POLLS)):
            raise TimeoutError("the call waits for ever")
    finally:
        ffi.wasmtime_call_future_delete(future)
    return error


def invoke(store, func, call, is_async):
    params = (ffi.wasmtime_component_val_t * len(call["params"]))()
    for i, plain in enumerate(call["params"]):
        to_c(call["types"][i], plain, params[i])
    has_result = call.get("result") is not None
    result = ffi.wasmtime_component_val_t()
    enter = call_async if is_async else ffi.wasmtime_component_func_call
    results = byref(result) if has_result else None
    error = enter(byref(func._func), store._context(), params, len(params), results, int(has_result))
    if error:
        raise WasmtimeError._from_ptr(error)
    return from_c(result) if has_result else None


def run(engine, case):
    try:
        component = Component(engine, base64.b64decode(case["component"]))
        linker = Linker(engine)
        host = Host(linker, case["host"])
    except WasmtimeError as error:
        return {"kind": "refused", "message": str(error)}
    outcomes = []
    store = instance = None
    for call in case["calls"]:
        host.seen = []
        try:
            if call["isFresh"] or instance is None:
                store = Store(engine)
                instance = linker.instantiate(store, component)
            outcome = {"value": invoke(store, instance.get_func(store, call["func"]), call, case.get("isAsync", False))}
            if call.get("result") is None:
                outcome = {}
        except WasmtimeError as error:
            outcome = {"trap": str(error)}
        except TimeoutError:
            outcome = {"hangs": True}
        outcomes.append({"seen": host.seen, **outcome})
    return {"kind": "ran", "calls": outcomes}


def main():
    config = Config()
    config.cranelift_opt_level = "none"
    config.wasm_component_model_map = True
    ffi.wasmtime_config_wasm_component_model_more_async_builtins_set(config.ptr(), True)
    ffi.wasmtime_config_wasm_component_model_async_stackful_set(config.ptr(), True)
    engine = Engine(config)
    for line in sys.stdin:
        print(json.dumps(run(engine, json.loads(line))), flush=True)


main()
