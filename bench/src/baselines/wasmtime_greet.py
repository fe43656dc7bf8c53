"""Calls `greet` of a component in wasmtime, each time in a new instance, and tells how long a call takes.

Arguments: the component, and the file where its compiled code is kept. Each line of standard input is a number of calls; each is
answered with a line: the median of their times in ms.
"""

import os
import statistics
import sys
import time

from wasmtime import Config, Engine, Store, WasiConfig, WasmtimeError
from wasmtime.component import Component, Linker


def load(engine: Engine, file: str, code: str) -> Component:
    try:
        return Component.deserialize_file(engine, code)
    except WasmtimeError:
        component = Component.from_file(engine, file)
    partial = f"{code}.{os.getpid()}"
    with open(partial, "wb") as output:
        output.write(component.serialize())
    os.replace(partial, code)
    return component


def main(file: str, code: str) -> None:
    engine = Engine(Config())
    component = load(engine, file, code)
    linker = Linker(engine)
    linker.add_wasip2()

    def call() -> None:
        store = Store(engine)
        store.set_wasi(WasiConfig())
        greet = linker.instantiate(store, component).get_func(store, "greet")
        if greet(store, "World") != "Hello, World!":
            raise RuntimeError("the guest did not greet")
        greet.post_return(store)

    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1000)
        print(statistics.median(times), flush=True)


main(*sys.argv[1:])
