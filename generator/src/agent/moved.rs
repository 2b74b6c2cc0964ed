//! The numbers that no two machines share, moved on in a text: ports, addresses, UUIDs.

use sha2::{Digest, Sha256};

use crate::{name::AgentName, vm::Vm};

/// `text` with the numbers of the machine `from` replaced by those of `to`, and every UUID by another one.
#[must_use]
pub(super) fn moved(text: &str, from: &Vm, to: &Vm, name: &AgentName) -> String {
    let moved = each_word(
        text,
        |c| c.is_ascii_hexdigit() || c == '-',
        |word| is_uuid(word).then(|| uuid(word, name)),
    );
    // The new numbers may be among the old ones: each place is replaced once.
    let ports = [(from.ssh_port, to.ssh_port), (from.spice_port, to.spice_port)];
    let ports = ports.map(|(from, to)| (from.to_string(), to.to_string()));
    let moved = each_word(&moved, |c| c.is_ascii_alphanumeric() || c == '_', |word| new_for(word, &ports));
    let (old, new) = (from.mac.to_string(), to.mac.to_string());
    let capitals = (old.to_uppercase(), new.to_uppercase());
    let macs = [(old, new), capitals];
    each_word(&moved, |c| c.is_ascii_hexdigit() || c == ':', |word| new_for(word, &macs))
}

/// Replaces the words for which there is a `new` one. A word is as many characters that are `in_word` as stand together.
fn each_word(text: &str, in_word: impl Fn(char) -> bool, new: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (between, from_word) = rest.split_at(rest.find(&in_word).unwrap_or(rest.len()));
        let end = from_word.find(|c| !in_word(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        replaced.push_str(between);
        replaced.push_str(new(word).as_deref().unwrap_or(word));
        rest = after;
    }
    replaced
}

fn new_for(word: &str, words: &[(String, String)]) -> Option<String> {
    words.iter().find(|(old, _)| old == word).map(|(_, new)| new.clone())
}

fn is_uuid(text: &str) -> bool {
    let mut parts = text.split('-');
    let part = |length| move |part: &str| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    let lengths = [8, 4, 4, 4, 12];
    lengths.into_iter().all(|length| parts.next().is_some_and(part(length))) && parts.next().is_none()
}

/// The UUID in the place of another one: the same for the same name, so that the same command says the same again.
/// RFC 9562, version 8: what the bits mean is ours to say.
fn uuid(old: &str, name: &AgentName) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("{} {}", name.host(), old.to_lowercase())).into();
    let bits = digest.iter().take(16).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let bits = bits & !(0xf << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let (first, second, third) = (bits >> 96, bits >> 80 & 0xffff, bits >> 64 & 0xffff);
    format!(
        "{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}",
        bits >> 48 & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn vm(ssh: &str, spice: &str, mac: &str) -> Vm {
        let count = |text: &str| text.parse().unwrap();
        Vm {
            ssh_port: ssh.parse().unwrap(),
            spice_port: spice.parse().unwrap(),
            mac: mac.parse().unwrap(),
            memory_gib: count("4"),
            vcpus: count("2"),
        }
    }

    #[test]
    fn ports_and_addresses_move_on_as_words() {
        let (old, new) = (vm("2224", "5901", "52:54:00:aa:bb:01"), vm("2225", "5902", "52:54:00:cc:dd:02"));
        let moved = |text| moved(text, &old, &new, &"vesta".parse().unwrap());
        assert_eq!(
            moved("hostfwd=tcp:127.0.0.1:2224-:22 port='5901' 22240 v5901 52:54:00:AA:BB:01"),
            "hostfwd=tcp:127.0.0.1:2225-:22 port='5902' 22240 v5901 52:54:00:CC:DD:02"
        );
    }

    #[test]
    fn a_uuid_becomes_another_one_and_always_the_same() {
        let (old, new) = (vm("2224", "5901", "52:54:00:aa:bb:01"), vm("2225", "5902", "52:54:00:cc:dd:02"));
        let moved = || {
            let text = "<uuid>c7a5fdbd-cdaf-9455-926a-d65c16db1809</uuid>";
            moved(text, &old, &new, &"vesta".parse().unwrap())
        };
        assert_eq!(moved(), moved());
        let uuid = moved().replace("<uuid>", "").replace("</uuid>", "");
        assert!(is_uuid(&uuid) && uuid != "c7a5fdbd-cdaf-9455-926a-d65c16db1809", "{uuid}");
    }
}
