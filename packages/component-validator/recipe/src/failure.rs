//! Why a validation trapped, for the host to ask afterwards.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, Once};

static OUT_OF_MEMORY: AtomicBool = AtomicBool::new(false);
static PANIC: Mutex<String> = Mutex::new(String::new());
static HOOK: Once = Once::new();

/// Notes that the host gave no more memory, which the trap that follows does not say.
struct NotingAllocator;

unsafe impl GlobalAlloc for NotingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, room: *mut u8, layout: Layout) {
        unsafe { System.dealloc(room, layout) }
    }

    unsafe fn realloc(&self, room: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(unsafe { System.realloc(room, layout, size) })
    }
}

#[global_allocator]
static ALLOCATOR: NotingAllocator = NotingAllocator;

fn note(room: *mut u8) -> *mut u8 {
    if room.is_null() {
        OUT_OF_MEMORY.store(true, Relaxed);
    }
    room
}

pub fn is_out_of_memory() -> bool {
    OUT_OF_MEMORY.load(Relaxed)
}

/// Keeps what a panic says.
pub fn note_panics() {
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            if let Ok(mut text) = PANIC.lock() {
                *text = info.to_string();
            }
        }));
    });
}

pub fn panic_text() -> String {
    PANIC.lock().map(|text| text.clone()).unwrap_or_default()
}
