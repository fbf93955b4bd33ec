#![doc = include_str!("../README.md")]

pub mod address;
pub mod dialect;
pub mod entries;

mod change;
mod edit;
mod encoding;
mod file;
mod index;
mod join;
mod line;
mod lookup;
mod parse;
mod reader;
mod reverse;
mod split;
mod style;
mod view;

pub use address::{Zones, default_zones};
pub use dialect::{Dialect, GLIBC};
pub use edit::{Conflict, Edit, EditError, EditSet};
pub use encoding::{Encoding, Ending};
pub use file::{Family, HostsFile, Problem, ProblemKind};
pub use index::{Listed, NameIndex};
pub use line::{Line, LineKind, Word};
pub use lookup::Hit;
pub use reverse::ReverseHit;
pub use view::{Head, Place, SeenEntry, SeenName, View};
