//! The verdict on a file, as JSON with a member `verdict`: `valid`, `invalid`, `unsupported` or `limit`.

use crate::disputed::disputed;
use crate::features;
use crate::json;
use crate::report::Report;
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
            Ok(()) => {
                let off = json::array([json::string("SHARED_MEMORY")]);
                unsupported(file, request, &walk, off, offset)
            }
            Err(error) => invalid(file, error, request),
        },
        Err(Stop::Invalid(error)) => match is_valid(file, WasmFeatures::all()) {
            Ok(()) => {
                let needed = features::needed(request.features, |features| is_valid(file, features));
                let off = features::names(needed - request.features);
                unsupported(file, request, &walk, off, error.offset())
            }
            Err(_) => invalid(file, error, request),
        },
    }
}

fn valid(file: &[u8], request: &Request, walk: &Walk) -> String {
    if !request.report {
        return json::object([("verdict", json::string("valid"))]);
    }
    json::object([
        ("verdict", json::string("valid")),
        ("used", used(file)),
        ("report", walk.report.to_json()),
    ])
}

/// `features` are those that it would need and are off.
fn unsupported(file: &[u8], request: &Request, walk: &Walk, features: String, offset: u64) -> String {
    let mut members = vec![
        ("verdict", json::string("unsupported")),
        ("features", features),
        ("offset", offset.to_string()),
        ("place", walk.place.to_json(file)),
    ];
    if request.report {
        members.push(("used", used(file)));
        members.push(("report", Report::read(file).to_json()));
    }
    json::object(members)
}

/// The features that a file uses, as far as they can be told: of what this build takes for invalid, none.
fn used(file: &[u8]) -> String {
    if is_valid(file, WasmFeatures::all()).is_err() {
        return json::array([]);
    }
    features::names(features::used(|features| is_valid(file, features)))
}

/// Says what is wrong with all features on: that one of them is off is not what is wrong.
fn invalid(file: &[u8], first: Error, request: &Request) -> String {
    let mut walk = Walk::tolerant();
    let error = match walk.go(file, WasmFeatures::all(), &request.limits) {
        Err(Stop::Invalid(error)) => error,
        _ => first,
    };
    if let Some(name) = disputed(error.message()) {
        return unsupported(file, request, &walk, json::array([json::string(name)]), error.offset());
    }
    json::object([
        ("verdict", json::string("invalid")),
        ("message", json::string(error.message())),
        ("offset", error.offset().to_string()),
        ("place", walk.place.to_json(file)),
    ])
}
