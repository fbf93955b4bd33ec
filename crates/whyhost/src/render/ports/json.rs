//! `whyhost.ports/1`.

use super::super::json::object;
use super::View;
use serde::Serialize;
use whyhost_core::finding::Finding;
use whyhost_core::ports::{PacketFilter, Row};
use whyhost_core::reach::PortTable;
use whyhost_core::snapshot::Gap;

/// The object.
pub(crate) fn ports(view: &View) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        query: Query<'a>,
        listeners: Vec<&'a Row>,
        reach: &'a [PortTable],
        packet_filter: &'a PacketFilter,
        findings: &'a [Finding],
        gaps: &'a [Gap],
    }
    #[derive(Serialize)]
    struct Query<'a> {
        ports: &'a [u16],
        exposed: bool,
    }
    object(
        "whyhost.ports/1",
        Body {
            query: Query { ports: &view.ports.asked, exposed: view.exposed_only },
            listeners: view.rows().collect(),
            // The tables name places in the whole list.
            reach: if view.exposed_only { &[] } else { &view.ports.reach },
            packet_filter: &view.ports.filter,
            findings: &view.ports.findings,
            gaps: &view.ports.gaps,
        },
    )
}
