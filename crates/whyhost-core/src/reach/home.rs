//! Where a process lives: the systemd unit and the container that its control group names.

use serde::Serialize;

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Container {
    /// `docker`, `podman`, `containerd`, `cri-o`, `lxc`, `nspawn`, `kubernetes`, …
    pub runtime: &'static str,
    /// The id as the runtime gives it, the first twelve digits of a long one; or the name.
    pub id: String,
}

/// Digits of a container's id that `docker ps` and `podman ps` show.
const SHOWN: usize = 12;

/// How the name of a group of a container begins and ends, and whose it is.
///
/// Source: systemd drivers name scopes `docker-ID.scope` (moby daemon/oci_linux.go `WithCgroups`), `libpod-ID.scope`
/// (podman libpod/container_internal_linux.go `getOCICgroupPath`), `cri-containerd-ID.scope` (containerd
/// internal/cri/server/podsandbox/helpers_linux.go `getCgroupsPath`), `crio-ID.scope` (cri-o
/// internal/config/cgmgr/systemd_linux.go); LXC uses `lxc.payload.NAME` (lxc.container.conf(5)), systemd-machined
/// `machine-NAME.scope` (systemd-machined.service(8)).
const SCOPES: [(&str, &str, &str); 7] = [
    ("docker-", ".scope", "docker"),
    ("libpod-", ".scope", "podman"),
    ("cri-containerd-", ".scope", "containerd"),
    ("crio-", ".scope", "cri-o"),
    ("lxc.payload.", "", "lxc"),
    ("machine-", ".scope", "nspawn"),
    ("nerdctl-", ".scope", "containerd"),
];
/// Folders below which the cgroupfs drivers make a group named by the id alone.
const FOLDERS: [(&str, &str); 4] =
    [("docker", "docker"), ("lxc", "lxc"), ("libpod_parent", "podman"), ("kubepods", "kubernetes")];

/// The container of a control group: the innermost.
pub fn container(cgroup: &str) -> Option<Container> {
    let parts: Vec<&str> = cgroup.split('/').filter(|part| !part.is_empty()).collect();
    (0..parts.len()).rev().find_map(|at| {
        let part = parts[at];
        let named = SCOPES.iter().find_map(|(start, end, runtime)| {
            let id = part.strip_prefix(start)?.strip_suffix(end)?;
            // `libpod-conmon-ID.scope` is the monitor beside the container, on the host.
            (!id.is_empty() && !id.starts_with("conmon-")).then(|| found(runtime, id))
        });
        named.or_else(|| {
            let (_, runtime) = FOLDERS.iter().find(|(folder, _)| parts[..at].contains(folder))?;
            (*runtime == "lxc" || is_id(part)).then(|| found(runtime, part))
        })
    })
}

fn found(runtime: &'static str, id: &str) -> Container {
    let id = if is_id(id) { &id[..SHOWN] } else { id };
    Container { runtime, id: id.to_owned() }
}

/// 64 hexadecimal digits.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The systemd unit that a control group belongs to: the innermost service, else the innermost scope.
///
/// Source: systemd names the group of a unit after it (systemd src/basic/cgroup-util.c, `cg_path_get_unit` and
/// `cg_path_get_user_unit`).
pub fn unit(cgroup: &str) -> Option<&str> {
    let ends = |end: &'static str| cgroup.rsplit('/').find(move |part| part.ends_with(end));
    ends(".service").or_else(|| ends(".scope"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4f1c5b0d9e8a7f6e5d4c3b2a190817263544536271809fa8b7c6d5e4f3a2b1c0";

    /// (control group, runtime and id, unit)
    #[test]
    fn groups_name_their_container_and_their_unit() {
        let docker = format!("/system.slice/docker-{ID}.scope");
        let old_docker = format!("/docker/{ID}");
        let podman =
            format!("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container");
        let conmon = format!("/machine.slice/libpod-conmon-{ID}.scope");
        let pod = format!(
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope"
        );
        let old_pod = format!("/kubepods/besteffort/pod1/{ID}");
        let cases = [
            ("/system.slice/cups.service", None, Some("cups.service")),
            ("/user.slice/user-1000.slice/session-3.scope", None, Some("session-3.scope")),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/vite.service",
                None,
                Some("vite.service"),
            ),
            (&docker, Some("docker 4f1c5b0d9e8a"), None),
            (&old_docker, Some("docker 4f1c5b0d9e8a"), None),
            (&podman, Some("podman 4f1c5b0d9e8a"), Some("user@1000.service")),
            (&conmon, None, None),
            (&pod, Some("containerd 4f1c5b0d9e8a"), None),
            (&old_pod, Some("kubernetes 4f1c5b0d9e8a"), None),
            ("/lxc.payload.web/system.slice/nginx.service", Some("lxc web"), Some("nginx.service")),
            ("/machine.slice/machine-web.scope", Some("nspawn web"), None),
            ("/docker/buildx", None, None),
            ("/", None, None),
        ];
        for (cgroup, runtime, unit_name) in cases {
            let got = container(cgroup).map(|c| format!("{} {}", c.runtime, c.id));
            assert_eq!(got.as_deref(), runtime, "{cgroup}");
            if let Some(name) = unit_name {
                assert_eq!(unit(cgroup), Some(name), "{cgroup}");
            }
        }
        assert_eq!(unit("/"), None);
    }
}
