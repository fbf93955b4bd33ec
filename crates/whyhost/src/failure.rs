//! The end of a run that could not do its job: exit code 2.

use crate::target::TargetError;
use std::error::Error;

/// What stopped the run, for people and for JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What went wrong and where, one sentence without full stop; causes behind colons.
    pub(crate) message: String,
    /// What would be accepted, or what to do.
    pub(crate) hint: Option<String>,
    /// The file or folder it is about.
    pub(crate) path: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), hint: None, path: None }
    }

    /// An error with the chain of its causes, each once.
    pub(crate) fn caused(error: &dyn Error) -> Failure {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Failure::new(message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn path(mut self, path: impl Into<String>) -> Failure {
        self.path = Some(path.into());
        self
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Failure {
        Failure::new(error.to_string()).hint(format!("expected {}", error.accepted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "could not read x.json")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_are_chained() {
        let failure = Failure::caused(&Outer(std::io::Error::other("disk on fire")));
        assert_eq!(failure.message, "could not read x.json: disk on fire");
    }
}
