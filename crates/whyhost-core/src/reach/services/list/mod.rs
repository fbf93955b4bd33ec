//! The products by whom they are made for.

mod backend;
mod developer;
mod network;

use super::Service;

/// Every known product.
pub const SERVICES: [&[Service]; 3] = [developer::DEVELOPER, backend::BACKEND, network::NETWORK];
