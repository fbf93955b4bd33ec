//! docs/resolvers.md is what the models say.

#![allow(
    clippy::disallowed_methods,
    reason = "the test reads and writes the page; the crate itself touches no file"
)]

mod profiles;

use std::path::Path;
use whyhost_core::handbook;
use whyhost_core::machine::Machine;
use whyhost_core::program::servers::opens;

#[test]
fn the_page_is_made_from_the_models() {
    let machine = Machine::new(profiles::snapshot("dual", profiles::hosts("b")));
    let page = handbook::page(|server| opens(&machine, server).words());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/resolvers.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs/resolvers.md");
    }
    let found = std::fs::read_to_string(&path).expect("docs/resolvers.md");
    assert!(found == page, "out of step: UPDATE_DOCS=1 cargo test -p whyhost-core --test handbook");
}
