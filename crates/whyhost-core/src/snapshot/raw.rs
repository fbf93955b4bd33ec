//! A file as it was found: bytes and what `stat` said, or why there are none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A file of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFile {
    /// Absolute path as the consumers name it.
    pub path: String,
    /// The bytes, where they were read.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// What is at the path.
    pub meta: Meta,
}

/// Bytes as text where they are UTF-8, else as base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// UTF-8.
    Text(String),
    /// Anything else, in standard base64.
    Base64(String),
}

impl Content {
    /// Wraps bytes.
    pub fn new(bytes: &[u8]) -> Content {
        match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Base64(STANDARD.encode(bytes)),
        }
    }

    /// Wraps bytes without a copy where they are UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Content {
        String::from_utf8(bytes)
            .map_or_else(|e| Content::Base64(STANDARD.encode(e.as_bytes())), Content::Text)
    }

    /// The bytes; a damaged base64 text gives no bytes.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Content::Text(text) => Some(text.as_bytes().to_vec()),
            Content::Base64(text) => STANDARD.decode(text).ok(),
        }
    }
}

/// What `lstat`, `stat` and `open` said of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meta {
    /// Something is there and could be looked at.
    Present {
        /// What it is after following links.
        kind: FileKind,
        /// Permission bits.
        #[serde(default)]
        mode: u32,
        /// Owner's user id.
        #[serde(default)]
        owner: u32,
        /// Size in bytes.
        #[serde(default)]
        size: u64,
        /// Last change in seconds since 1970.
        #[serde(default)]
        mtime: i64,
        /// Target of the symbolic link at the path itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// The path is a mount point (a bind-mounted file in a container).
        #[serde(default)]
        mount: bool,
        /// The file has the attribute that keeps root from changing it (`chattr +i`).
        #[serde(default, skip_serializing_if = "is_false")]
        immutable: bool,
        /// The file system is mounted read-only.
        #[serde(default, skip_serializing_if = "is_false")]
        read_only: bool,
    },
    /// Nothing is there.
    Absent {
        /// `ENOENT`, `ENOTDIR`, `ELOOP`.
        errno: String,
        /// Target of a dangling link at the path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// Something is there that could not be read.
    Unreadable {
        /// `EACCES`, or a sentence: why.
        reason: String,
    },
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A named pipe: a reader blocks.
    Fifo,
    /// A Unix socket.
    Socket,
    /// A character or block device.
    Device,
}

impl RawFile {
    /// A plain file with these bytes, mode 0644, owned by root.
    pub fn text(path: &str, bytes: &[u8]) -> RawFile {
        RawFile::from_bytes(path, bytes.to_vec())
    }

    /// [`RawFile::text`] for bytes that need not be copied: the file may be large.
    pub fn from_bytes(path: &str, bytes: Vec<u8>) -> RawFile {
        let size = bytes.len() as u64;
        RawFile {
            path: path.into(),
            content: Some(Content::from_bytes(bytes)),
            meta: Meta::Present {
                kind: FileKind::File,
                mode: 0o644,
                owner: 0,
                size,
                mtime: 0,
                link: None,
                mount: false,
                immutable: false,
                read_only: false,
            },
        }
    }

    /// A path where nothing is.
    pub fn absent(path: &str) -> RawFile {
        RawFile {
            path: path.into(),
            content: None,
            meta: Meta::Absent { errno: "ENOENT".into(), link: None },
        }
    }

    /// The bytes, where the file was read.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.content.as_ref().and_then(Content::bytes)
    }

    /// Something is at the path.
    pub fn is_present(&self) -> bool {
        matches!(self.meta, Meta::Present { .. })
    }
}
