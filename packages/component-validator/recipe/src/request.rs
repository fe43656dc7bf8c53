//! What the host asks, as lines of text: `feature SIMD`, `limit types 10000`, `report`.

use crate::census::{Limit, Limits};
use wasmparser::WasmFeatures;

pub struct Request {
    /// What components may use.
    pub features: WasmFeatures,
    pub limits: Limits,
    /// Whether the host wants to know what a valid component is made of.
    pub report: bool,
}

impl Request {
    /// Panics for what the host never writes: both are built from the same sources.
    pub fn read(text: &[u8]) -> Request {
        let text = core::str::from_utf8(text).expect("a request in UTF-8");
        let mut request =
            Request { features: WasmFeatures::empty(), limits: Limits::default(), report: false };
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["feature", name] => {
                    request.features |= WasmFeatures::from_name(name).expect("a feature that wasmparser has")
                }
                ["limit", name, value] => request.limits.set(
                    Limit::from_name(name).expect("a limit that this build has"),
                    value.parse().expect("a limit that is a number"),
                ),
                ["report"] => request.report = true,
                _ => panic!("a line of a known kind"),
            }
        }
        request
    }
}
