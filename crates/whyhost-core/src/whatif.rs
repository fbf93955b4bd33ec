//! What if: a snapshot as it would be after a remedy, for the models to run on again.

use crate::finding::TextEdit;
use crate::snapshot::{Content, Meta, Protocol, RawFile, ScopedAddr, Snapshot, Socket};

/// The snapshot with `edits` made in the file at `path`; a file that is not there is created.
///
/// Live look-ups are forgotten, since they were made before the edit. An edit beyond the end of the file, or one that
/// overlaps its predecessor, is cut to what is left.
pub fn apply(snapshot: &Snapshot, path: &str, edits: &[TextEdit]) -> Snapshot {
    let old = snapshot.file(path).and_then(RawFile::bytes).unwrap_or_default();
    with_content(snapshot, path, &edited(&old, edits))
}

/// The snapshot with other content in the file at `path`; a file that is not there is created. Live look-ups are forgotten.
pub fn with_content(snapshot: &Snapshot, path: &str, bytes: &[u8]) -> Snapshot {
    let mut after = snapshot.clone();
    after.live.lookups.clear();
    match after.files.iter_mut().find(|f| f.path == path) {
        Some(file) => rewrite(file, bytes),
        None => after.files.push(RawFile::text(path, bytes)),
    }
    after
}

/// The bytes with `edits` made; edits as [`apply`] takes them.
pub fn edited(bytes: &[u8], edits: &[TextEdit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for edit in edits {
        let start = edit.byte_start.clamp(done, bytes.len());
        out.extend_from_slice(&bytes[done..start]);
        out.extend_from_slice(edit.text.as_bytes());
        done = edit.byte_end.clamp(start, bytes.len());
    }
    out.extend_from_slice(&bytes[done..]);
    out
}

fn rewrite(file: &mut RawFile, bytes: &[u8]) {
    match &mut file.meta {
        Meta::Present { size, .. } => *size = bytes.len() as u64,
        other => *other = RawFile::text("", bytes).meta,
    }
    file.content = Some(Content::new(bytes));
}

/// The snapshot with one more TCP listener, as a server that is told to listen on `address` too would make it.
pub fn listen(snapshot: &Snapshot, address: ScopedAddr, port: u16) -> Snapshot {
    let mut after = snapshot.clone();
    after.sockets.push(Socket {
        protocol: Protocol::Tcp,
        address: address.address,
        port,
        interface_index: address.scope_id,
        v6only: address.address.is_ipv6().then_some(true),
        uid: 0,
        inode: 0,
        process: None,
        cgroup: None,
        queue: None,
    });
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{HOSTS, Machine};
    use crate::reach::accepting;
    use crate::snapshot::{LiveLookup, LiveOutcome, Os, OsFamily};

    #[test]
    fn edits_change_the_file_and_nothing_else() {
        let before = machine(b"127.0.0.1 box\n10.0.0.1 nas\n");
        let after = apply(&before, HOSTS, &[edit(0, 0, "# hi\n"), edit(10, 13, "localhost")]);
        assert_eq!(after.file(HOSTS).unwrap().bytes().unwrap(), b"# hi\n127.0.0.1 localhost\n10.0.0.1 nas\n");
        assert_eq!(before.file(HOSTS).unwrap().bytes().unwrap(), b"127.0.0.1 box\n10.0.0.1 nas\n");
        assert!(after.live.lookups.is_empty() && !before.live.lookups.is_empty());
    }

    #[test]
    fn a_missing_file_is_created_and_readable() {
        let mut before = machine(b"");
        before.files = vec![RawFile::absent(HOSTS)];
        let after = apply(&before, HOSTS, &[edit(0, 0, "127.0.0.1 localhost\n")]);
        assert!(Machine::new(after).hosts.state.is_read());
    }

    #[test]
    fn impossible_edits_are_cut_to_the_file() {
        assert_eq!(edited(b"abc", &[edit(90, 95, "x")]), b"abcx");
        assert_eq!(edited(b"abcdef", &[edit(1, 4, "-"), edit(2, 3, "+")]), b"a-+ef");
        assert_eq!(edited(b"abc", &[edit(2, 1, "x")]), b"abxc");
    }

    #[test]
    fn a_new_listener_takes_connections() {
        let at: ScopedAddr = "::1".parse::<std::net::IpAddr>().unwrap().into();
        let after = Machine::new(listen(&machine(b""), at, 3000));
        assert!(accepting(&after, at, 3000).is_some());
    }

    fn edit(byte_start: usize, byte_end: usize, text: &str) -> TextEdit {
        TextEdit { byte_start, byte_end, text: text.into() }
    }

    fn machine(hosts: &[u8]) -> Snapshot {
        let mut snapshot = Snapshot::new(Os::unknown(OsFamily::Linux));
        snapshot.files = vec![RawFile::text(HOSTS, hosts)];
        snapshot.live.lookups = vec![LiveLookup {
            name: "localhost".into(),
            family: crate::snapshot::Family::Any,
            flags: Vec::new(),
            outcome: LiveOutcome::TimedOut,
            elapsed_ms: 0,
        }];
        snapshot
    }
}
