//! Random configuration beside the hosts file.

use super::{DOMAINS, Vocabulary};
use crate::oracle::rng::Rng;
use std::collections::BTreeMap;

/// Whole nsswitch.conf files, each a trap of its own.
const NSSWITCH: [&str; 38] = [
    "passwd: files\nhosts: files\n",
    "passwd: files\nhosts: dns\n",
    "passwd: files\nhosts: dns files\n",
    "passwd: files\nhosts: dns [!UNAVAIL=return] files\n",
    "passwd: files\nhosts: dns [NOTFOUND=return] files\n",
    "passwd: files\nhosts: files [NOTFOUND=return] dns\n",
    "passwd: files\nhosts: files[NOTFOUND=return]dns\n",
    "passwd: files\nhosts: files [ notfound = RETURN ] dns\n",
    "passwd: files\nhosts: files [UNAVAIL=return] [TRYAGAIN=return] dns\n",
    "passwd: files\nhosts: files [SUCCESS=continue] dns\n",
    "passwd: files\nhosts: files [SUCCESS=merge] dns\n",
    "passwd: files\nhosts: files [NOTFOUND=retrun] dns\n",
    "passwd: files\nhosts: files [bogus=return] dns\n",
    "passwd: files\nhosts: files [NOTFOUND] dns\n",
    "passwd: files\nhosts: files [] dns\n",
    "passwd: files\nhosts: files [NOTFOUND=return\n",
    "passwd: files\nhosts: [NOTFOUND=return] files dns\n",
    "passwd: files\nhosts: files # dns\n",
    "passwd: files\nhosts: files #dns\n",
    "passwd: files\nhosts: # files dns\n",
    "passwd: files\nhosts: FILES dns\n",
    "passwd: files\nhosts: files, dns\n",
    "passwd: files\nhosts: files;dns\n",
    "passwd: files\nhosts: files dns ]\n",
    "passwd: files\nhosts: files dns",
    "passwd: files\nhosts:\n",
    "passwd: files\nhosts: nosuch\n",
    "hosts files dns\n",
    "hosts :: files\n",
    "hosts: files\nhosts: dns\n",
    "hosts: dns\nhosts: files\n",
    "   hosts: files dns\n",
    "HOSTS: dns\n",
    "host: dns\n",
    "#hosts: dns\n",
    "passwd: files [foo\nhosts: files dns\n",
    "sudoers: files [foo\nhosts: files dns\n",
    "hosts: files \\\n dns\n",
];

/// nsswitch.conf.
pub(super) fn nsswitch(rng: &mut Rng, vocabulary: &Vocabulary) -> Option<Vec<u8>> {
    let mut text = match rng.below(100) {
        0..5 => return None,
        5..50 => "passwd: files\nhosts: files dns\n".to_owned(),
        50..75 => rng.pick(&NSSWITCH).to_owned(),
        _ => format!("passwd: files\nhosts:{}\n", services(rng, vocabulary)),
    };
    if rng.chance(3) {
        text = text.replace('\n', "\r\n");
    }
    if rng.chance(3) {
        text.truncate(text.trim_end().len());
    }
    Some(text.into_bytes())
}

fn services(rng: &mut Rng, vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for _ in 0..=rng.below(4) {
        text.push(' ');
        text.push_str(rng.pick(&vocabulary.services));
        if rng.chance(30) {
            text.push_str(&actions(rng));
        }
    }
    text
}

fn actions(rng: &mut Rng) -> String {
    let item = |rng: &mut Rng| {
        let not = if rng.chance(30) { "!" } else { "" };
        let status = rng.pick(&["SUCCESS", "NOTFOUND", "NOTFOUND", "UNAVAIL", "unavail", "TryAgain"]);
        // SUCCESS=continue throws an answer away and merge fails: rare, each with its own trap above.
        let action = rng.pick(&["return", "return", "return", "continue", "RETURN"]);
        format!("{not}{status}={action}")
    };
    let items: Vec<String> = (0..=rng.below(2)).map(|_| item(rng)).collect();
    format!(" [{}]", items.join(" "))
}

/// gai.conf.
pub(super) fn gai(rng: &mut Rng, vocabulary: &Vocabulary) -> Option<Vec<u8>> {
    if rng.chance(60) {
        return None;
    }
    let end = if rng.chance(5) { "\r\n" } else { "\n" };
    let mut text: String = (0..rng.below(5)).map(|_| gai_line(rng, vocabulary) + end).collect();
    if rng.chance(10) {
        text.truncate(text.trim_end().len());
    }
    if rng.chance(3) {
        text.insert(0, '\u{feff}');
    }
    Some(text.into_bytes())
}

fn gai_line(rng: &mut Rng, vocabulary: &Vocabulary) -> String {
    const PREFIXES: [&str; 15] = [
        "::1/128",
        "::/0",
        "::ffff:0:0/96",
        "::ffff:0:0/96",
        "::ffff:127.0.0.0/104",
        "::ffff:192.0.2.0/120",
        "2002::/16",
        "2001::/32",
        "2001:db8::/32",
        "2001:db8:1::/48",
        "fc00::/7",
        "fd00::/8",
        "fe80::/10",
        "fec0::/10",
        "::/96",
    ];
    const OTHERS: [&str; 14] = [
        "# precedence ::ffff:0:0/96 100",
        "",
        "reload yes",
        "reload no",
        "Precedence ::ffff:0:0/96 100",
        "precedence 127.0.0.0/8 100",
        "precedence ::ffff:0:0/96 -1",
        "precedence ::ffff:0:0/96 0x64",
        "precedence ::ffff:0:0/129 100",
        "precedence ::ffff:0:0/96 +100",
        "precedence ::ffff:0:0/96 100 more",
        "  precedence\t::ffff:0:0/96\t100 # all of IPv4",
        "precedence",
        "preference ::1/128 5",
    ];
    match rng.below(100) {
        0..20 => rng.pick(&OTHERS).into(),
        20..22 if vocabulary.gai_without_length => format!("precedence ::1 {}", rng.below(100)),
        20..32 => {
            let prefix =
                ["::ffff:127.0.0.0/104", "::ffff:10.0.0.0/104", "10.0.0.0/8", "192.0.2.0/24", "0.0.0.0/0"];
            format!("scopev4 {} {}", rng.pick(&prefix), rng.pick(&["2", "5", "14"]))
        }
        32..55 => format!("label {} {}", rng.pick(&PREFIXES), rng.below(8)),
        _ => format!(
            "precedence {} {}",
            rng.pick(&PREFIXES),
            rng.pick(&["0", "4", "10", "30", "40", "50", "60", "100"])
        ),
    }
}

/// host.conf.
pub(super) fn host_conf(rng: &mut Rng) -> Option<Vec<u8>> {
    const FILES: [&str; 10] = [
        "multi on\n",
        "multi on",
        "MULTI ON\n",
        "multi off\n",
        "multi on # yes\n",
        "# multi on\n",
        "order hosts,bind\nmulti on\n",
        "order hosts,bind\n",
        "\tmulti\ton\r\n",
        "",
    ];
    match rng.below(100) {
        0..12 => None,
        12..75 => Some(FILES[0].into()),
        _ => Some(rng.pick(&FILES).into()),
    }
}

/// resolv.conf. The only server is the one on 127.0.0.1, and it is asked once for a second.
pub(super) fn resolv(rng: &mut Rng) -> Option<Vec<u8>> {
    if rng.chance(2) {
        return None;
    }
    let mut options = "timeout:1 attempts:1".to_owned();
    if rng.chance(25) {
        options.push_str(rng.pick(&[" ndots:0", " ndots:2", " ndots:5", " no-aaaa", " ndots:99", " rotate"]));
    }
    let mut text = format!("nameserver 127.0.0.1\noptions {options}\n");
    let [one, two] = DOMAINS;
    text.push_str(&match rng.below(100) {
        0..50 => String::new(),
        50..70 => format!("search {one}\n"),
        70..85 => format!("search {two} {one}\n"),
        85..90 => format!("domain {one}\n"),
        90..92 => format!("search {two}\ndomain {one}\n"),
        92..94 => format!("domain {one}\nsearch {two}\n"),
        94..96 => "search .\n".into(),
        96..98 => format!(" search {one}\n"),
        _ => format!("search {one}."),
    });
    Some(text.into_bytes())
}

/// Environment of the asking program.
pub(super) fn env(rng: &mut Rng) -> BTreeMap<String, String> {
    const ONES: [(&str, &str); 8] = [
        ("HOSTALIASES", HOST_ALIASES),
        ("HOSTALIASES", HOST_ALIASES),
        ("RESOLV_MULTI", "on"),
        ("RESOLV_MULTI", "off"),
        ("LOCALDOMAIN", "a.test"),
        ("LOCALDOMAIN", "corp.test a.test"),
        ("RES_OPTIONS", "ndots:2"),
        ("RES_OPTIONS", "ndots:0"),
    ];
    if !rng.chance(8) {
        return BTreeMap::new();
    }
    let (name, value) = rng.pick(&ONES);
    BTreeMap::from([(name.to_owned(), value.to_owned())])
}

/// Where the file of HOSTALIASES is.
const HOST_ALIASES: &str = "/etc/host.aliases";

/// The file of HOSTALIASES below /etc, where `env` names it: mostly good lines.
pub(super) fn host_aliases(rng: &mut Rng, env: &BTreeMap<String, String>) -> Option<(&'static str, String)> {
    let file = HOST_ALIASES.strip_prefix("/etc/")?;
    env.get("HOSTALIASES")?;
    let mut text = String::new();
    for _ in 0..=rng.below(6) {
        let name = rng.pick(&["localhost", "box", "alpha", "beta", "ALPHA", "beta."]);
        let blank = rng.pick(&[" ", "\t", "  \t"]);
        let alias =
            rng.pick(&["gamma.test", "delta.test", "delta.test.", "beta", "alpha", "localhost", "a_b.test"]);
        text.push_str(&match rng.below(100) {
            0..4 => format!("{name}\n"),
            4..6 => format!("{name} \n"),
            6..9 => format!(" {name} {alias}\n"),
            9..12 => format!("{name}{blank}{alias} more\r\n"),
            12..14 => "# a comment\n".into(),
            14..16 => "\n".into(),
            16..18 => format!("{name}{blank}{alias}"),
            _ => format!("{name}{blank}{alias}\n"),
        });
    }
    Some((file, text))
}
