//! Judges WebAssembly components for wasmlattice: wasmparser behind a C interface of a few functions, compiled to a core module that
//! imports its memory and nothing else. The README of the package says how it is built, and by whom it is called.

mod census;
mod disputed;
mod failure;
mod features;
mod json;
mod place;
mod report;
mod request;
mod verdict;
mod walk;

/// Room for what the host passes; 0 when there is no memory for it. It is never given back: an instance judges one file.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    let mut room = Vec::<u8>::new();
    if room.try_reserve_exact(length).is_err() {
        return core::ptr::null_mut();
    }
    core::mem::ManuallyDrop::new(room).as_mut_ptr()
}

/// The verdict on a file: JSON as UTF-8, after its length in bytes as a little-endian `u32`.
///
/// # Safety
///
/// Both are in rooms of [`allocate`], and the host has filled them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn validate(
    request: *const u8,
    request_length: usize,
    file: *const u8,
    file_length: usize,
) -> *const u8 {
    failure::note_panics();
    let (request, file) = unsafe {
        (core::slice::from_raw_parts(request, request_length), core::slice::from_raw_parts(file, file_length))
    };
    answer(verdict::judge(file, &request::Request::read(request)))
}

/// What this build is: JSON as [`validate`] returns it, with the version of wasmparser and the names of all features it knows.
#[unsafe(no_mangle)]
pub extern "C" fn describe() -> *const u8 {
    answer(features::describe())
}

/// After a trap: 1 when the host gave no more memory, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn is_out_of_memory() -> i32 {
    i32::from(failure::is_out_of_memory())
}

/// After a trap: what the panic said that led to it, as [`validate`] returns its verdict; an empty string for other traps.
#[unsafe(no_mangle)]
pub extern "C" fn panic_text() -> *const u8 {
    answer(json::string(&failure::panic_text()))
}

fn answer(text: String) -> *const u8 {
    let length = u32::try_from(text.len()).expect("an answer has less than 4 GiB");
    let bytes: Vec<u8> = [length.to_le_bytes().as_slice(), text.as_bytes()].concat();
    Box::leak(bytes.into_boxed_slice()).as_ptr()
}
