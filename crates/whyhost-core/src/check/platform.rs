//! Whose hosts file it is: Unix and Windows read the same lines differently.

use crate::snapshot::{Os, OsFamily};
use hosts_edit::dialect::{self, Dialect};

/// The kind of system whose programs read the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Platform {
    /// What the snapshot or the content of the file says.
    #[default]
    Auto,
    /// Linux, macOS, BSD.
    Unix,
    /// Windows.
    Windows,
}

/// Bytes at the start of a file that are searched for its header.
const HEADER: usize = 4096;

/// Sentences of the header that Windows ships: Windows 2000 to XP `(c) 1993-1999`, Vista and later `(c) 1993-2009`
/// with the sentence on DNS (stock files in testdata/hosts/clean).
const WINDOWS_HEADERS: [&str; 3] = [
    "This is a sample HOSTS file used by Microsoft TCP/IP",
    "localhost name resolution is handled within DNS itself",
    "Microsoft Corp.",
];

/// The folder of the file on Windows (`HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\DataBasePath`).
const WINDOWS_FOLDER: &str = "drivers/etc/hosts";

impl Platform {
    /// `Windows` for `Auto` where the file's path or header says so. Line ends decide nothing: files with CRLF are on Unix too.
    pub(super) fn of_file(self, path: &str, bytes: &[u8]) -> Platform {
        if self != Platform::Auto {
            return self;
        }
        let path = path.replace('\\', "/").to_ascii_lowercase();
        let head = &bytes[..bytes.len().min(HEADER)];
        // UTF-16 text is ASCII with NUL bytes between.
        let head: Vec<u8> = head.iter().copied().filter(|b| *b != 0).collect();
        let head = String::from_utf8_lossy(&head);
        let is_windows = path.ends_with(WINDOWS_FOLDER) || WINDOWS_HEADERS.iter().any(|h| head.contains(h));
        if is_windows { Platform::Windows } else { Platform::Auto }
    }

    /// The readers of a file of this kind; none where the machine decides, as one with a known C library does.
    pub(super) fn readers(self, os: &Os) -> Vec<&'static Dialect> {
        match self {
            Platform::Auto => Vec::new(),
            Platform::Unix if os.libc.is_some() => Vec::new(),
            Platform::Unix => vec![&dialect::GLIBC],
            Platform::Windows => vec![&dialect::WINDOWS],
        }
    }

    /// Makes `os` one of this kind; `Auto` leaves it as it is.
    pub(super) fn apply(self, os: &mut Os) {
        match self {
            Platform::Windows => os.family = OsFamily::Windows,
            Platform::Unix if os.family == OsFamily::Windows => os.family = OsFamily::Linux,
            Platform::Unix | Platform::Auto => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_windows_file_is_known_by_its_header_or_folder() {
        let stock = include_bytes!("../../../../testdata/hosts/clean/windows.hosts");
        let of = |path: &str, bytes: &[u8]| Platform::Auto.of_file(path, bytes);
        assert_eq!(of("hosts", stock), Platform::Windows);
        let wide: Vec<u8> = stock.iter().flat_map(|b| [*b, 0]).collect();
        assert_eq!(of("hosts", &wide), Platform::Windows);
        assert_eq!(of(r"C:\Windows\System32\drivers\etc\hosts", b""), Platform::Windows);
        assert_eq!(of("hosts", b"127.0.0.1 localhost\r\n"), Platform::Auto);
        assert_eq!(Platform::Unix.of_file("hosts", stock), Platform::Unix);
    }
}
