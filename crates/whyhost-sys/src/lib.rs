//! Collects the machine (skeleton).
