//! The `agent-tool` binary.
#![forbid(unsafe_code)]

fn main() {
    xtask::main();
}
