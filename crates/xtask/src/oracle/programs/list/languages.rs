//! Languages with one or a few clients each.

use crate::oracle::programs::client::{Client, Origin, PLAIN, no_final_dot};

const JAVA: Client = Client {
    model: "java",
    from: Origin::Built {
        makes: "java/Connect.class",
        command: &["javac", "-d", "{programs}/java", "{clients}/Connect.java"],
        packages: &[],
    },
    version: &["java", "-version"],
    ..PLAIN
};

macro_rules! java {
    ($kind:literal) => {
        &[
            "java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            "{programs}/java",
            "Connect",
            $kind,
            "{name}",
            "{port}",
        ]
    };
}

macro_rules! perl {
    ($id:literal, $model:literal, $kind:literal) => {
        Client {
            id: $id,
            model: $model,
            version: &["perl", "--version"],
            run: &["perl", "{clients}/connect.pl", $kind, "{name}", "{port}"],
            ..PLAIN
        }
    };
}

pub(super) const SYSTEM: &[Client] = &[
    Client { id: "java", run: java!("socket"), ..JAVA },
    Client { id: "java-channel", run: java!("channel"), ..JAVA },
    Client { id: "java-url", run: java!("url"), takes: no_final_dot, ..JAVA },
    Client { id: "java-http", run: java!("http"), takes: no_final_dot, ..JAVA },
    Client {
        id: "java-system",
        run: java!("socket"),
        env: &[("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv6Addresses=system")],
        ..JAVA
    },
    Client {
        id: "java-ipv6",
        run: java!("socket"),
        env: &[("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv6Addresses=true")],
        ..JAVA
    },
    Client {
        id: "java-ipv4",
        run: java!("socket"),
        env: &[("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv4Stack=true")],
        ..JAVA
    },
    perl!("perl", "perl", "ip"),
    perl!("perl-http", "perl", "http"),
    perl!("perl-inet", "perl-inet", "inet"),
    Client {
        id: "bash",
        model: "bash",
        version: &["bash", "--version"],
        run: &["bash", "-c", "exec 3<>/dev/tcp/{name}/{port}"],
        ..PLAIN
    },
    Client {
        id: "c",
        // The loop of Rust's standard library.
        model: "rust",
        from: Origin::Built {
            makes: "c/connect",
            command: &["gcc", "-O1", "-o", "{programs}/c/connect", "{clients}/connect.c"],
            packages: &[],
        },
        version: &["echo", "1"],
        run: &["{programs}/c/connect", "{name}", "{port}"],
        ..PLAIN
    },
];

const GO: Client = Client { version: &["{programs}/go/cgo"], with: &[("go", &[])], ..PLAIN };

pub(super) const FETCHED: &[Client] = &[
    Client {
        id: "go",
        model: "go",
        from: Origin::Built {
            makes: "go/cgo",
            command: &[
                "env",
                "HOME={programs}/go",
                "CGO_ENABLED=1",
                "go",
                "build",
                "-o",
                "{programs}/go/cgo",
                "{clients}/connect.go",
            ],
            packages: &["golang-go"],
        },
        run: &["{programs}/go/cgo", "{name}", "{port}"],
        ..GO
    },
    Client {
        id: "go-pure",
        model: "go-pure",
        from: Origin::Built {
            makes: "go/pure",
            command: &[
                "env",
                "HOME={programs}/go",
                "CGO_ENABLED=0",
                "go",
                "build",
                "-o",
                "{programs}/go/pure",
                "{clients}/connect.go",
            ],
            packages: &["golang-go"],
        },
        version: &["{programs}/go/pure"],
        run: &["{programs}/go/pure", "{name}", "{port}"],
        ..GO
    },
    Client {
        id: "php",
        model: "php",
        from: Origin::Debian(&["php-cli"]),
        version: &["sh", "-c", "exec /usr/bin/php[0-9]* --version"],
        run: &[
            "sh",
            "-c",
            "exec /usr/bin/php[0-9]* -n -r 'exit(@fsockopen($argv[1], (int)$argv[2], $e, $t, 2) ? 0 : 1);' $0 $1",
            "{name}",
            "{port}",
        ],
        ..PLAIN
    },
    Client {
        id: "ruby",
        model: "ruby",
        from: Origin::Debian(&["ruby"]),
        version: &["ruby", "--version"],
        run: &["ruby", "-rsocket", "-e", "TCPSocket.new(ARGV[0], ARGV[1]).close", "{name}", "{port}"],
        ..PLAIN
    },
    Client {
        id: "ruby-tcp",
        model: "ruby",
        from: Origin::Debian(&["ruby"]),
        version: &["ruby", "--version"],
        run: &["ruby", "-rsocket", "-e", "Socket.tcp(ARGV[0], ARGV[1]).close", "{name}", "{port}"],
        ..PLAIN
    },
    Client {
        id: "erlang",
        model: "erlang",
        from: Origin::Debian(&["erlang-base"]),
        version: &["erl", "-noshell", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."],
        run: &[
            "erl",
            "-noshell",
            "-eval",
            "{ok, [[H]]} = init:get_argument(host), {ok, [[P]]} = init:get_argument(port), \
             R = gen_tcp:connect(H, list_to_integer(P), [], 2000), io:format(\"~p~n\", [R]), halt().",
            "-host",
            "{name}",
            "-port",
            "{port}",
        ],
        ..PLAIN
    },
];
