//! Servers on Node, and the other runtimes of JavaScript.

use super::node::{adapt, on_localhost, without_host};
use super::{
    ANY_V4, LOOPBACK_V4, SYSTEM, SYSTEM_V4_FIRST, dual_stack_else_v4, every, first, first_bound, run, server,
};
use crate::program::servers::{Ask, Dual, Missing, Opens, Server, Twice};
use crate::program::{GETADDRINFO, Order};
use crate::resolve::Evidence;

const VITE_RUN: Evidence = run("Vite 8.3.8 on Node 24.21.0");
const VITE_HOSTS: &[&str] =
    &["https://vite.dev/config/server-options.html#server-host", "vitejs/vite pull request 8543"];

/// Vite's development server: `localhost` is its default since Vite 3.
pub(super) const VITE: Server = on_localhost("vite", "Vite", "default", VITE_RUN, VITE_HOSTS);
pub(super) const VITE_LOCALHOST: Server =
    on_localhost("vite-host-localhost", "Vite", "--host localhost", VITE_RUN, VITE_HOSTS);
pub(super) const VITE_HOST: Server = without_host("vite-host", "Vite", "--host", VITE_RUN, VITE_HOSTS);
pub(super) const VITE_V4: Server = Server {
    program: Some("node"),
    ..server("vite-host-v4", "Vite", "--host 127.0.0.1", LOOPBACK_V4, VITE_RUN, VITE_HOSTS)
};
pub(super) const VITE_PREVIEW: Server =
    on_localhost("vite-preview", "Vite preview", "default", VITE_RUN, VITE_HOSTS);

const NEXT_RUN: Evidence = run("Next.js 15.5.29");
const NEXT_HOSTS: &[&str] = &["https://nextjs.org/docs/app/api-reference/cli/next"];
pub(super) const NEXT: Server = without_host("next", "Next.js", "next dev", NEXT_RUN, NEXT_HOSTS);
pub(super) const NEXT_LOCALHOST: Server =
    on_localhost("next-localhost", "Next.js", "next dev -H localhost", NEXT_RUN, NEXT_HOSTS);

const WEBPACK_RUN: Evidence = run("webpack-dev-server 5 on Node 24.21.0");
const WEBPACK_HOSTS: &[&str] = &["https://webpack.js.org/configuration/dev-server/#devserverhost"];
pub(super) const WEBPACK: Server =
    without_host("webpack-dev-server", "webpack-dev-server", "default", WEBPACK_RUN, WEBPACK_HOSTS);
pub(super) const WEBPACK_LOCALHOST: Server = on_localhost(
    "webpack-dev-server-localhost",
    "webpack-dev-server",
    "host: 'localhost'",
    WEBPACK_RUN,
    WEBPACK_HOSTS,
);

const EXPRESS_RUN: Evidence = run("on Node 24.21.0");
const EXPRESS_LISTEN: &[&str] = &["Express lib/application.js: app.listen"];
pub(super) const EXPRESS: Server =
    without_host("express", "Express", "listen(port)", EXPRESS_RUN, EXPRESS_LISTEN);
pub(super) const EXPRESS_LOCALHOST: Server =
    on_localhost("express-localhost", "Express", "listen(port, 'localhost')", EXPRESS_RUN, EXPRESS_LISTEN);

const fn fastify_both(ask: Ask) -> Opens {
    every(ask, Missing::SkippedButFirst, Twice::Merged)
}
const FASTIFY_BEFORE_17: &[(&str, Opens)] = &[("17", fastify_both(SYSTEM_V4_FIRST))];
/// The main server takes the first address; each of the others gets a server of its own, whose failure is ignored.
const fn fastify(id: &'static str, told: &'static str) -> Server {
    Server {
        program: Some("node"),
        before: FASTIFY_BEFORE_17,
        adapt: Some(adapt),
        ..server(
            id,
            "Fastify",
            told,
            fastify_both(SYSTEM),
            run("Fastify 5 on Node 24.21.0"),
            &[
                "Fastify lib/server.js: multipleBindings (5)",
                "https://fastify.dev/docs/latest/Reference/Server/#listen",
            ],
        )
    }
}
pub(super) const FASTIFY: Server = fastify("fastify", "listen({ port })");
pub(super) const FASTIFY_LOCALHOST: Server =
    fastify("fastify-localhost", "listen({ port, host: 'localhost' })");

pub(super) const HTTP_SERVER: Server = Server {
    program: Some("node"),
    ..server(
        "http-server",
        "http-server",
        "default",
        ANY_V4,
        run("http-server 14"),
        &["https://github.com/http-party/http-server#available-options"],
    )
};

const SERVE_RUN: Evidence = run("serve 14 on Node 24.21.0");
const SERVE_LISTEN: &[&str] =
    &["https://github.com/vercel/serve#usage", "serve source/utilities/server.ts: startServer"];
pub(super) const SERVE: Server = without_host("serve", "serve", "default", SERVE_RUN, SERVE_LISTEN);
pub(super) const SERVE_LOCALHOST: Server =
    on_localhost("serve-localhost", "serve", "-l tcp://localhost:port", SERVE_RUN, SERVE_LISTEN);

const DENO_RUN: Evidence = run("2.9.6");
const DENO: &[&str] =
    &["Deno ext/net/ops.rs: op_net_listen_tcp (2.9)", "https://docs.deno.com/api/deno/~/Deno.listen"];
const fn deno(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server { program: Some("deno"), ..server(id, "Deno", told, opens, DENO_RUN, DENO) }
}
pub(super) const DENO_SERVE: Server = deno("deno-serve", "Deno.serve({ port })", ANY_V4);
pub(super) const DENO_SERVE_LOCALHOST: Server =
    deno("deno-serve-localhost", "Deno.serve({ port, hostname: 'localhost' })", first(SYSTEM));
pub(super) const DENO_LISTEN: Server = deno("deno-listen", "Deno.listen({ port })", ANY_V4);

/// Bun: the IPv6 addresses of the answer first, the next where one cannot be bound.
const BUN_ASK: Ask = Ask { lookup: GETADDRINFO, builtin: None, order: Order::V6First };
const fn bun(id: &'static str, name: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("bun"),
        ..server(
            id,
            name,
            told,
            opens,
            run("1.4.5"),
            &["Bun packages/bun-usockets/src/bsd.c: bsd_create_listen_socket, bsd_bind_listen_fd"],
        )
    }
}
pub(super) const BUN_SERVE: Server =
    bun("bun-serve", "Bun", "Bun.serve({ port })", dual_stack_else_v4(Dual::Set));
pub(super) const BUN_SERVE_LOCALHOST: Server =
    bun("bun-serve-localhost", "Bun", "Bun.serve({ port, hostname: 'localhost' })", first_bound(BUN_ASK));
pub(super) const BUN_NODE: Server =
    bun("bun-node-listen", "Bun node:http", "listen(port)", dual_stack_else_v4(Dual::Set));
pub(super) const BUN_NODE_LOCALHOST: Server =
    bun("bun-node-listen-localhost", "Bun node:http", "listen(port, 'localhost')", first_bound(BUN_ASK));
