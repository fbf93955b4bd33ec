//! Plans for single files.

use super::*;
use crate::check::Platform;

fn plan_of(text: &str) -> Plan {
    plan(&subject(text), &Wanted::default()).expect("a file")
}

fn subject(text: &str) -> Subject {
    Subject::file("hosts", text.as_bytes().to_vec(), Platform::Unix)
}

fn fixed(text: &str) -> String {
    String::from_utf8(plan_of(text).new).unwrap()
}

const GOOD: &str = "127.0.0.1 localhost\n::1 localhost\n";

#[test]
fn a_good_file_stays() {
    let plan = plan_of(GOOD);
    assert!(plan.is_empty() && plan.edits.is_empty() && plan.fixes.is_empty(), "{plan:?}");
    assert_eq!(plan.unified(), b"");
}

#[test]
fn several_faults_of_one_line_go_in_several_rounds() {
    let text = format!("{GOOD}[10.0.0.1] a\u{a0}b\n");
    assert_eq!(fixed(&text), format!("{GOOD}10.0.0.1 a b\n"));
    let codes: Vec<&str> = plan_of(&text).fixes.iter().map(|f| f.code).collect();
    assert!(codes.contains(&"hosts.nonascii-whitespace") && codes.len() >= 2, "{codes:?}");
}

#[test]
fn each_changed_line_knows_its_fixes() {
    let plan = plan_of("10.0.0.5 nas\n192.168.1.300 box\n");
    assert_eq!(
        String::from_utf8(plan.new.clone()).unwrap(),
        "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 nas\n# 192.168.1.300 box\n"
    );
    assert_eq!(plan.codes_at(1, 1), ["hosts.localhost-missing"]);
    assert_eq!(plan.codes_at(2, 2), ["hosts.invalid-address"]);
    assert_eq!(plan.path, "hosts");
}

#[test]
fn only_what_is_asked_for() {
    let mut wanted = Wanted::default();
    wanted.check.selection.select = vec!["hosts.invalid-address".into()];
    let plan = plan(&subject("10.0.0.5 nas\n192.168.1.300 box\n"), &wanted).unwrap();
    assert_eq!(plan.fixes.len(), 1);
    assert!(plan.new.starts_with(b"10.0.0.5 nas\n#"));
}

#[test]
fn comments_silence_repairs() {
    let text = format!("{GOOD}192.168.1.300 box # whyhost: ignore hosts.invalid-address\n");
    assert!(plan_of(&text).is_empty());
}

#[test]
fn what_changes_answers_is_left_unless_it_is_asked_for() {
    let text = format!("{GOOD}10.0.0.1 *.app.test b*d x\n");
    let plan_safe = plan_of(&text);
    assert!(plan_safe.is_empty() && !plan_safe.left.is_empty(), "{plan_safe:?}");
    let all = plan(&subject(&text), &Wanted { with_unsafe: true, ..Wanted::default() }).unwrap();
    assert!(!all.is_empty() && all.left.is_empty());
}

#[test]
fn a_name_that_nobody_asked_to_lose_is_an_objection() {
    let subject = subject(&format!("{GOOD}10.0.0.5 nas box\n"));
    let file = &subject.as_machine().hosts.value;
    let mut edits = EditSet::new();
    edits.remove_line(file, 3).unwrap();
    let plan = |asked: &[&str]| edited(&subject, &edits, asked, &Options::default()).unwrap().objections;
    let names = |objections: &[Objection]| match &objections[0] {
        Objection::Unlisted { names, count, .. } => (names.clone(), *count),
        other => panic!("{other:?}"),
    };
    assert_eq!(names(&plan(&["nas"])), (vec!["box".to_owned()], 1));
    assert_eq!(plan(&["nas", "BOX"]), []);
}

#[test]
fn a_new_error_is_an_objection() {
    let subject = subject("127.0.0.1 localhost\n192.168.1.10 a\n");
    let mut edits = EditSet::new();
    edits.replace_line(&subject.as_machine().hosts.value, 2, "192.168.1.300 a").unwrap();
    let found = edited(&subject, &edits, &["a"], &Options::default()).unwrap().objections;
    assert!(matches!(&found[..], [Objection::Worse { code: "hosts.invalid-address", .. }]), "{found:?}");
}

#[test]
fn another_kind_of_file_is_not_made_one_of_comments() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\nbin:x:2:2::/:/bin/sh\n";
    let objections = plan_of(passwd).objections;
    assert_eq!(objections, [Objection::Foreign { unreadable: 3, entries: 0 }]);
    assert_eq!(plan_of("10.0.0.5 nas\nnas 10.0.0.6\n# 10.0.0.7 c\n").objections, []);
}

mod behaviour_of {
    use super::super::behaviour::{Comparison, objections};
    use super::*;

    fn changes(before: &str, after: &str) -> Vec<String> {
        let subject = subject(before);
        let mut edits = EditSet::new();
        edits.push(hosts_edit::Edit { range: 0..before.len(), bytes: after.as_bytes().to_vec() }).unwrap();
        let plan = edited(&subject, &edits, &[], &Options::default()).unwrap();
        let comparison = Comparison::new(subject.as_machine().clone(), &plan);
        let list = |o: &behaviour::Outcome| {
            o.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        let changes = comparison.changes();
        assert_eq!(
            objections(&changes, &[]).is_empty(),
            changes.iter().all(|c| !c.is_loss() || !is_askable(c.name.as_bytes()))
        );
        changes
            .iter()
            .map(|c| format!("{} {} {}>{}", c.name, c.resolver, list(&c.before), list(&c.after)))
            .collect()
    }

    #[test]
    fn each_resolver_is_asked_before_and_after() {
        let found = changes(GOOD, &format!("{GOOD}10.0.0.5 nas\n"));
        assert!(found.contains(&"nas glibc >10.0.0.5".to_owned()), "{found:?}");
        assert!(found.contains(&"nas musl >10.0.0.5".to_owned()), "{found:?}");
        assert!(found.iter().all(|c| !c.contains("windows") && !c.contains("macos")), "{found:?}");
        assert_eq!(changes(GOOD, &format!("# hello\n{GOOD}")), Vec::<String>::new());
    }

    #[test]
    fn a_long_file_is_asked_for_few_names() {
        let text = format!("{GOOD}{}", "10.0.0.5  nas\n".repeat(10_000));
        let subject = subject(&text);
        let edits = hosts_edit::entries::format(&subject.as_machine().hosts.value).unwrap();
        let mut more = EditSet::new();
        for n in 0..100 {
            let line = format!("10.0.1.{n} name{n}");
            more.insert_line(&subject.as_machine().hosts.value, 1, &line).unwrap();
        }
        let plan = edited(&subject, &more, &[], &Options::default()).unwrap();
        let comparison = Comparison::new(subject.as_machine().clone(), &plan);
        assert_eq!((comparison.names.len(), comparison.more > 0, edits.is_empty()), (39, true, false));
    }

    #[test]
    fn a_loss_is_told() {
        let found = changes(&format!("{GOOD}10.0.0.5 nas\n"), GOOD);
        assert!(found.contains(&"nas glibc 10.0.0.5>".to_owned()), "{found:?}");
        let found = changes("10.0.0.5 a-long-name box\n10.0.0.6 nas\n", "::1 b\n");
        assert!(found.contains(&"box glibc 10.0.0.5>".to_owned()), "{found:?}");
    }
}
