//! `whyhost ports`.

use super::{ACT, FINE, UNABLE};
use crate::args::{Format, Global, PortsArgs};
use crate::failure::Failure;
use crate::gather;
use crate::output::Output;
use crate::render::ports::{self as render, View};
use whyhost_core::machine::Machine;
use whyhost_core::ports::{Ports, ports};
use whyhost_core::reach::listeners_are_unknown;
use whyhost_sys::Options;

/// Prints the listeners of the machine.
///
/// # Errors
/// When the machine cannot be read, or is a folder, which has no sockets.
pub(crate) fn run(global: &Global, out: &Output, args: &PortsArgs) -> Result<u8, Failure> {
    if global.root.is_some() {
        return Err(Failure::new("`whyhost ports` looks at open sockets, and a folder has none")
            .hint("`--from SNAPSHOT` shows the sockets of another machine"));
    }
    let options = Options {
        ports: args.ports.clone(),
        all_owners: args.ports.is_empty(),
        packet_filter: true,
        ..Options::default()
    };
    let machine = Machine::new(gather::facts(global, &options)?);
    let view = View {
        ports: ports(&machine, &args.ports),
        exposed_only: args.exposed,
        is_complete: !listeners_are_unknown(&machine),
    };
    match global.format {
        Format::Json => out.raw(&render::json::ports(&view))?,
        Format::Nagios => {
            let (line, code) = render::nagios::line(&view);
            out.raw(&line)?;
            return Ok(code);
        }
        Format::Prometheus => out.raw(&render::prometheus::metrics(&view))?,
        _ => {
            out.gaps(&view.ports.gaps);
            out.text(&render::text::ports(&out.ui, &view, &machine.raw))?;
        }
    }
    Ok(exit_code(&view))
}

/// 1: others reach a listener and that was asked, or nothing listens on a port that was asked about.
fn exit_code(view: &View) -> u8 {
    let Ports { asked, rows, .. } = &view.ports;
    let found = |port: &u16| rows.iter().any(|row| row.listener.port == *port);
    match view {
        View { exposed_only: true, .. } if view.ports.exposed().next().is_some() => ACT,
        View { is_complete: false, .. } => UNABLE,
        View { exposed_only: false, .. } if !asked.iter().all(found) => ACT,
        _ => FINE,
    }
}
