//! The command (skeleton).
fn main() {}
