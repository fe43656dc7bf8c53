import componentize_py_async_support
import wit_world
from componentize_py_async_support.futures import FutureReader, FutureWriter
from componentize_py_async_support.streams import ByteStreamReader, ByteStreamWriter, StreamReader, StreamWriter
from wit_world import exports


class Streams(exports.Streams):
    async def upper(self, input: ByteStreamReader) -> ByteStreamReader:
        sink, output = wit_world.byte_stream()
        componentize_py_async_support.spawn(upper(input, sink))
        return output

    async def count(self, input: ByteStreamReader) -> int:
        count = 0
        with input:
            while not input.writer_dropped:
                count += len(await input.read(16 * 1024))
        return count

    async def numbers(self, count: int) -> StreamReader[int]:
        sink, output = wit_world.u32_stream()
        componentize_py_async_support.spawn(numbers(count, sink))
        return output

    async def later(self, name: str) -> FutureReader[str]:
        return wit_world.string_future(lambda: f"{name} later")[1]

    async def join(self, name: FutureReader[str]) -> str:
        with name:
            return (await name.read()).upper()


async def upper(input: ByteStreamReader, sink: ByteStreamWriter) -> None:
    with input, sink:
        while not input.writer_dropped:
            await sink.write_all((await input.read(16 * 1024)).upper())


async def numbers(count: int, sink: StreamWriter[int]) -> None:
    with sink:
        await sink.write_all(list(range(count)))
