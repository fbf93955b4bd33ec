//! Any bytes: nothing is lost, the lines tile the file, words lie in their lines.
#![no_main]

use hosts_edit::HostsFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (file, problems) = HostsFile::parse(bytes);
    assert_eq!(file.bytes(), bytes);
    let mut at = file.encoding().bom_len();
    for line in file.lines() {
        assert_eq!(line.span().start, at);
        at = line.span().end;
        let content = line.content_span();
        let words = line.address().into_iter().chain(line.names()).chain(line.comment());
        let mut last = content.start;
        for word in words {
            assert!(last <= word.span.start && word.span.end <= content.end);
            last = word.span.end;
        }
    }
    assert_eq!(at, bytes.len());
    for problem in problems {
        assert!(problem.span.end <= bytes.len() && problem.line >= 1);
    }
});
