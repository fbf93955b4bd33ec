//! Two network namespaces with a veth pair between them, and servers in them.
#![allow(clippy::print_stdout, reason = "a test that cannot run here says so")]

use rustix::net::sockopt;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use socket2::{Domain, Socket, Type};
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce() + Send>;

/// A network namespace, and a thread in it.
pub(crate) struct Space {
    keeper: Child,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Space {
    /// `None` where that is not allowed.
    fn new() -> Option<Space> {
        // It lives until its standard input is closed.
        let mut keeper = Command::new("unshare")
            .args(["-n", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let own = fs::metadata("/proc/self/ns/net").ok()?.ino();
        let link = format!("/proc/{}/ns/net", keeper.id());
        let patience = Instant::now() + BOUND;
        while fs::metadata(&link).map_or(own, |m| m.ino()) == own {
            if Instant::now() > patience || !matches!(keeper.try_wait(), Ok(None)) {
                let _ = keeper.kill();
                let _ = keeper.wait();
                return None;
            }
            std::thread::yield_now();
        }
        let (jobs, queue): (Sender<Job>, Receiver<Job>) = channel();
        let (entered, is_in) = channel();
        let thread = std::thread::spawn(move || {
            let link = fs::File::open(link);
            let moved = link.ok().and_then(|link| {
                move_into_link_name_space(link.as_fd(), Some(LinkNameSpaceType::Network)).ok()
            });
            let _ = entered.send(moved.is_some());
            while let Ok(job) = queue.recv() {
                job();
            }
        });
        let space = Space { keeper, jobs: Some(jobs), thread: Some(thread) };
        is_in.recv().is_ok_and(|inside| inside).then_some(space)
    }

    /// Runs `job` in the namespace.
    pub(crate) fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let (send, receive) = channel();
        let sent = self.jobs.as_ref().expect("running").send(Box::new(move || {
            let _ = send.send(job());
        }));
        assert!(sent.is_ok(), "the thread of the namespace has ended");
        receive.recv().expect("the job panicked")
    }

    fn ip(&self, arguments: &str) -> bool {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        self.run(move || {
            let output = Command::new("ip").args(&arguments).output();
            output.is_ok_and(|o| {
                if !o.status.success() {
                    println!("ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&o.stderr));
                }
                o.status.success()
            })
        })
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.keeper.stdin = None;
        let _ = self.keeper.wait();
    }
}

/// Two machines: `host` with lan0 (10.77.0.1, fd77::1, fe80::a1) and nic2 (172.30.0.1), `peer` with eth0 on the same network
/// and a route to the second one.
pub(crate) struct Network {
    pub(crate) host: Space,
    pub(crate) peer: Space,
    /// Index of eth0 at `peer`.
    pub(crate) theirs: u32,
}

impl Network {
    /// `None`, with a word, where namespaces cannot be made.
    pub(crate) fn new() -> Option<Network> {
        let made = Network::make();
        if made.is_none() {
            println!("SKIP: no network namespaces can be made here (root, unshare and ip are needed)");
        }
        made
    }

    fn make() -> Option<Network> {
        let (host, peer) = (Space::new()?, Space::new()?);
        let link = format!("link add lan0 type veth peer name eth0 netns {}", peer.keeper.id());
        let at_host = [
            "link set lo up",
            &link,
            "link set lan0 addrgenmode none",
            "addr add 10.77.0.1/24 dev lan0",
            "addr add fd77::1/64 dev lan0 nodad",
            "addr add fe80::a1/64 dev lan0 nodad",
            "link set lan0 up",
            "link add nic2 type veth peer name nic3",
            "link set nic3 up",
            "addr add 172.30.0.1/16 dev nic2",
            "link set nic2 up",
        ];
        let at_peer = [
            "link set lo up",
            "link set eth0 addrgenmode none",
            "addr add 10.77.0.2/24 dev eth0",
            "addr add fd77::2/64 dev eth0 nodad",
            "addr add fe80::b1/64 dev eth0 nodad",
            "link set eth0 up",
            "route add 172.30.0.0/16 via 10.77.0.1",
        ];
        let done = at_host.iter().all(|line| host.ip(line)) && at_peer.iter().all(|line| peer.ip(line));
        let theirs = peer.run(|| index_of("eth0"));
        done.then_some(Network { host, peer, theirs })
    }
}

/// Listeners on one port, in the order in which the model lists sockets.
pub(crate) struct Server {
    listeners: Vec<TcpListener>,
    pub(crate) port: u16,
}

impl Server {
    /// All of `binds`, with `SO_REUSEPORT`.
    pub(crate) fn start(binds: &[(&'static str, bool, Option<&'static str>)]) -> Server {
        let mut port = 0;
        let mut listeners = Vec::new();
        for (address, v6only, device) in binds {
            let address: IpAddr = address.parse().expect("an address");
            let listener =
                listen_on(address, port, *v6only, *device).expect("SO_REUSEPORT lets all share a port");
            port = listener.local_addr().expect("bound").port();
            let index = device.map_or(0, index_of);
            let inode = inode(&listener);
            listeners.push(((address, index, inode), listener));
        }
        listeners.sort_by_key(|(key, _)| *key);
        Server { listeners: listeners.into_iter().map(|(_, listener)| listener).collect(), port }
    }

    /// The listener that holds the connection just made.
    pub(crate) fn accepted(&self) -> usize {
        let patience = Instant::now() + BOUND;
        loop {
            for (index, listener) in self.listeners.iter().enumerate() {
                match listener.accept() {
                    Ok((stream, _)) => {
                        resets(stream);
                        return index;
                    }
                    Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                }
            }
            assert!(Instant::now() < patience, "the connection stands, but no listener holds it");
            std::thread::yield_now();
        }
    }
}

fn inode(listener: &TcpListener) -> u64 {
    rustix::fs::fstat(listener).expect("an open socket").st_ino
}

/// Index of an interface in the namespace of this thread; 0 for none.
fn index_of(name: &str) -> u32 {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
    rustix::net::netdevice::name_to_index(&socket, name).unwrap_or(0)
}

fn listen_on(address: IpAddr, port: u16, v6only: bool, device: Option<&str>) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(SocketAddr::new(address, port)), Type::STREAM, None)?;
    socket.set_reuse_port(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(v6only)?;
    }
    match address {
        // The scope of the address is the interface: the kernel binds the socket to it.
        IpAddr::V6(a) if a.is_unicast_link_local() => {
            socket.bind(&SocketAddrV6::new(a, port, 0, device.map_or(0, index_of)).into())?;
        }
        other => {
            socket.bind_device(device.map(str::as_bytes))?;
            socket.bind(&SocketAddr::new(other, port).into())?;
        }
    }
    socket.listen(64)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// A connection within the bound.
pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(&address, BOUND)
}

/// Ends a connection without leaving its port in use: a linger time of 0 sends RST (socket(7), `SO_LINGER`).
pub(crate) fn resets(stream: TcpStream) {
    let _ = sockopt::set_socket_linger(&stream, Some(Duration::ZERO));
    drop(stream);
}
