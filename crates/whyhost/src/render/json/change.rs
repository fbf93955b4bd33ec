//! `whyhost.fix/1`, `whyhost.hosts/1` and `whyhost.undo/1`.

use super::super::text::{plan, undo};
use super::object;
use crate::cmd::change::Told;
use serde::Serialize;
use std::path::Path;
use whyhost_core::diff::{self, Hunk};
use whyhost_core::finding::Finding;
use whyhost_core::fix::Fix;
use whyhost_sys::write::{self, Way, Written};

#[derive(Serialize)]
struct Body<'a> {
    action: &'a str,
    path: &'a str,
    changed: bool,
    written: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<Backup>,
    diff: String,
    behaviour: Vec<Answer<'a>>,
    fixes: Vec<Repair<'a>>,
    left: Vec<Repair<'a>>,
    needs_unsafe: Vec<String>,
    live: Vec<Live<'a>>,
    findings: &'a [Finding],
    gaps: [(); 0],
}

#[derive(Serialize)]
struct Backup {
    id: String,
    path: String,
    way: &'static str,
}

impl Backup {
    fn of(written: &Written) -> Backup {
        let way = if written.way == Way::Rename { "rename" } else { "in-place" };
        Backup { id: written.id.clone(), path: written.backup.display().to_string(), way }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    resolver: &'a str,
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Serialize)]
struct Repair<'a> {
    code: &'a str,
    title: &'a str,
    applicability: &'static str,
}

impl<'a> From<&'a Fix> for Repair<'a> {
    fn from(fix: &'a Fix) -> Repair<'a> {
        let applicability = if fix.is_safe { "safe" } else { "unsafe" };
        Repair { code: fix.code, title: &fix.title, applicability }
    }
}

#[derive(Serialize)]
struct Live<'a> {
    name: &'a str,
    addresses: &'a [String],
    predicted: &'a [String],
    matches: bool,
}

/// A change of a hosts file, made or not.
pub(crate) fn change(told: &Told<'_>) -> String {
    let texts = |addresses: &[whyhost_core::snapshot::ScopedAddr]| {
        addresses.iter().map(ToString::to_string).collect()
    };
    let behaviour = told.changes.iter().map(|c| Answer {
        name: &c.name,
        resolver: c.resolver,
        before: texts(&c.before.addresses),
        after: texts(&c.after.addresses),
    });
    let live = told.live.iter().map(|l| Live {
        name: &l.name,
        addresses: &l.found,
        predicted: &l.predicted,
        matches: l.matches,
    });
    let schema = if told.action == "fix" { "whyhost.fix/1" } else { "whyhost.hosts/1" };
    object(
        schema,
        Body {
            action: told.action,
            path: &told.plan.path,
            changed: !told.plan.is_empty(),
            written: told.written.is_some(),
            backup: told.written.map(Backup::of),
            diff: String::from_utf8_lossy(&told.plan.unified()).into_owned(),
            behaviour: behaviour.collect(),
            fixes: told.plan.fixes.iter().map(Repair::from).collect(),
            left: told.plan.left.iter().map(Repair::from).collect(),
            needs_unsafe: told.plan.objections.iter().map(plan::objection).collect(),
            live: live.collect(),
            findings: told.findings,
            gaps: [],
        },
    )
}

/// `whyhost hosts list`.
pub(crate) fn entries(path: &str, entries: &[hosts_edit::entries::Entry]) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        action: &'static str,
        path: &'a str,
        entries: Vec<Entry<'a>>,
        findings: [(); 0],
        gaps: [(); 0],
    }
    #[derive(Serialize)]
    struct Entry<'a> {
        line: usize,
        address: &'a str,
        names: &'a [String],
        enabled: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        section: Option<&'a str>,
    }
    let entries = entries.iter().map(|e| Entry {
        line: e.line,
        address: &e.address,
        names: &e.names,
        enabled: e.enabled,
        comment: e.comment.as_deref(),
        section: e.section.as_deref(),
    });
    let body = Body { action: "list", path, entries: entries.collect(), findings: [], gaps: [] };
    object("whyhost.hosts/1", body)
}

#[derive(Serialize)]
struct Write<'a> {
    id: &'a str,
    path: String,
    when: String,
    what: &'a str,
    state: &'static str,
    backup: String,
    hash_before: String,
    hash_after: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<&'a str>,
}

impl<'a> From<&'a write::Entry> for Write<'a> {
    fn from(entry: &'a write::Entry) -> Write<'a> {
        let text = |path: &Path| path.display().to_string();
        Write {
            id: &entry.id,
            path: text(&entry.path),
            when: undo::time(entry.when),
            what: &entry.what,
            state: undo::state(entry.state),
            backup: text(&entry.backup),
            hash_before: entry.hash_before.to_string(),
            hash_after: entry.hash_after.to_string(),
            undoes: entry.undoes.as_deref(),
        }
    }
}

/// `whyhost undo`: the writes, the oldest first.
pub(crate) fn writes(entries: &[write::Entry]) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        writes: Vec<Write<'a>>,
        findings: [(); 0],
        gaps: [(); 0],
    }
    let writes = entries.iter().map(Write::from).collect();
    object("whyhost.undo/1", Body { writes, findings: [], gaps: [] })
}

/// A write that is taken back, or would be.
pub(crate) struct Undone<'a> {
    pub(crate) entry: &'a write::Entry,
    pub(crate) path: &'a str,
    pub(crate) hunks: &'a [Hunk],
    pub(crate) changed_since: bool,
    pub(crate) written: Option<&'a Written>,
}

/// `whyhost undo ID`.
pub(crate) fn undone(undone: &Undone<'_>) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        path: &'a str,
        write: Write<'a>,
        changed: bool,
        changed_since: bool,
        written: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        backup: Option<Backup>,
        diff: String,
        findings: [(); 0],
        gaps: [(); 0],
    }
    object(
        "whyhost.undo/1",
        Body {
            path: undone.path,
            write: Write::from(undone.entry),
            changed: !undone.hunks.is_empty(),
            changed_since: undone.changed_since,
            written: undone.written.is_some(),
            backup: undone.written.map(Backup::of),
            diff: String::from_utf8_lossy(&diff::print_unified(undone.path, undone.hunks)).into_owned(),
            findings: [],
            gaps: [],
        },
    )
}
