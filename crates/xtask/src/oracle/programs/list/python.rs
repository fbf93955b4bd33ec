//! Python and its libraries.

use crate::oracle::programs::client::{Client, Origin, PLAIN, any, no_final_dot};

const SCRIPT: &str = "{clients}/connect.py";

macro_rules! system {
    ($id:literal, $model:literal, $kind:literal, $takes:expr) => {
        Client {
            id: $id,
            model: $model,
            version: &["/usr/bin/python3", "--version"],
            run: &["/usr/bin/python3", SCRIPT, $kind, "{name}", "{port}"],
            takes: $takes,
            ..PLAIN
        }
    };
}

pub(super) const SYSTEM: &[Client] = &[
    system!("python", "python", "create_connection", any),
    system!("python-urllib", "python", "urllib", no_final_dot),
    system!("python-inet", "python-inet", "inet", any),
    system!("python-asyncio", "python-asyncio", "stream", any),
];

macro_rules! library {
    ($id:literal, $model:literal, $package:literal, $kind:literal) => {
        Client {
            id: $id,
            model: $model,
            // async-timeout is asked for by redis with a Python that the resolver of pip does not foresee.
            from: Origin::PyPi(&[$package, "async-timeout"]),
            version: &["/usr/bin/python3", SCRIPT, "version", $package, "0"],
            run: &["/usr/bin/python3", SCRIPT, $kind, "{name}", "{port}"],
            env: &[("PYTHONPATH", "{programs}/python")],
            takes: no_final_dot,
            ..PLAIN
        }
    };
}

pub(super) const FETCHED: &[Client] = &[
    library!("aiohttp", "python-aiohttp", "aiohttp", "aiohttp"),
    library!("requests", "python", "requests", "requests"),
    library!("httpx", "python", "httpx", "httpx"),
    library!("httpx-async", "python-anyio", "httpx", "httpx_async"),
    library!("anyio", "python-anyio", "anyio", "anyio"),
    library!("tornado", "python-tornado", "tornado", "tornado"),
    library!("grpc", "grpc", "grpcio", "grpc"),
    library!("redis-py", "python-redis", "redis", "redis"),
    library!("redis-py-asyncio", "python-redis-asyncio", "redis", "redis_asyncio"),
    library!("pymongo", "python-pymongo", "pymongo", "pymongo"),
];
