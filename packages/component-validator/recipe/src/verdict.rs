//! The verdict on a file, as JSON with a member `verdict`: `valid`, `invalid`, `unsupported` or `limit`.

use crate::disputed::disputed;
use crate::features;
use crate::json;
use crate::request::Request;
use crate::walk::{Stop, Walk, is_valid};
use wasmparser::{Error, WasmFeatures};

pub fn judge(file: &[u8], request: &Request) -> String {
    let mut walk = Walk::default();
    match walk.go(file, request.features, &request.limits) {
        Ok(()) => valid(file, request, &walk),
        Err(Stop::Exceeded(exceeded)) => json::object([
            ("verdict", json::string("limit")),
            ("limit", json::string(exceeded.limit.name())),
            ("found", exceeded.found.to_string()),
            ("allowed", request.limits.get(exceeded.limit).to_string()),
            ("place", walk.place.to_json(file)),
        ]),
        Err(Stop::SharedMemory(offset)) => match is_valid(file, WasmFeatures::all()) {
            Ok(()) => unsupported(file, &walk, json::array([json::string("SHARED_MEMORY")]), offset),
            Err(error) => invalid(file, error, request),
        },
        Err(Stop::Invalid(error)) => match is_valid(file, WasmFeatures::all()) {
            Ok(()) => {
                let needed = features::needed(request.features, |features| is_valid(file, features));
                unsupported(file, &walk, features::names(needed - request.features), error.offset())
            }
            Err(_) => invalid(file, error, request),
        },
    }
}

fn valid(file: &[u8], request: &Request, walk: &Walk) -> String {
    if !request.report {
        return json::object([("verdict", json::string("valid"))]);
    }
    let used = features::used(|features| is_valid(file, features));
    json::object([
        ("verdict", json::string("valid")),
        ("features", features::names(used)),
        ("report", walk.report.to_json()),
    ])
}

fn unsupported(file: &[u8], walk: &Walk, features: String, offset: u64) -> String {
    json::object([
        ("verdict", json::string("unsupported")),
        ("features", features),
        ("offset", offset.to_string()),
        ("place", walk.place.to_json(file)),
    ])
}

/// Says what is wrong with all features on: that one of them is off is not what is wrong.
fn invalid(file: &[u8], first: Error, request: &Request) -> String {
    let mut walk = Walk::tolerant();
    let error = match walk.go(file, WasmFeatures::all(), &request.limits) {
        Err(Stop::Invalid(error)) => error,
        _ => first,
    };
    if let Some(name) = disputed(error.message()) {
        return unsupported(file, &walk, json::array([json::string(name)]), error.offset());
    }
    json::object([
        ("verdict", json::string("invalid")),
        ("message", json::string(error.message())),
        ("offset", error.offset().to_string()),
        ("place", walk.place.to_json(file)),
    ])
}
