//! The `xtask` binary.
#![forbid(unsafe_code)]

fn main() {
    xtask::main();
}
