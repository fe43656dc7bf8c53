wit_bindgen::generate!({
    world: "examples:gallery-wasi03/lines",
    path: [
        "../../wit-wasi03/packages/clocks",
        "../../wit-wasi03/packages/cli",
        "../../wit-wasi03/packages/random",
        "../../wit-wasi03/packages/http",
        "../../../guest-build/wit/keyvalue",
        "../../wit-wasi03/worlds",
    ],
    generate_all,
});

use exports::examples::gallery_wasi03::streams::Guest;
use wit_bindgen::{FutureReader, StreamReader, StreamResult, spawn_local};

struct Lines;
export!(Lines);

impl Guest for Lines {
    async fn upper(mut input: StreamReader<u8>) -> StreamReader<u8> {
        let (mut sink, output) = wit_stream::new();
        spawn_local(async move {
            let mut buffer = Vec::with_capacity(16384);
            loop {
                let (status, mut chunk) = input.read(buffer).await;
                chunk.make_ascii_uppercase();
                buffer = sink.write_all(chunk).await;
                if !buffer.is_empty() || matches!(status, StreamResult::Dropped) {
                    break;
                }
                buffer.clear();
            }
        });
        output
    }

    async fn count(mut input: StreamReader<u8>) -> u64 {
        let mut count = 0;
        let mut buffer = Vec::with_capacity(16384);
        loop {
            let (status, chunk) = input.read(buffer).await;
            count += chunk.len() as u64;
            buffer = chunk;
            buffer.clear();
            if matches!(status, StreamResult::Dropped) {
                return count;
            }
        }
    }

    async fn numbers(count: u32) -> StreamReader<u32> {
        let (mut sink, output) = wit_stream::new();
        spawn_local(async move {
            for number in 0..count {
                if sink.write_one(number).await.is_some() {
                    break;
                }
            }
        });
        output
    }

    async fn later(name: String) -> FutureReader<String> {
        let (sink, output) = wit_future::new(|| unreachable!());
        spawn_local(async move {
            let _ = sink.write(format!("{name} later")).await;
        });
        output
    }

    async fn join(name: FutureReader<String>) -> Result<String, String> {
        Ok(name.await.to_uppercase())
    }
}
