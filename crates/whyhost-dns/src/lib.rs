//! Asks DNS servers (skeleton).
