//! Which NSS modules the loader finds, and which C library there is.

use crate::files;
use crate::place::Root;
use whyhost_core::conf::nsswitch::Nsswitch;
use whyhost_core::machine::GlibcVersion;
use whyhost_core::snapshot::{FileKind, Libc, Meta, NssModule};

/// More services than any hosts line names.
const MAX_SERVICES: usize = 64;
/// Folders of systemd's private library, whose name carries the version.
const SYSTEMD_FOLDERS: [&str; 2] = ["/usr/lib/systemd", "/lib/systemd"];
/// Modules that are part of systemd.
const SYSTEMD_MODULES: [&str; 4] = ["myhostname", "mymachines", "resolve", "systemd"];

/// The modules of the services that the hosts line of `nsswitch` names.
pub(crate) fn modules(root: &Root, nsswitch: Option<&[u8]>) -> Vec<NssModule> {
    let folders = loader_folders(root);
    let module = |name: String| {
        let path = find(root, &folders, &name);
        let is_systemd = path.is_some() && SYSTEMD_MODULES.contains(&name.as_str());
        let version = if is_systemd { systemd_version(root, &folders) } else { None };
        NssModule { name, path, version }
    };
    services(nsswitch.unwrap_or_default()).into_iter().map(module).collect()
}

/// The services of the hosts line as glibc reads it, each once: the reading changed with 2.33 (comments inside a line,
/// the optional colon), and which glibc it is may not be known, so both readings count.
fn services(nsswitch: &[u8]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for version in [GlibcVersion(2, 36), GlibcVersion(2, 31)] {
        for service in Nsswitch::parse(nsswitch, version).effective(version).into_iter().take(MAX_SERVICES) {
            if !names.contains(&service.name) {
                names.push(service.name);
            }
        }
    }
    names
}

/// Where the loader finds `libnss_<name>.so.2`. A name with a slash is no file name and is not looked for.
fn find(root: &Root, folders: &[String], name: &str) -> Option<String> {
    if name.contains('/') {
        return None;
    }
    folders.iter().map(|folder| format!("{folder}/libnss_{name}.so.2")).find(|path| is_file(root, path))
}

fn is_file(root: &Root, path: &str) -> bool {
    matches!(files::presence(root, path).meta, Meta::Present { kind: FileKind::File, .. })
}

/// The loader's folders: those of /etc/ld.so.conf and its usual include folder, then the built-in ones, which differ by
/// distribution (Debian's multiarch, lib64). ld.so(8).
fn loader_folders(root: &Root) -> Vec<String> {
    let mut configured = vec!["/etc/ld.so.conf".to_owned()];
    let included = root.list("/etc/ld.so.conf.d").into_iter().filter(|name| name.ends_with(".conf"));
    configured.extend(included.map(|name| format!("/etc/ld.so.conf.d/{name}")));
    let mut folders: Vec<String> = Vec::new();
    for path in configured {
        let bytes = files::bytes(root, &path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        folders.extend(text.lines().map(str::trim).filter(|line| line.starts_with('/')).map(str::to_owned));
    }
    let built_in = multiarch(root).into_iter().chain(["lib64".into(), "lib".into()]);
    folders.extend(built_in.flat_map(|name| [format!("/{name}"), format!("/usr/{name}")]));
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// `lib/x86_64-linux-gnu` and the like: that of this program's own architecture on the running machine, every one
/// that is there under another root.
fn multiarch(root: &Root) -> Vec<String> {
    const TRIPLETS: [(&str, &str); 8] = [
        ("x86_64", "x86_64-linux-gnu"),
        ("aarch64", "aarch64-linux-gnu"),
        ("arm", "arm-linux-gnueabihf"),
        ("x86", "i386-linux-gnu"),
        ("riscv64", "riscv64-linux-gnu"),
        ("powerpc64", "powerpc64le-linux-gnu"),
        ("s390x", "s390x-linux-gnu"),
        ("loongarch64", "loongarch64-linux-gnu"),
    ];
    let own = |arch| matches!(root, Root::Folder(_)) || arch == std::env::consts::ARCH;
    TRIPLETS.iter().filter(|(arch, _)| own(*arch)).map(|(_, triplet)| format!("lib/{triplet}")).collect()
}

/// systemd's version from the name of its private library: `libsystemd-shared-252.so`.
fn systemd_version(root: &Root, folders: &[String]) -> Option<String> {
    let beside_modules = folders.iter().map(|folder| format!("{folder}/systemd"));
    SYSTEMD_FOLDERS.map(str::to_owned).into_iter().chain(beside_modules).find_map(|folder| {
        root.list(&folder)
            .iter()
            .find_map(|name| Some(name.strip_prefix("libsystemd-shared-")?.strip_suffix(".so")?.to_owned()))
    })
}

/// The C library that this program runs on, and whose getaddrinfo a probe asks.
pub(crate) fn running_libc() -> Option<Libc> {
    #[cfg(target_env = "gnu")]
    {
        Some(Libc { name: "glibc".into(), version: gnu_version() })
    }
    #[cfg(target_env = "musl")]
    {
        // musl has no call that tells its version; a static program carries its own copy anyway.
        Some(Libc { name: "musl".into(), version: String::new() })
    }
    #[cfg(not(any(target_env = "gnu", target_env = "musl")))]
    None
}

#[cfg(target_env = "gnu")]
#[allow(unsafe_code, reason = "gnu_get_libc_version is the library's own word on its version")]
fn gnu_version() -> String {
    // SAFETY: the function takes nothing and returns a static NUL-terminated string.
    unsafe { std::ffi::CStr::from_ptr(libc::gnu_get_libc_version()) }.to_string_lossy().into_owned()
}

/// The C library of another root folder, guessed from its files; `None` where nothing tells.
pub(crate) fn libc_in(root: &Root) -> Option<Libc> {
    let glibc = || {
        let path = loader_folders(root)
            .into_iter()
            .map(|folder| format!("{folder}/libc.so.6"))
            .find(|p| is_file(root, p))?;
        let version = root
            .link(&path)
            .and_then(|target| {
                Some(target.rsplit('/').next()?.strip_prefix("libc-")?.strip_suffix(".so")?.to_owned())
            })
            .or_else(|| glibc_banner(&files::bytes(root, &path)?))
            .unwrap_or_default();
        Some(Libc { name: "glibc".into(), version })
    };
    let musl = || {
        root.list("/lib").iter().find(|name| name.starts_with("ld-musl-"))?;
        Some(Libc { name: "musl".into(), version: apk_version(root, "musl").unwrap_or_default() })
    };
    glibc().or_else(musl)
}

/// The version in the banner that libc.so.6 prints when it is run: `… stable release version 2.36.`.
fn glibc_banner(library: &[u8]) -> Option<String> {
    const BEFORE: &[u8] = b" release version ";
    let at = library.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    let rest = library.get(at..)?.iter().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
    let text: String = rest.map(|byte| char::from(*byte)).collect();
    Some(text.trim_end_matches('.').to_owned())
}

/// The version of an installed package of Alpine: `1.2.5-r0` gives `1.2.5`.
fn apk_version(root: &Root, package: &str) -> Option<String> {
    let bytes = files::bytes(root, "/lib/apk/db/installed")?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().skip_while(|line| line.strip_prefix("P:") != Some(package));
    let version = lines.take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("V:"))?;
    version.split('-').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_those_that_some_glibc_reads() {
        let text = b"passwd: files\nhosts:\tfiles mdns4_minimal [NOTFOUND=return] dns[!UNAVAIL=return]myhostname # x\n";
        assert_eq!(services(text), ["files", "mdns4_minimal", "dns", "myhostname", "#", "x"]);
        let mut default = services(b"# hosts: dns\n");
        default.sort();
        assert_eq!(default, ["dns", "files"]);
        assert_eq!(services(b"hosts files ]y\n"), ["files", "]y"]);
    }

    #[test]
    fn a_service_name_is_no_path() {
        assert_eq!(find(&Root::Host, &["/lib".into()], "../../etc/passwd"), None);
    }

    #[test]
    fn the_banner_tells_the_version() {
        let library = b"\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\nCopyright\0";
        assert_eq!(glibc_banner(library).as_deref(), Some("2.36"));
        assert_eq!(glibc_banner(b"nothing"), None);
    }

    #[test]
    #[cfg(target_env = "gnu")]
    fn the_running_library_says_its_version() {
        let libc = running_libc().unwrap();
        assert!(libc.version.starts_with("2."), "{libc:?}");
    }
}
