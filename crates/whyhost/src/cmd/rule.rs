//! `whyhost rule`.

use super::FINE;
use crate::args::distance;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{json, text};
use whyhost_core::rules::{ALL, Rule, by_code};

/// Prints the list of rules, of an area, or the text of one.
///
/// # Errors
/// When there is no such code or area.
pub(crate) fn run(out: &Output, code: Option<&str>) -> Result<u8, Failure> {
    let rules = select(code)?;
    if out.is_json() {
        out.raw(&json::rules(&rules))?;
    } else {
        match (code.and_then(by_code), rules.as_slice()) {
            (Some(rule), _) => out.text(&text::rule::page(&out.ui, rule))?,
            (None, rules) => out.text(&text::rule::list(&out.ui, rules))?,
        }
    }
    Ok(FINE)
}

/// The rule with this code, those of this area, or all.
fn select(code: Option<&str>) -> Result<Vec<&'static Rule>, Failure> {
    let Some(code) = code else { return Ok(all().collect()) };
    if let Some(rule) = by_code(code) {
        return Ok(vec![rule]);
    }
    let area: Vec<_> = all().filter(|r| r.code.split('.').next() == Some(code)).collect();
    if area.is_empty() { Err(unknown(code)) } else { Ok(area) }
}

fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().flat_map(|area| area.iter())
}

fn unknown(code: &str) -> Failure {
    let shown: String = code.chars().take(60).collect();
    let near = all().map(|r| r.code).min_by_key(|c| distance(c, &shown));
    let failure = Failure::new(format!("no rule has the code `{shown}`"));
    match near {
        Some(near) if distance(near, &shown) <= near.len() / 3 => {
            failure.hint(format!("did you mean `{near}`?"))
        }
        _ => failure.hint("`whyhost rule` lists all codes"),
    }
}
