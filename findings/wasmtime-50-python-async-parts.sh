#!/bin/sh
# wasmtime 50.0.1, its package for Python: a component whose parts call each other asynchronously can't be called.
#
# The component below is valid. One part exports `f: async func()`, lifted with a callback; the other calls it by an asynchronous lower and exports
# `run: func() -> u32`, an ordinary function that never waits. `run` should return what `canon lower` says of a subtask that has returned
# without blocking: 2. Called in the one way that the package has, `func(store)`, it fails with an error of wasmtime's own, which says that it is a
# bug: "Instance::start_call called without a running event loop". The same component returns 2 when it is called by
# wasmtime_component_func_call_async of the same shared library, for which the package has no function.
#
# Needs Python 3 with venv, and PyPI. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --disable-pip-version-check --quiet wasmtime==50.0.1

cat >"$folder/parts.wat" <<'END'
(component
  (component $C
    (core module $m
      (import "" "task.return" (func $task.return))
      (func (export "f") (result i32) (call $task.return) (i32.const 0))
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
    (core func $task.return (canon task.return))
    (core instance $i (instantiate $m (with "" (instance (export "task.return" (func $task.return))))))
    (func (export "f") async (canon lift (core func $i "f") async (callback (core func $i "callback")))))
  (component $D
    (import "f" (func $f async))
    (core func $lowered (canon lower (func $f) async))
    (core module $m
      (import "" "f" (func $f (result i32)))
      (func (export "run") (result i32) (call $f)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "f" (func $c "f"))))
  (func (export "run") (alias export $d "run")))
END

cat >"$folder/call.py" <<'END'
import ctypes
import sys
from ctypes import POINTER, byref

from wasmtime import Engine, Store, WasmtimeError, _bindings
from wasmtime.component import Component, Linker

BUG = "BUG: Instance::start_call called without a running event loop"


def start():
    engine = Engine()
    store = Store(engine)
    with open(sys.argv[1]) as text:
        component = Component(engine, text.read())
    return store, Linker(engine).instantiate(store, component).get_func(store, "run")


store, run = start()
try:
    by_package = f"returned {run(store)}"
except WasmtimeError as error:
    by_package = BUG if BUG in str(error) else f"failed otherwise: {error}"
print("func(store):", by_package)

call_async = _bindings.dll.wasmtime_component_func_call_async
call_async.restype = POINTER(_bindings.wasmtime_call_future_t)
store, run = start()
result = _bindings.wasmtime_component_val_t()
error = POINTER(_bindings.wasmtime_error_t)()
arguments = (byref(run._func), store._context(), None, ctypes.c_size_t(0), byref(result), ctypes.c_size_t(1), byref(error))
future = call_async(*arguments)
done = any(_bindings.wasmtime_call_future_poll(future) for _ in range(100))
_bindings.wasmtime_call_future_delete(future)
by_library = result.of.u32 if done and not error else "no result"
print("wasmtime_component_func_call_async:", by_library)

sys.exit(0 if (by_package, by_library) == (BUG, 2) else 1)
END

"$folder/venv/bin/python" "$folder/call.py" "$folder/parts.wat"
