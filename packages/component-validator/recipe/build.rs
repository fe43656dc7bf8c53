//! The host gives the memory, and with it says how far it may grow.

fn main() {
    println!("cargo:rustc-link-arg=--import-memory");
    println!("cargo:rustc-link-arg=--initial-memory=2097152");
    println!("cargo:rustc-link-arg=--max-memory=4294967296");
}
