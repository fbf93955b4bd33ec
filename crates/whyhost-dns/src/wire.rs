//! Questions as bytes, and which answers belong to them.
//!
//! A whole hosts file is hundreds of thousands of questions that differ in the name alone: they are written by hand,
//! answers are read by hickory.

use crate::ask::Kind;

/// The fixed part of every message (RFC 1035, section 4.1.1).
const HEADER: usize = 12;
/// Recursion desired.
const RD: u8 = 0x01;
/// The message is an answer.
const QR: u8 = 0x80;
/// OPT (RFC 6891, section 6.1.2) without options: no larger answer than this over UDP (DNS flag day 2020).
const OPT: [u8; 11] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];

/// The message that asks for `name`; `None` for a name that DNS cannot carry (labels of 1 to 63 bytes, 253 in all).
pub(crate) fn question(id: u16, name: &str, kind: Kind, edns: bool) -> Option<Vec<u8>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > 253 {
        return None;
    }
    let [high, low] = id.to_be_bytes();
    let mut packet = Vec::with_capacity(HEADER + name.len() + 6 + OPT.len());
    packet.extend([high, low, RD, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns)]);
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|n| (1..=63).contains(n))?;
        packet.push(length);
        packet.extend(label.bytes());
    }
    let [kind_high, kind_low] = kind.number().to_be_bytes();
    packet.extend([0, kind_high, kind_low, 0, 1]);
    if edns {
        packet.extend(OPT);
    }
    Some(packet)
}

/// The id of a message; `None` where it is too short for one, or no answer.
pub(crate) fn answer_id(packet: &[u8]) -> Option<u16> {
    let header = packet.get(..HEADER)?;
    (header[2] & QR != 0).then(|| u16::from_be_bytes([header[0], header[1]]))
}

/// The answer repeats the question, in any case of letters, or is a refusal without one. Anything else was meant for
/// somebody else or is forged (`__libc_res_queriesmatch`; RFC 5452, section 9.1).
pub(crate) fn belongs(answer: &[u8], question: &[u8]) -> bool {
    match answer.get(4..6) {
        Some([0, 1]) => {
            let end = question_end(question);
            let sent = question.get(HEADER..end).unwrap_or_default();
            answer.get(HEADER..end).is_some_and(|echo| echo.eq_ignore_ascii_case(sent))
        }
        Some([0, 0]) => answer.get(3).is_some_and(|flags| flags & 0x0f != 0),
        _ => false,
    }
}

/// The end of the question that [`question`] wrote.
fn question_end(question: &[u8]) -> usize {
    let opt = if question.get(11) == Some(&1) { OPT.len() } else { 0 };
    question.len() - opt
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::proto::op::{Message, ResponseCode};

    #[test]
    fn hickory_reads_what_is_written() {
        for edns in [false, true] {
            let message = Message::from_vec(&question(7, "a.Example.", Kind::Aaaa, edns).unwrap()).unwrap();
            assert_eq!((message.id, message.recursion_desired), (7, true));
            assert_eq!(message.queries[0].name().to_ascii(), "a.Example.");
            assert_eq!(message.queries[0].query_type().to_string(), "AAAA");
            assert_eq!(message.edns.map(|e| e.max_payload()), edns.then_some(1232));
        }
    }

    #[test]
    fn names_that_cannot_be_carried() {
        let long = format!("{}.example", "a".repeat(64));
        let endless = vec!["label"; 60].join(".");
        for name in ["", ".", "a..b", ".a", &long, &endless] {
            assert_eq!(question(1, name, Kind::A, true), None, "{name}");
        }
        assert!(question(1, &"a".repeat(63), Kind::A, true).is_some());
    }

    #[test]
    fn answers_that_belong() {
        let asked = question(7, "a.example", Kind::A, true).unwrap();
        let query = Message::from_vec(&asked).unwrap();
        let answer = |change: &dyn Fn(&mut Message)| {
            let mut answer = Message::response(query.id, query.op_code);
            answer.queries = query.queries.clone();
            change(&mut answer);
            answer.to_vec().unwrap()
        };
        let upper = Message::from_vec(&question(7, "A.EXAMPLE", Kind::A, false).unwrap()).unwrap();
        let other = Message::from_vec(&question(7, "b.example", Kind::A, false).unwrap()).unwrap();
        let same = answer(&|_| {});
        assert_eq!(answer_id(&same), Some(7));
        assert!(belongs(&same, &asked));
        assert!(belongs(&answer(&|a| a.queries = upper.queries.clone()), &asked));
        assert!(!belongs(&answer(&|a| a.queries = other.queries.clone()), &asked));
        assert!(!belongs(&answer(&|a| a.queries.clear()), &asked));
        let refusal = |a: &mut Message| {
            a.queries.clear();
            a.metadata.response_code = ResponseCode::FormErr;
        };
        assert!(belongs(&answer(&refusal), &asked));
        assert_eq!(answer_id(&asked), None);
        assert_eq!(answer_id(&[0x42]), None);
    }
}
