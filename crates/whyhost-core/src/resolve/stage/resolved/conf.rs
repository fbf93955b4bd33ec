//! resolved.conf and its drop-ins, as far as the snapshot has them (resolved.conf(5), `config_parse_standard_file_with_dropins`).

use crate::machine::Machine;

/// Folders, strongest first: a drop-in hides those of the same name in later ones.
const FOLDERS: [&str; 4] = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/// `ReadEtcHosts=`, yes by default: the first main file, then every drop-in by its name; the last setting counts.
pub(super) fn reads_etc_hosts(machine: &Machine) -> bool {
    let text = |path: &str| {
        let bytes = machine.raw.file(path)?.bytes()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let main = FOLDERS.iter().find_map(|folder| text(&format!("{folder}/resolved.conf")));
    let mut dropins: Vec<(&str, usize, &str)> = Vec::new();
    for file in &machine.raw.files {
        let place = FOLDERS.iter().enumerate().find_map(|(rank, folder)| {
            let name = file.path.strip_prefix(folder)?.strip_prefix("/resolved.conf.d/")?;
            (name.ends_with(".conf") && !name.contains('/')).then_some((name, rank))
        });
        if let Some((name, rank)) = place {
            dropins.push((name, rank, &file.path));
        }
    }
    dropins.sort_unstable();
    dropins.dedup_by_key(|(name, ..)| *name);
    let all = main.into_iter().chain(dropins.iter().filter_map(|(_, _, path)| text(path)));
    all.fold(true, |now, text| setting(&text).unwrap_or(now))
}

/// The last `ReadEtcHosts=` of the section `[Resolve]`; an empty value is the default again, another one is ignored.
fn setting(text: &str) -> Option<bool> {
    let mut section = "";
    let mut value = None;
    for line in text.lines().map(str::trim).filter(|l| !l.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        } else if section == "Resolve"
            && let Some((key, text)) = line.split_once('=')
            && key.trim() == "ReadEtcHosts"
        {
            value = match text.trim().to_ascii_lowercase().as_str() {
                "1" | "yes" | "y" | "true" | "t" | "on" | "" => Some(true),
                "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
                _ => value,
            };
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn the_last_setting_of_the_section_counts() {
        assert_eq!(setting("[Resolve]\nReadEtcHosts=no\n"), Some(false));
        assert_eq!(setting("[Resolve]\nReadEtcHosts=no\n# ReadEtcHosts=no\nReadEtcHosts = on\n"), Some(true));
        assert_eq!(setting("ReadEtcHosts=no\n[Other]\nReadEtcHosts=no\n"), None);
        assert_eq!(setting("[Resolve]\nReadEtcHosts=maybe\n"), None);
    }
}
