//! The fixtures of testdata/hosts/bytes: byte for byte, and what the lines and problems of each are.

use hosts_edit::{Encoding, Ending, HostsFile, LineKind, ProblemKind};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../testdata/hosts/bytes/", $name, ".hosts"))
    };
}

/// One letter a line for kind and ending, then the problems by line.
fn describe(bytes: &[u8]) -> String {
    let (file, problems) = HostsFile::parse(bytes);
    assert_eq!(file.bytes(), bytes);
    let kind = |k| match k {
        LineKind::Blank => 'b',
        LineKind::Comment => 'c',
        LineKind::Entry => 'e',
        LineKind::Disabled => 'd',
        LineKind::NoNames => 'n',
        LineKind::Unreadable => 'u',
    };
    let ending = |e| match e {
        Ending::Lf => "lf",
        Ending::Crlf => "crlf",
        Ending::Cr => "cr",
        Ending::None => "-",
    };
    let lines: Vec<String> =
        file.lines().map(|l| format!("{}:{}", kind(l.kind()), ending(l.ending()))).collect();
    let problems: Vec<String> = problems.iter().map(|p| format!("{} {:?}", p.line, p.kind)).collect();
    let encoding = match file.encoding() {
        Encoding::Bytes { bom } => format!("bytes{}", if bom { "+bom" } else { "" }),
        Encoding::Utf16Le { bom } => format!("le{}", if bom { "+bom" } else { "" }),
        Encoding::Utf16Be { bom } => format!("be{}", if bom { "+bom" } else { "" }),
    };
    format!("{encoding} | {} | {}", lines.join(" "), problems.join(", "))
}

#[test]
fn line_ends() {
    assert_eq!(describe(fixture!("crlf")), "bytes | c:crlf e:crlf e:crlf | ");
    assert_eq!(describe(fixture!("cr")), "bytes | c:cr e:cr e:cr | 1 LoneCr, 2 LoneCr, 3 LoneCr");
    assert_eq!(describe(fixture!("mixed")), "bytes | e:crlf e:lf e:crlf b:crlf | 3 LoneCr, 4 LoneCr");
    assert_eq!(describe(fixture!("no-newline")), "bytes | e:lf e:- | 2 MissingFinalNewline");
    assert_eq!(describe(fixture!("empty")), "bytes |  | ");
}

#[test]
fn encodings() {
    assert_eq!(describe(fixture!("bom")), "bytes+bom | e:lf e:lf | 1 ByteOrderMark");
    assert_eq!(describe(fixture!("bom-only")), "bytes+bom |  | 1 ByteOrderMark");
    assert_eq!(describe(fixture!("utf16le-bom")), "le+bom | c:crlf e:crlf e:crlf | 1 ByteOrderMark, 1 Utf16");
    assert_eq!(describe(fixture!("utf16be-bom")), "be+bom | c:crlf e:crlf e:crlf | 1 ByteOrderMark, 1 Utf16");
    assert_eq!(describe(fixture!("utf16le")), "le | c:crlf e:crlf e:crlf | 1 Utf16");
    assert_eq!(describe(fixture!("utf16be-odd")), "be | c:crlf e:crlf e:crlf b:- | 1 Utf16");
    assert_eq!(
        describe(fixture!("utf16-appended")),
        "bytes | e:crlf u:lf u:lf | 2 InvalidAddress, 2 NulByte, 2 LoneCr, 3 InvalidAddress, 3 NulByte"
    );
    assert_eq!(describe(fixture!("latin1")), "bytes | c:lf e:lf e:lf | 1 InvalidUtf8, 3 InvalidUtf8");
}

#[test]
fn odd_bytes() {
    assert_eq!(
        describe(fixture!("nul")),
        "bytes | e:lf e:lf c:lf u:lf | 2 NulByte, 3 NulByte, 4 InvalidAddress, 4 NulByte"
    );
    assert_eq!(
        describe(fixture!("nul-block")),
        "bytes | e:lf u:- | 2 InvalidAddress, 2 NulByte, 2 MissingFinalNewline"
    );
    assert_eq!(describe(fixture!("long-line")), "bytes | e:lf e:lf | ");
    assert_eq!(
        describe(fixture!("controls")),
        "bytes | e:lf u:lf e:- | 2 InvalidAddress, 3 MissingFinalNewline"
    );
}

#[test]
fn utf16_text_is_decoded() {
    let (file, problems) = HostsFile::parse(&fixture!("utf16le-bom")[..]);
    assert!(problems.iter().any(|p| p.kind == ProblemKind::Utf16));
    let line = file.line(3).unwrap();
    assert_eq!(*line.names()[1].text, *b"ip6-localhost");
    assert_eq!(*line.comment().unwrap().text, *"# müller".as_bytes());
    assert_eq!(file.bytes()[line.names()[1].span.clone()][..4], *b"i\0p\0");
}
