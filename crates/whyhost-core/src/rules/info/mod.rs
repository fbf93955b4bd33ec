//! Good to know beside an answer.

mod dns_tools_skip_hosts;
mod dual_stack_wildcard;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[dns_tools_skip_hosts::RULE, dual_stack_wildcard::RULE];
