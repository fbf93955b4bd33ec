//! Port forwarding: both loopback addresses without asking for `localhost`.

use super::{EITHER_LOOPBACK, LOOPBACK_V4, TWO_WILDCARDS, run, server};
use crate::program::servers::{Opens, Server};
use crate::resolve::Evidence;

/// `getaddrinfo` with no name gives the loopback addresses, or the wildcards with `AI_PASSIVE`; one socket is enough.
const fn ssh(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("ssh"),
        ..server(
            id,
            "ssh",
            told,
            opens,
            run("OpenSSH 9.2"),
            &[
                "OpenSSH channels.c: channel_fwd_bind_addr, channel_setup_fwd_listener_tcpip (9.2)",
                "https://man.openbsd.org/ssh#L",
            ],
        )
    }
}
pub(super) const SSH_LOCAL: Server = ssh("ssh-l", "-L port:host:hostport", EITHER_LOOPBACK);
pub(super) const SSH_LOCAL_LOCALHOST: Server =
    ssh("ssh-l-localhost", "-L localhost:port:host:hostport", EITHER_LOOPBACK);
pub(super) const SSH_LOCAL_V4: Server = ssh("ssh-l-v4", "-L 127.0.0.1:port:host:hostport", LOOPBACK_V4);
pub(super) const SSH_LOCAL_GATEWAY: Server = ssh("ssh-l-gateway", "-g -L port:host:hostport", TWO_WILDCARDS);
pub(super) const SSH_DYNAMIC: Server = ssh("ssh-d", "-D port", EITHER_LOOPBACK);
/// The side of the server, without `GatewayPorts`.
pub(super) const SSH_REMOTE: Server = ssh("ssh-r", "-R port:host:hostport (on the server)", EITHER_LOOPBACK);

pub(super) const KUBECTL: Server = server(
    "kubectl-port-forward",
    "kubectl port-forward",
    "--address localhost (default)",
    EITHER_LOOPBACK,
    Evidence::Documented,
    &[
        "client-go tools/portforward/portforward.go: parseAddresses, listenOnPort",
        "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/",
    ],
);
