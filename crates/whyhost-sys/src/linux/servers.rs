//! Configuration of programs and servers: what connects to names, and what listens.

use crate::files::{self, MAX_SERVER_FILE};
use crate::place::Root;
use whyhost_core::snapshot::{Gap, Snapshot};

/// Recorded with their bytes, or as absent.
const FILES: [&str; 11] = [
    // Wget's for all users (wget(1)).
    "/etc/wgetrc",
    // systemd-resolved (resolved.conf(5)).
    "/etc/systemd/resolved.conf",
    // nscd (nscd.conf(5)).
    "/etc/nscd.conf",
    // Domains that nss-mdns may ask for (nss-mdns README).
    "/etc/mdns.allow",
    "/etc/nginx/nginx.conf",
    "/etc/haproxy/haproxy.cfg",
    // Debian's name of it, and that of Fedora.
    "/etc/apache2/apache2.conf",
    "/etc/apache2/ports.conf",
    "/etc/httpd/conf/httpd.conf",
    // What ufw shows to everybody (ufw(8), FILES): that it is on, and its default.
    "/etc/ufw/ufw.conf",
    "/etc/default/ufw",
];

/// Folders of which every file with that end of its name is part of a configuration.
const FOLDERS: [(&str, &str); 11] = [
    // In the order in which the first of equal names wins (resolved.conf(5)).
    ("/etc/systemd/resolved.conf.d", ".conf"),
    ("/run/systemd/resolved.conf.d", ".conf"),
    ("/usr/local/lib/systemd/resolved.conf.d", ".conf"),
    ("/usr/lib/systemd/resolved.conf.d", ".conf"),
    ("/etc/nginx/conf.d", ".conf"),
    // Alpine's.
    ("/etc/nginx/http.d", ".conf"),
    // Debian includes all files of it.
    ("/etc/nginx/sites-enabled", ""),
    ("/etc/apache2/conf-enabled", ".conf"),
    ("/etc/apache2/sites-enabled", ".conf"),
    ("/etc/httpd/conf.d", ".conf"),
    ("/etc/haproxy/conf.d", ".cfg"),
];

/// Files that are read of one folder.
const MAX_FILES: usize = 64;

/// Records the files.
pub(super) fn record(root: &Root, snapshot: &mut Snapshot) {
    let mut paths: Vec<String> = FILES.map(str::to_owned).to_vec();
    for (folder, end) in FOLDERS {
        // `.` and `..`, and what programs that include `*` leave out.
        let is_part = |name: &String| name.ends_with(end) && !name.starts_with('.');
        let mut names: Vec<String> = root.list(folder).into_iter().filter(is_part).collect();
        if names.len() > MAX_FILES {
            let why = format!("{} files, of which the first {MAX_FILES} are read", names.len());
            snapshot.gaps.push(Gap { what: folder.into(), why });
            names.truncate(MAX_FILES);
        }
        paths.extend(names.iter().map(|name| format!("{folder}/{name}")));
    }
    for path in paths {
        let file = files::record_up_to(MAX_SERVER_FILE, root, &path, &mut snapshot.gaps);
        snapshot.files.push(file);
    }
}
