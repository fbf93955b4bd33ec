//! `cargo xtask oracle --install`: fetches programs into a folder of their own and builds what is built. The system is
//! left as it is: Debian packages are unpacked there, with those that they need and the machine lacks.

use super::client::{Client, Origin, filled, folder};
use crate::oracle::say;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Fetches what is missing of `clients`, large packages only where `large` says so; what cannot be had is reported.
pub(crate) fn run(clients: &[&Client], large: bool) -> Result<()> {
    fs::create_dir_all(folder())?;
    let mut debian: BTreeSet<&str> = BTreeSet::from(["libnss-myhostname", "systemd-resolved"]);
    let mut python: BTreeSet<&str> = BTreeSet::new();
    for client in clients {
        match client.from {
            Origin::Debian(packages) | Origin::Built { packages, .. } => debian.extend(packages),
            Origin::LargeDebian(packages) if large => debian.extend(packages),
            Origin::PyPi(packages) => python.extend(packages),
            Origin::LargeDebian(_) => say(&format!("SKIP {}: large, --install all fetches it", client.id)),
            Origin::System | Origin::Npm(_) => {}
        }
    }
    for package in debian {
        report(package, unpack_debian(package));
    }
    for client in clients {
        if let Origin::Npm(package) = client.from {
            report(client.id, unpack_npm(client, package));
        }
    }
    for package in python {
        report(package, install_python(package));
    }
    build(clients, false);
    Ok(())
}

/// Builds what is built, where the sources are newer than what is there; `offline`: only what needs nothing else.
pub(crate) fn build(clients: &[&Client], offline: bool) {
    let mut done = BTreeSet::new();
    for client in clients {
        if let Origin::Built { makes, command, at_once, .. } = client.from
            && (at_once || !offline)
            && done.insert(makes)
        {
            report(client.id, built(makes, command));
        }
    }
}

fn report(what: &str, outcome: Result<bool>) {
    match outcome {
        Ok(true) => say(&format!("fetched {what}")),
        Ok(false) => {}
        Err(why) => say(&format!("SKIP {what}: {why:#}")),
    }
}

/// The folder of unpacked packages.
pub(crate) fn tree() -> PathBuf {
    folder().join("debian")
}

/// The folder that lies over /usr while programs run: the unpacked packages, where there are any.
pub(crate) fn over_usr() -> Option<PathBuf> {
    Some(tree().join("usr")).filter(|folder| folder.is_dir())
}

fn unpack_debian(package: &str) -> Result<bool> {
    let mark = folder().join("marks").join(package);
    if mark.exists() {
        return Ok(false);
    }
    let plan = output(Command::new("apt-get").args(["-s", "install", "--no-install-recommends", package]))?;
    let missing: Vec<&str> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
        // A newer version of what the machine has is not needed, except for what was asked for.
        .filter(|name| *name == package || !is_installed(name))
        .collect();
    let packages = folder().join("packages");
    fs::create_dir_all(&packages)?;
    fs::create_dir_all(tree())?;
    for name in missing {
        output(
            Command::new("apt-get")
                .args(["-q", "-q", "-o", "APT::Sandbox::User=root", "download", name])
                .current_dir(&packages),
        )?;
        let file = newest(&packages, &format!("{name}_"))?;
        // Debian's /bin and /lib are links to those of /usr; a package that is older than this is unpacked there too.
        let script = "for d in bin sbin lib lib64; do mkdir -p \"usr/$d\"; [ -e \"$d\" ] || ln -s \"usr/$d\" \"$d\"; done; \
                      dpkg-deb --fsys-tarfile \"$0\" | tar -x --keep-directory-symlink";
        output(Command::new("sh").arg("-ec").arg(script).arg(&file).current_dir(tree()))?;
        fs::remove_file(&file)?;
    }
    marked(&mark)
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]).output();
    status.is_ok_and(|o| o.stdout == b"installed")
}

fn newest(folder: &Path, start: &str) -> Result<PathBuf> {
    let mut entries = folder.read_dir()?.flatten().map(|e| e.path());
    let named = |p: &PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start));
    entries.find(named).with_context(|| format!("apt-get left no file {start}…"))
}

fn unpack_npm(client: &Client, package: &str) -> Result<bool> {
    let (name, version) = package.split_once('@').context("a version")?;
    let to = folder().join(format!("node-{}", version.split('.').next().unwrap_or(version)));
    if to.join("bin/node").exists() {
        return Ok(false);
    }
    let from = folder().join("packages");
    fs::create_dir_all(&from)?;
    output(Command::new("npm").args(["pack", "--silent", package]).current_dir(&from))?;
    let file = from.join(format!("{name}-{version}.tgz"));
    fs::create_dir_all(&to)?;
    output(Command::new("tar").arg("-xzf").arg(&file).arg("--strip-components=1").arg("-C").arg(&to))
        .with_context(|| client.id)?;
    fs::remove_file(&file)?;
    Ok(true)
}

fn install_python(package: &str) -> Result<bool> {
    let mark = folder().join("marks").join(format!("python-{package}"));
    if mark.exists() {
        return Ok(false);
    }
    // The interpreter that runs the clients may have no pip of its own.
    let version = output(
        Command::new("/usr/bin/python3").arg("-c").arg("import sys; print('%d.%d' % sys.version_info[:2])"),
    )?;
    let to = folder().join("python");
    let mut pip = Command::new("pip");
    pip.args([
        "install",
        "-q",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--upgrade",
        "--python-version",
        version.trim(),
    ]);
    output(pip.arg("--target").arg(&to).arg(package))?;
    marked(&mark)
}

fn built(makes: &str, command: &[&str]) -> Result<bool> {
    let made = folder().join(makes);
    let words = filled(command, "", 0);
    let time = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    let sources = words.iter().filter(|w| w.contains("/clients/")).filter_map(|w| time(Path::new(w)));
    if time(&made).is_some_and(|made| sources.max().is_none_or(|newest| newest <= made)) {
        return Ok(false);
    }
    fs::create_dir_all(made.parent().context("a folder")?)?;
    output(&mut with_tree(&words))?;
    Ok(true)
}

/// A command that sees the unpacked packages.
pub(crate) fn with_tree(words: &[String]) -> Command {
    let Some(over_usr) = over_usr() else {
        let mut command = Command::new(words.first().map_or("false", String::as_str));
        command.args(words.iter().skip(1));
        return command;
    };
    let script = "mount -t overlay overlay -o \"lowerdir=$0:/usr,ro\" /usr && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-ec", script]).arg(over_usr).args(words);
    command
}

fn marked(mark: &Path) -> Result<bool> {
    fs::create_dir_all(mark.parent().context("a folder")?)?;
    fs::write(mark, "")?;
    Ok(true)
}

fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr);
        bail!("{}: {}", command.get_program().display(), stderr.trim().lines().last().unwrap_or("failed"));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
