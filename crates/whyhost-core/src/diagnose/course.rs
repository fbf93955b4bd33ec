//! The addresses that programs get for a target, and who says so: the model, the real resolver, or the target itself.

use super::{LiveComparison, Target};
use crate::resolve::{Answer, Status};
use crate::snapshot::{LiveOutcome, ScopedAddr};

/// The addresses that a verdict is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// In the order in which programs get them.
    pub addresses: Vec<ScopedAddr>,
    /// What an empty list means.
    pub status: Status,
    /// Who says so.
    pub basis: Basis,
}

/// Who says which addresses programs get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The target is an address.
    Literal,
    /// The model.
    Predicted,
    /// The real resolver, since the model cannot tell or was contradicted.
    AskedLive,
    /// Nobody.
    Nobody,
}

fn addresses_of(answer: &Answer) -> Vec<ScopedAddr> {
    answer.addresses.iter().map(|a| a.address).collect()
}

/// Whom to believe: the target itself, a contradicting live answer, the model, a live answer, nobody.
pub(super) fn course(target: &Target, predicted: Option<&Answer>, live: Option<&LiveComparison>) -> Course {
    if let Some(address) = target.literal {
        return Course { addresses: vec![address], status: Status::Found, basis: Basis::Literal };
    }
    let contradicted = live.is_some_and(|l| l.matches == Some(false));
    match predicted.filter(|a| a.status != Status::Unknown && !contradicted) {
        Some(answer) => {
            Course { addresses: addresses_of(answer), status: answer.status, basis: Basis::Predicted }
        }
        None => live.map_or_else(nobody, |l| asked_live(&l.lookup.outcome)),
    }
}

fn asked_live(outcome: &LiveOutcome) -> Course {
    let (addresses, status) = match outcome {
        LiveOutcome::Found(addresses) => (addresses.clone(), Status::Found),
        LiveOutcome::Failed(code) => (Vec::new(), status_of(code)),
        LiveOutcome::TimedOut => return nobody(),
    };
    Course { addresses, status, basis: Basis::AskedLive }
}

fn nobody() -> Course {
    Course { addresses: Vec::new(), status: Status::Unknown, basis: Basis::Nobody }
}

fn status_of(code: &str) -> Status {
    match code.split(':').next().unwrap_or_default() {
        "EAI_AGAIN" => Status::TryAgain,
        "EAI_NODATA" | "EAI_ADDRFAMILY" => Status::NoData,
        "EAI_NONAME" => Status::NotFound,
        _ => Status::Failure,
    }
}
