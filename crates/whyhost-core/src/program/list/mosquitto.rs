//! The MQTT clients of Mosquitto.

use super::library;
use crate::program::{Detect, Era, PLAIN, Program, Serves};
use crate::resolve::Evidence;

/// `mosquitto_pub` and `mosquitto_sub`.
pub(super) const MOSQUITTO: Program = Program {
    detect: Some(Detect { names: &["mosquitto_pub", "mosquitto_sub"], option: "--version" }),
    serves: Serves::Ports(&[1883, 8883]),
    ..library(
        "mosquitto",
        "mosquitto",
        "mosquitto_pub, mosquitto_sub, programs on libmosquitto",
        &[Era {
            since: "1.6",
            label: "1.6 and later",
            evidence: Evidence::Measured { run: "2.0.11" },
            behaviour: PLAIN,
        }],
        &["mosquitto lib/net_mosq.c: net__try_connect_tcp (2.0)"],
    )
};
