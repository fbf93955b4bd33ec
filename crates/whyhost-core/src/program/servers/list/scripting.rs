//! PHP, Ruby, Perl and Erlang.

use super::{
    ANY_V4, CONFIGURED, INET, SYSTEM, TWO_WILDCARDS, dual_stack, every, first, first_bound, run, server,
};
use crate::program::servers::{Dual, Missing, Opens, Server, Twice};

const fn php(id: &'static str, told: &'static str, references: &'static [&'static str]) -> Server {
    Server { program: Some("php"), ..server(id, "PHP", told, first_bound(SYSTEM), run("8.2.36"), references) }
}
pub(super) const PHP: Server = php(
    "php-s-localhost",
    "php -S localhost:port",
    &["PHP sapi/cli/php_cli_server.c: php_network_listen_socket (8.2)"],
);
pub(super) const PHP_STREAM: Server = php(
    "php-stream-socket-server-localhost",
    "stream_socket_server('tcp://localhost:port')",
    &["PHP main/network.c: php_network_bind_socket_to_local_addr (8.2)"],
);

const fn ruby(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    opens: Opens,
    ran: &'static str,
    references: &'static [&'static str],
) -> Server {
    Server { program: Some("ruby"), ..server(id, name, told, opens, run(ran), references) }
}
const TCP_SERVER: &[&str] = &["Ruby ext/socket/ipsocket.c: init_inetsock_internal (3.1)"];
const SERVER_SOCKETS: &[&str] = &["Ruby ext/socket/lib/socket.rb: Socket.tcp_server_sockets (3.1)"];
/// Addresses that cannot be bound are passed over.
const RUBY_EVERY: Opens = every(SYSTEM, Missing::Skipped, Twice::Refused);
pub(super) const RUBY_TCP_SERVER_LOCALHOST: Server = ruby(
    "ruby-tcp-server-localhost",
    "Ruby",
    "TCPServer.new('localhost', port)",
    first_bound(SYSTEM),
    "3.1",
    TCP_SERVER,
);
pub(super) const RUBY_TCP_SERVER: Server =
    ruby("ruby-tcp-server", "Ruby", "TCPServer.new(port)", ANY_V4, "3.1", TCP_SERVER);
pub(super) const RUBY_SERVER_SOCKETS: Server = ruby(
    "ruby-tcp-server-sockets-localhost",
    "Ruby",
    "Socket.tcp_server_sockets('localhost', port)",
    RUBY_EVERY,
    "3.1",
    SERVER_SOCKETS,
);
pub(super) const WEBRICK: Server =
    ruby("webrick", "WEBrick", "ruby -run -e httpd", TWO_WILDCARDS, "Ruby 3.1", SERVER_SOCKETS);
pub(super) const WEBRICK_LOCALHOST: Server =
    ruby("webrick-localhost", "WEBrick", "BindAddress: 'localhost'", RUBY_EVERY, "Ruby 3.1", SERVER_SOCKETS);
const PUMA_BIND: &[&str] = &["Puma lib/puma/binder.rb: add_tcp_listener, loopback_addresses (5.6)"];
pub(super) const PUMA: Server = ruby("puma-port", "Puma", "-p port", ANY_V4, "Puma 5.6.5", PUMA_BIND);
pub(super) const PUMA_LOCALHOST: Server = ruby(
    "puma-localhost",
    "Puma",
    "-b tcp://localhost:port",
    Opens::InterfaceLoopbacks,
    "Puma 5.6.5",
    PUMA_BIND,
);

pub(super) const PERL_INET: Server = Server {
    program: Some("perl-inet"),
    ..server(
        "perl-io-socket-inet-localhost",
        "Perl IO::Socket::INET",
        "LocalAddr => 'localhost'",
        first(INET),
        run("5.36"),
        &["IO::Socket::INET: configure, _get_addr"],
    )
};
pub(super) const PERL_IP: Server = Server {
    program: Some("perl"),
    ..server(
        "perl-io-socket-ip-localhost",
        "Perl IO::Socket::IP",
        "LocalHost => 'localhost'",
        first_bound(CONFIGURED),
        run("5.36"),
        &["IO::Socket::IP: _io_socket_ip__configure, setup (0.41)"],
    )
};

const fn erlang(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("erlang"),
        ..server(
            id,
            "Erlang",
            told,
            opens,
            run("25"),
            &["https://www.erlang.org/doc/apps/kernel/gen_tcp.html#listen/2"],
        )
    }
}
pub(super) const ERLANG: Server = erlang("erlang-listen", "gen_tcp:listen(port, [])", ANY_V4);
pub(super) const ERLANG_INET6: Server =
    erlang("erlang-listen-inet6", "gen_tcp:listen(port, [inet6])", dual_stack(Dual::Default));
pub(super) const EPMD: Server = Server {
    program: Some("erlang"),
    ..server(
        "epmd",
        "epmd",
        "default",
        TWO_WILDCARDS,
        run("Erlang 25"),
        &["Erlang/OTP erts/epmd/src/epmd_srv.c: run", "https://www.erlang.org/doc/apps/erts/epmd_cmd.html"],
    )
};
