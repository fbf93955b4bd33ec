//! Renderers: one file a format or a block of text. They decide nothing.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod escape;
pub(crate) mod json;
pub(crate) mod ports;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod text;
