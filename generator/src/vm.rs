//! What a host's `agent.vm` says of its virtual machine.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::name::AgentName;

/// The numbers of one virtual machine: `agent.vm` in the host's own file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vm {
    /// The TCP port on the host's loopback that leads to the guest's SSH.
    pub ssh_port: Port,
    /// The TCP port on the host's loopback that SPICE listens on.
    pub spice_port: Port,
    /// The address of its one network card.
    pub mac: Mac,
    /// Memory in GiB.
    pub memory_gib: Count,
    /// Virtual processors.
    pub vcpus: Count,
}

/// A TCP port that a user without privileges can listen on: 1024 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Port(u16);

/// Why a number is no [`Port`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a port is a number from 1024 to 65535, not {0}")]
pub struct PortError(String);

/// How many there are of something a machine can't be without: 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Count(u16);

/// Why a number is no [`Count`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is a number from 1 to 65535, not {0}")]
pub struct CountError(String);

/// An Ethernet address, written as six pairs of lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

/// Why a text is no [`Mac`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a MAC address is six pairs of hexadecimal digits with `:` between them, not {0:?}")]
pub struct MacError(String);

impl Port {
    /// The number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// The next port up, unless this is the last.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl TryFrom<i64> for Port {
    type Error = PortError;

    fn try_from(number: i64) -> Result<Self, PortError> {
        match u16::try_from(number) {
            Ok(port @ 1024..) => Ok(Self(port)),
            _ => Err(PortError(number.to_string())),
        }
    }
}

impl FromStr for Port {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        text.parse::<i64>().map_err(|_| PortError(format!("{text:?}")))?.try_into()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Count {
    /// The number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Count {
    type Error = CountError;

    fn try_from(number: i64) -> Result<Self, CountError> {
        match u16::try_from(number) {
            Ok(count @ 1..) => Ok(Self(count)),
            _ => Err(CountError(number.to_string())),
        }
    }
}

impl FromStr for Count {
    type Err = CountError;

    fn from_str(text: &str) -> Result<Self, CountError> {
        text.parse::<i64>().map_err(|_| CountError(format!("{text:?}")))?.try_into()
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Mac {
    /// The address of an agent's card: QEMU's prefix 52:54:00 and three bytes derived from the name, moved on
    /// while another agent has it.
    #[must_use]
    pub fn derive(name: &AgentName, taken: &BTreeSet<Self>) -> Self {
        let [a, b, c, ..] = <[u8; 32]>::from(Sha256::digest(name.host()));
        let mut tail = u32::from_be_bytes([0, a, b, c]);
        loop {
            let [_, a, b, c] = tail.to_be_bytes();
            let mac = Self([0x52, 0x54, 0x00, a, b, c]);
            if !taken.contains(&mac) {
                return mac;
            }
            tail = tail.wrapping_add(1);
        }
    }
}

impl FromStr for Mac {
    type Err = MacError;

    fn from_str(text: &str) -> Result<Self, MacError> {
        let error = || MacError(text.into());
        let mut bytes = [0; 6];
        let mut pairs = text.split(':');
        for byte in &mut bytes {
            let hex = |pair: &&str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
            let pair = pairs.next().filter(hex).ok_or_else(error)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| error())?;
        }
        if pairs.next().is_some() { Err(error()) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.map(|byte| format!("{byte:02x}"));
        f.write_str(&pairs.join(":"))
    }
}

impl Serialize for Mac {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_that_a_user_can_listen_on() {
        assert_eq!("2223".parse::<Port>().unwrap().get(), 2223);
        for text in ["0", "-1", "1023", "65536", "99999999999999999999", "", "ssh", "22 23"] {
            assert!(text.parse::<Port>().is_err(), "{text:?}");
        }
        assert_eq!("65535".parse::<Port>().unwrap().next(), None);
    }

    #[test]
    fn a_count_is_one_at_least() {
        assert_eq!("4".parse::<Count>().unwrap().to_string(), "4");
        for text in ["0", "-1", "65536", "", "four"] {
            assert!(text.parse::<Count>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_mac_is_derived_from_the_name_and_moved_on_when_taken() {
        let vesta: AgentName = "vesta".parse().unwrap();
        let first = Mac::derive(&vesta, &BTreeSet::new());
        // printf agent-vesta | sha256sum
        assert_eq!(first.to_string(), "52:54:00:5a:30:d0");
        let second = Mac::derive(&vesta, &BTreeSet::from([first]));
        assert_eq!(second.0[..5], first.0[..5]);
        assert_eq!(second.0[5], first.0[5].wrapping_add(1));
    }

    #[test]
    fn a_mac_is_six_pairs() {
        assert_eq!("52:54:00:AB:cd:01".parse::<Mac>().unwrap().to_string(), "52:54:00:ab:cd:01");
        for text in [
            "",
            "52:54:00:ab:cd",
            "52:54:00:ab:cd:01:02",
            "52:54:0:ab:cd:01",
            "52:54:00:ab:cd:0g",
            "+1:54:00:ab:cd:01",
        ] {
            assert!(text.parse::<Mac>().is_err(), "{text:?}");
        }
    }
}
