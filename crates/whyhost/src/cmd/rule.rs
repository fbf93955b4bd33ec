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
    let failure = Failure::new(format!("no rule has the code `{shown}`"));
    let near = near(&shown);
    if near.is_empty() {
        return failure.hint("`whyhost rule` lists all codes");
    }
    let near: Vec<String> = near.iter().map(|code| format!("`{code}`")).collect();
    failure.hint(format!("did you mean {}?", near.join(" or ")))
}

/// At most three codes: those that `word` nearly is, the nearest first, then those that contain it.
pub(super) fn near(word: &str) -> Vec<&'static str> {
    let slug = |code: &'static str| code.split_once('.').map_or(code, |(_, slug)| slug);
    let far = |code: &'static str| distance(code, word).min(distance(slug(code), word));
    let is_near = |code: &'static str| far(code) <= slug(code).len() / 3;
    let is_part = |code: &'static str| word.len() > 2 && code.contains(word);
    let mut codes: Vec<&str> = all().map(|r| r.code).filter(|c| is_near(c) || is_part(c)).collect();
    codes.sort_by_key(|c| (!is_near(c), far(c)));
    let exact = codes.first().is_some_and(|c| far(c) == 0);
    codes.truncate(if exact { 1 } else { 3 });
    codes
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_codes() {
        assert_eq!(near("hosts.localhost-mising").first(), Some(&"hosts.localhost-missing"));
        assert_eq!(near("localhost-missing"), ["hosts.localhost-missing"]);
        assert_eq!(near("listen.non").first(), Some(&"listen.none"));
        assert!(near("encoding").iter().all(|code| code.contains("encoding")) && near("encoding").len() > 1);
        assert!(near("quite something else").is_empty());
        assert!(near("").is_empty());
    }
}
