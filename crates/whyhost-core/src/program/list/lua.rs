//! Lua's luasocket.

use super::library;
use crate::program::{Era, PLAIN, Program};
use crate::resolve::Evidence;

/// luasocket.
pub(super) const LUA: Program = library(
    "lua",
    "luasocket",
    "socket.connect, socket.http",
    &[Era {
        since: "3",
        label: "3",
        evidence: Evidence::Measured { run: "Lua 5.4 with luasocket 3" },
        behaviour: PLAIN,
    }],
    &["luasocket src/inet.c: inet_tryconnect"],
);
