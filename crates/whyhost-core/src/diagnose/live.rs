//! Prediction against the real resolver.

use crate::resolve::{Answer, Error, Query, QueryFlags, Status};
use crate::snapshot::{LiveLookup, LiveOutcome, Snapshot};

/// Prediction against the real resolver.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveComparison {
    /// The live answer.
    pub lookup: LiveLookup,
    /// It equals the prediction; `None` where there is no prediction, or no answer in time.
    pub matches: Option<bool>,
}

/// The recorded live answer to the same question as `query` (name and family, no flags) beside the prediction.
///
/// `None` where that question was not asked live. `predicted` is the answer of the model of the machine's own library.
pub fn compare_live(
    snapshot: &Snapshot,
    query: &Query,
    predicted: Option<&Answer>,
) -> Option<LiveComparison> {
    let same = |l: &&LiveLookup| l.name == query.name && l.family == query.family && l.flags.is_empty();
    let asked = (query.flags == QueryFlags::default()).then_some(&snapshot.live.lookups)?;
    let lookup = asked.iter().find(same)?.clone();
    let matches = predicted.and_then(|answer| agrees(answer, &lookup.outcome));
    Some(LiveComparison { lookup, matches })
}

/// The live outcome is what the model says: the same addresses in the same order, or the same error.
///
/// `None` where the model cannot tell, or where no answer came in time, which proves nothing.
pub fn agrees(predicted: &Answer, live: &LiveOutcome) -> Option<bool> {
    match (predicted.status, live) {
        (Status::Unknown, _) | (_, LiveOutcome::TimedOut) => None,
        (_, LiveOutcome::Found(real)) => {
            Some(predicted.addresses.iter().map(|a| a.address).eq(real.iter().copied()))
        }
        (_, LiveOutcome::Failed(code)) => {
            Some(predicted.error.as_ref().is_some_and(|error| same_error(error, code)))
        }
    }
}

/// `EAI_SYSTEM` with its errno is `EAI_SYSTEM:EBUSY` in a live answer; an errno that one side does not know is no
/// difference.
fn same_error(predicted: &Error, live: &str) -> bool {
    let (code, errno) = live.split_once(':').map_or((live, None), |(code, errno)| (code, Some(errno)));
    code == predicted.code && (errno.is_none() || predicted.errno.is_none() || errno == predicted.errno)
}

/// An error as live answers write it: `EAI_NONAME`, `EAI_SYSTEM:EBUSY`.
pub(crate) fn error_text(error: &Error) -> String {
    match error.errno {
        Some(errno) => format!("{}:{errno}", error.code),
        None => error.code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_compared_with_their_errno_where_both_have_one() {
        let busy = Error { code: "EAI_SYSTEM", errno: Some("EBUSY") };
        assert!(same_error(&busy, "EAI_SYSTEM:EBUSY") && same_error(&busy, "EAI_SYSTEM"));
        assert!(!same_error(&busy, "EAI_SYSTEM:EMFILE") && !same_error(&busy, "EAI_AGAIN"));
        let plain = Error { code: "EAI_NONAME", errno: None };
        assert!(same_error(&plain, "EAI_NONAME") && !same_error(&plain, "EAI_NODATA"));
        assert!(same_error(&Error { errno: None, ..busy.clone() }, "EAI_SYSTEM:EBUSY"));
        assert_eq!(error_text(&busy), "EAI_SYSTEM:EBUSY");
    }
}
