//! Which features a file needs. wasmparser names the one that is missing where it can, which is not everywhere.

use crate::json;
use wasmparser::{Error, WasmFeatures};

/// Version of wasmparser; a test holds it against the lock file.
const WASMPARSER: &str = "0.263.0";

/// What every file may use.
const ALWAYS: WasmFeatures = WasmFeatures::MVP.union(WasmFeatures::COMPONENT_MODEL);

pub fn describe() -> String {
    json::object([("wasmparser", json::string(WASMPARSER)), ("features", names(WasmFeatures::all()))])
}

pub fn names(features: WasmFeatures) -> String {
    json::array(features.iter_names().map(|(name, _)| json::string(name)))
}

/// A least set of features with which a file is valid, given that it is with all; without those that every file may use.
pub fn used(is_valid: impl Fn(WasmFeatures) -> Result<(), Error>) -> WasmFeatures {
    needed(ALWAYS, is_valid) - ALWAYS
}

/// What has to be added to `features` for a file to be valid, given that it is with all, and `features` themselves.
pub fn needed(features: WasmFeatures, is_valid: impl Fn(WasmFeatures) -> Result<(), Error>) -> WasmFeatures {
    let mut enough = features;
    while let Err(error) = is_valid(enough) {
        match error.missing_wasm_feature().filter(|missing| !enough.contains(*missing)) {
            Some(missing) => enough |= missing,
            None => match helpful(enough, error.offset(), &is_valid) {
                Some(helpful) => enough |= helpful,
                None => return WasmFeatures::all(),
            },
        }
    }
    enough
}

/// A feature that alone has validation come further than to `offset`.
fn helpful(
    enough: WasmFeatures,
    offset: u64,
    is_valid: impl Fn(WasmFeatures) -> Result<(), Error>,
) -> Option<WasmFeatures> {
    let missing = (WasmFeatures::all() - enough).iter_names().map(|(_, feature)| feature);
    missing.into_iter().find(|feature| match is_valid(enough | *feature) {
        Ok(()) => true,
        Err(error) => error.offset() > offset,
    })
}
