//! Python: an `AF_INET` socket that is bound to the name, the first address, or every address.

use super::{
    ANY_V4, ANY_V6, INET, LOOPBACK_V4, LOOPBACK_V6, SYSTEM, TWO_WILDCARDS, every, first, run, server,
};
use crate::program::servers::{Missing, Opens, Server, Twice};

/// A server on Python; the library's version is in `ran`.
const fn python(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    opens: Opens,
    ran: &'static str,
    references: &'static [&'static str],
) -> Server {
    Server { program: Some("python"), ..server(id, name, told, opens, run(ran), references) }
}

const STD: &str = "3.11.7";

const BEST_FAMILY: &[&str] = &["CPython Lib/http/server.py: _get_best_family (3.11)"];
pub(super) const HTTP_SERVER: Server =
    python("python-http-server", "Python http.server", "default", ANY_V4, STD, BEST_FAMILY);
pub(super) const HTTP_SERVER_LOCALHOST: Server = python(
    "python-http-server-localhost",
    "Python http.server",
    "--bind localhost",
    first(SYSTEM),
    STD,
    BEST_FAMILY,
);

const SOCKETSERVER_BIND: &[&str] = &[
    "CPython Lib/socketserver.py: TCPServer.address_family, server_bind (3.11)",
    "CPython Modules/socketmodule.c: setipaddr",
];
pub(super) const SOCKETSERVER: Server =
    python("python-socketserver", "Python socketserver", "('', port)", ANY_V4, STD, SOCKETSERVER_BIND);
pub(super) const SOCKETSERVER_LOCALHOST: Server = python(
    "python-socketserver-localhost",
    "Python socketserver",
    "('localhost', port)",
    first(INET),
    STD,
    SOCKETSERVER_BIND,
);

const CREATE: &[&str] = &["CPython Lib/socket.py: create_server (3.11)"];
pub(super) const CREATE_SERVER: Server =
    python("python-create-server", "Python socket.create_server", "('', port)", ANY_V4, STD, CREATE);
pub(super) const CREATE_SERVER_LOCALHOST: Server = python(
    "python-create-server-localhost",
    "Python socket.create_server",
    "('localhost', port)",
    first(INET),
    STD,
    CREATE,
);

/// `create_server`: a set of addresses, `IPV6_V6ONLY`; the first failure ends it.
const ASYNCIO_BIND: &[&str] = &["CPython Lib/asyncio/base_events.py: create_server (3.11)"];
const ASYNCIO_EVERY: Opens = every(SYSTEM, Missing::Fails, Twice::Merged);
pub(super) const ASYNCIO: Server = python(
    "python-asyncio-server",
    "Python asyncio.start_server",
    "host=None",
    TWO_WILDCARDS,
    STD,
    ASYNCIO_BIND,
);
pub(super) const ASYNCIO_LOCALHOST: Server = python(
    "python-asyncio-server-localhost",
    "Python asyncio.start_server",
    "'localhost'",
    ASYNCIO_EVERY,
    STD,
    ASYNCIO_BIND,
);
const AIOHTTP_BIND: &[&str] = &["aiohttp web_runner.py: TCPSite.start", ASYNCIO_BIND[0]];
pub(super) const AIOHTTP: Server =
    python("aiohttp-web", "aiohttp", "run_app(app)", TWO_WILDCARDS, "aiohttp 3.14.5", AIOHTTP_BIND);
pub(super) const AIOHTTP_LOCALHOST: Server = python(
    "aiohttp-web-localhost",
    "aiohttp",
    "run_app(app, host='localhost')",
    ASYNCIO_EVERY,
    "aiohttp 3.14.5",
    AIOHTTP_BIND,
);

const TORNADO_BIND: &[&str] = &["tornado netutil.py: bind_sockets (6.6)"];
pub(super) const TORNADO: Server =
    python("tornado", "tornado", "listen(port)", TWO_WILDCARDS, "tornado 6.6.1", TORNADO_BIND);
pub(super) const TORNADO_LOCALHOST: Server = python(
    "tornado-localhost",
    "tornado",
    "listen(port, 'localhost')",
    every(SYSTEM, Missing::SkippedV6Loopback, Twice::Merged),
    "tornado 6.6.1",
    TORNADO_BIND,
);

const WAITRESS_BIND: &[&str] = &["waitress adjustments.py: Adjustments.__init__"];
pub(super) const WAITRESS: Server =
    python("waitress", "waitress", "default", ANY_V4, "waitress on Python 3.11", WAITRESS_BIND);
pub(super) const WAITRESS_LOCALHOST: Server = python(
    "waitress-localhost",
    "waitress",
    "host='localhost'",
    every(SYSTEM, Missing::Fails, Twice::Merged),
    "waitress on Python 3.11",
    WAITRESS_BIND,
);

/// One process: asyncio's `create_server`; with `--reload` or `--workers` a socket that the parent binds.
const UVICORN_BIND: &[&str] = &["uvicorn server.py: Server.startup; config.py: Config.bind_socket (0.54)"];
const UVICORN_RUN: &str = "uvicorn 0.54";
pub(super) const UVICORN: Server =
    python("uvicorn", "uvicorn", "default", LOOPBACK_V4, UVICORN_RUN, UVICORN_BIND);
pub(super) const UVICORN_LOCALHOST: Server =
    python("uvicorn-localhost", "uvicorn", "--host localhost", ASYNCIO_EVERY, UVICORN_RUN, UVICORN_BIND);
pub(super) const UVICORN_RELOAD: Server = python(
    "uvicorn-reload-localhost",
    "uvicorn",
    "--reload --host localhost",
    first(INET),
    UVICORN_RUN,
    UVICORN_BIND,
);
pub(super) const UVICORN_EMPTY: Server =
    python("uvicorn-host-empty", "uvicorn", "--host ''", TWO_WILDCARDS, UVICORN_RUN, UVICORN_BIND);
pub(super) const UVICORN_V6: Server =
    python("uvicorn-host-v6", "uvicorn", "--host ::", ANY_V6, UVICORN_RUN, UVICORN_BIND);

pub(super) const HYPERCORN_LOCALHOST: Server = python(
    "hypercorn-localhost",
    "hypercorn",
    "-b localhost",
    first(INET),
    "hypercorn on Python 3.11",
    &["hypercorn config.py: Config._create_sockets"],
);

const GUNICORN_BIND: &[&str] = &["gunicorn util.py: parse_address; sock.py: create_sockets"];
pub(super) const GUNICORN_LOCALHOST: Server =
    python("gunicorn-localhost", "gunicorn", "-b localhost", first(INET), "gunicorn 27", GUNICORN_BIND);
pub(super) const GUNICORN_PORT: Server =
    python("gunicorn-port", "gunicorn", "-b :port", ANY_V4, "gunicorn 27", GUNICORN_BIND);

const FLASK_BIND: &[&str] = &["Werkzeug serving.py: select_address_family, BaseWSGIServer"];
pub(super) const FLASK: Server = python("flask", "Flask", "flask run", LOOPBACK_V4, "Flask 3.1", FLASK_BIND);
pub(super) const FLASK_LOCALHOST: Server =
    python("flask-localhost", "Flask", "flask run --host localhost", first(INET), "Flask 3.1", FLASK_BIND);

const DJANGO_BIND: &[&str] = &["Django core/management/commands/runserver.py: Command.handle (5.2)"];
pub(super) const DJANGO: Server =
    python("django", "Django", "runserver", LOOPBACK_V4, "Django 5.2", DJANGO_BIND);
pub(super) const DJANGO_LOCALHOST: Server =
    python("django-localhost", "Django", "runserver localhost:port", first(INET), "Django 5.2", DJANGO_BIND);
pub(super) const DJANGO_V6: Server =
    python("django-v6", "Django", "runserver -6", LOOPBACK_V6, "Django 5.2", DJANGO_BIND);
