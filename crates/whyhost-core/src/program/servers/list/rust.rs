//! Rust: the first address of `ToSocketAddrs` that can be bound.

use super::{SYSTEM, dual_stack, first_bound, run, server};
use crate::program::servers::{Dual, Opens, Server};

const fn rust(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    opens: Opens,
    ran: &'static str,
    references: &'static [&'static str],
) -> Server {
    Server { program: Some("rust"), ..server(id, name, told, opens, run(ran), references) }
}

const STD: &[&str] = &["https://doc.rust-lang.org/std/net/struct.TcpListener.html#method.bind"];
pub(super) const STD_LOCALHOST: Server = rust(
    "rust-std-localhost",
    "Rust std",
    "TcpListener::bind(\"localhost:port\")",
    first_bound(SYSTEM),
    "1.95",
    STD,
);
pub(super) const STD_V6: Server = rust(
    "rust-std-v6",
    "Rust std",
    "TcpListener::bind(\"[::]:port\")",
    dual_stack(Dual::Default),
    "1.95",
    STD,
);
pub(super) const TOKIO_LOCALHOST: Server = rust(
    "tokio-localhost",
    "tokio",
    "TcpListener::bind(\"localhost:port\")",
    first_bound(SYSTEM),
    "tokio 1.54",
    &["https://docs.rs/tokio/latest/tokio/net/struct.TcpListener.html#method.bind"],
);
