//! URL schemes that have a port of their own.

/// Ports of URL schemes (IANA service names; database schemes as their drivers document them).
const SCHEMES: &[(&str, u16)] = &[
    ("http", 80),
    ("https", 443),
    ("ws", 80),
    ("wss", 443),
    ("ftp", 21),
    ("ssh", 22),
    ("ldap", 389),
    ("ldaps", 636),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("redis", 6379),
    ("rediss", 6379),
    ("mongodb", 27017),
    ("amqp", 5672),
    ("amqps", 5671),
    ("mqtt", 1883),
    ("mqtts", 8883),
    ("nats", 4222),
];

/// The port of a scheme in small letters; of `mongodb+srv` that of `mongodb`.
pub(super) fn port(scheme: &str) -> Option<u16> {
    let base = scheme.split('+').next().unwrap_or_default();
    SCHEMES.iter().find(|(name, _)| *name == base).map(|(_, port)| *port)
}
