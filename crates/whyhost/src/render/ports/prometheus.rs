//! Metrics for the textfile collector of node_exporter (prometheus.io, "Text-based format").

use super::View;
use crate::render::check::prometheus_label as label;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use whyhost_core::finding::Severity;
use whyhost_core::reach::Exposure;
use whyhost_core::snapshot::Protocol;

/// All metrics.
pub(crate) fn metrics(view: &View) -> String {
    let mut out = String::new();
    let success = u8::from(view.is_complete);
    head(&mut out, "whyhost_ports_success", "Whether the listening sockets could be read (1) or not (0).");
    let _ = writeln!(out, "whyhost_ports_success {success}");
    // A group of equal sockets is one series.
    let mut series: BTreeMap<String, usize> = BTreeMap::new();
    for row in view.rows() {
        let l = &row.listener;
        let labels = format!(
            "protocol=\"{}\",address=\"{}\",port=\"{}\",interface=\"{}\",exposure=\"{}\",process=\"{}\",unit=\"{}\"",
            protocol(l.protocol),
            l.address,
            l.port,
            label(l.interface.as_deref().unwrap_or_default()),
            exposure(l.exposure),
            label(l.process.as_ref().map_or("", |p| &p.name)),
            label(l.unit.as_deref().unwrap_or_default()),
        );
        *series.entry(labels).or_default() += 1;
    }
    if !series.is_empty() {
        head(&mut out, "whyhost_listener_sockets", "Listening sockets by place and program.");
    }
    for (labels, sockets) in series {
        let _ = writeln!(out, "whyhost_listener_sockets{{{labels}}} {sockets}");
    }
    head(&mut out, "whyhost_ports_exposed", "Listeners that other machines can reach, packet filters aside.");
    let _ = writeln!(out, "whyhost_ports_exposed {}", view.ports.exposed().count());
    head(&mut out, "whyhost_ports_findings", "Findings about listeners by severity.");
    for (word, severity) in
        [("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)]
    {
        let _ = writeln!(out, "whyhost_ports_findings{{severity=\"{word}\"}} {}", view.count(severity));
    }
    out
}

fn head(out: &mut String, name: &str, help: &str) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
    }
}

fn exposure(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Loopback => "loopback",
        Exposure::HostNetworks => "host-networks",
        Exposure::AllInterfaces => "all-interfaces",
    }
}
