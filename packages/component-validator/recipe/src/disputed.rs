//! What this version of wasmparser refuses and the specification has had, or has, as valid: to be told from what is invalid for
//! everybody.

/// The name of it, as the host lists it beside the features; by the words that wasmparser refuses it with.
pub fn disputed(message: &str) -> Option<&'static str> {
    if message.contains("historically accepted as `cancellable`") {
        return Some("CANCELLABLE");
    }
    if message.contains(" conflicts with previous name ") && differ_in_dashes_alone(message) {
        return Some("NAMES_THAT_DIFFER_IN_DASHES");
    }
    None
}

/// Whether the two names that are quoted differ, other than in case, and no more than in dashes.
fn differ_in_dashes_alone(message: &str) -> bool {
    let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_lowercase);
    let (Some(name), Some(previous)) = (quoted.next(), quoted.next()) else { return false };
    name != previous && name.replace('-', "") == previous.replace('-', "")
}
