//! A monitoring plugin: one line with figures behind `|`, and its exit code (monitoring-plugins development guidelines).

use super::View;
use super::text::place;
use crate::render::escape::escape;
use whyhost_core::finding::Severity;

/// The line and the exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
///
/// A port that was asked about and on which nothing listens is critical; with `--exposed` a listener that others reach is a
/// warning.
pub(crate) fn line(view: &View) -> (String, u8) {
    let exposed = view.ports.exposed().count();
    let (errors, warnings) = (view.count(Severity::Error), view.count(Severity::Warning));
    let silent = view.ports.silent();
    let first = view.ports.findings.iter().find(|f| f.severity != Severity::Note);
    let (code, said) = if !view.is_complete {
        (3, "the listening sockets could not be read".to_owned())
    } else if let (false, Some(port)) = (view.exposed_only, silent.first()) {
        (2, format!("nothing listens on port {port}"))
    } else if errors > 0 || warnings > 0 {
        (if errors > 0 { 2 } else { 1 }, first.map_or_else(String::new, |f| f.title.clone()))
    } else if view.exposed_only && exposed > 0 {
        let places: Vec<String> = view.ports.exposed().take(3).map(|row| place(&row.listener)).collect();
        (1, format!("others can reach {}", places.join(", ")))
    } else {
        (0, "nothing to act on".to_owned())
    };
    let state = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(code)];
    let data = format!(
        "listeners={};;;0 exposed={exposed};{};;0 errors={errors};;0;0 warnings={warnings};0;;0",
        view.ports.rows.len(),
        if view.exposed_only { "0" } else { "" },
    );
    (format!("WHYHOST {state} - {} | {data}\n", escape(&said, false).replace('|', "/")), code)
}
