//! The programs of the live oracle. A new one is an entry here or in a file of its own.

mod browsers;
mod languages;
mod node;
mod python;
mod tools;
mod web;

use super::client::Client;

/// Programs that the machine may have.
const SYSTEM: &[&[Client]] = &[node::SYSTEM, web::SYSTEM, python::SYSTEM, languages::SYSTEM, tools::SYSTEM];
/// Programs that `--install` fetches.
const FETCHED: &[&[Client]] =
    &[node::FETCHED, web::FETCHED, python::FETCHED, languages::FETCHED, tools::FETCHED, browsers::FETCHED];

/// All programs.
pub(crate) fn all() -> Vec<&'static Client> {
    SYSTEM.iter().chain(FETCHED).copied().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::all;
    use std::collections::BTreeSet;
    use whyhost_core::program::PROGRAMS;

    #[test]
    fn every_program_has_a_model_and_an_id_of_its_own() {
        let ids: BTreeSet<&str> = all().iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), all().len(), "an id occurs twice");
        for client in all() {
            assert!(
                PROGRAMS.iter().any(|p| p.id == client.model),
                "{}: no model {}",
                client.id,
                client.model
            );
            assert!(client.run.iter().any(|w| w.contains("{name}")), "{}: is not given the name", client.id);
            assert!(client.run.iter().any(|w| w.contains("{port}")), "{}: is not given the port", client.id);
        }
    }
}
