//! The QEMU guest agent: the way into a machine that no network and no key can change.
//!
//! It is root in the guest. What it is told stands in virsh's arguments, so nothing private passes through it.

use std::{
    thread,
    time::{Duration, Instant},
};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{program::Failure, virsh::Virsh};

/// The guest agent of one domain.
#[derive(Clone, Copy)]
pub(crate) struct GuestAgent<'a> {
    virsh: Virsh<'a>,
    domain: &'a str,
}

/// Why the guest did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It is not there: not up yet, not installed, being restarted, or the machine is off.
    #[error("the guest agent does not answer")]
    Silent,
    /// It refuses.
    #[error(transparent)]
    Refused(Failure),
    /// It says something else than its protocol has.
    #[error("the guest agent answers {0:?}")]
    Strange(String),
    /// A program in the guest takes too long.
    #[error("in the guest, {0} did not end in time")]
    Late(String),
}

/// How a program in the guest ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i64,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Deserialize)]
struct Answer<T> {
    r#return: T,
}

#[derive(Deserialize)]
struct Read {
    #[serde(rename = "buf-b64")]
    bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Interface {
    name: String,
    #[serde(default)]
    ip_addresses: Vec<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Address {
    ip_address: String,
}

#[derive(Deserialize)]
struct Process {
    pid: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    exited: bool,
    exitcode: Option<i64>,
    #[serde(default)]
    out_data: String,
    #[serde(default)]
    err_data: String,
}

/// What is read of a file at once. A host key, a path, a digest: more is none of them.
const READ: u32 = 4096;

impl<'a> GuestAgent<'a> {
    pub(crate) fn new(virsh: Virsh<'a>, domain: &'a str) -> Self {
        Self { virsh, domain }
    }

    /// Whether it answers.
    pub(crate) fn answers(&self) -> bool {
        self.ask::<Value>("guest-ping", &json!({})).is_ok()
    }

    /// The addresses of the guest, each with its interface, the loopback interface excepted.
    pub(crate) fn addresses(&self) -> Result<Vec<(String, String)>, Error> {
        let interfaces: Vec<Interface> = self.ask("guest-network-get-interfaces", &json!({}))?;
        let others = interfaces.into_iter().filter(|interface| interface.name != "lo");
        let addresses = others.flat_map(|interface| {
            let name = interface.name;
            interface.ip_addresses.into_iter().map(move |address| (name.clone(), address.ip_address))
        });
        Ok(addresses.collect())
    }

    /// The first bytes of a file of the guest, as text.
    pub(crate) fn read(&self, path: &str) -> Result<String, Error> {
        let handle: i64 = self.ask("guest-file-open", &json!({ "path": path, "mode": "r" }))?;
        let read = self.ask::<Read>("guest-file-read", &json!({ "handle": handle, "count": READ }));
        // It is gone with the guest agent, if not before.
        let _ = self.ask::<Value>("guest-file-close", &json!({ "handle": handle }));
        text(&read?.bytes)
    }

    /// Runs a program in the guest, to its end.
    pub(crate) fn run(&self, program: &str, words: &[&str], limit: Duration) -> Result<Ended, Error> {
        let process: Process =
            self.ask("guest-exec", &json!({ "path": program, "arg": words, "capture-output": true }))?;
        let end = Instant::now() + limit;
        loop {
            let status: Status = self.ask("guest-exec-status", &json!({ "pid": process.pid }))?;
            if status.exited {
                return Ok(Ended {
                    code: status.exitcode.unwrap_or(-1),
                    stdout: text(&status.out_data)?,
                    stderr: text(&status.err_data)?,
                });
            }
            if Instant::now() >= end {
                return Err(Error::Late(program.to_owned()));
            }
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn ask<T: DeserializeOwned>(&self, command: &str, arguments: &Value) -> Result<T, Error> {
        let command = json!({ "execute": command, "arguments": arguments }).to_string();
        let output = self.virsh.agent(self.domain, &command).map_err(|failure| {
            let said = failure.said();
            let silent = ["Guest agent is not", "guest agent is not connected", "domain is not running"];
            if silent.iter().any(|words| said.contains(words)) || matches!(failure, Failure::Late { .. }) {
                Error::Silent
            } else {
                Error::Refused(failure)
            }
        })?;
        let answer: Answer<T> =
            serde_json::from_slice(&output.stdout).map_err(|_| Error::Strange(output.text()))?;
        Ok(answer.r#return)
    }
}

fn text(base64: &str) -> Result<String, Error> {
    let bytes = BASE64_STANDARD.decode(base64).map_err(|_| Error::Strange(base64.to_owned()))?;
    String::from_utf8(bytes).map_err(|_| Error::Strange(base64.to_owned()))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::tools::recorded::Recorded;

    const ASK: &str = "$ virsh --quiet --connect qemu:///session qemu-agent-command --timeout 10 agent-a";

    #[test]
    fn a_file_is_opened_read_and_closed() {
        let record = Recorded::new(&format!(
            r#"{ASK} '{{"arguments":{{"mode":"r","path":"/var/ssh/key.pub"}},"execute":"guest-file-open"}}'
               {{"return":1000}}
               {ASK} '{{"arguments":{{"count":4096,"handle":1000}},"execute":"guest-file-read"}}'
               {{"return":{{"count":3,"buf-b64":"a2V5","eof":true}}}}
               {ASK} '{{"arguments":{{"handle":1000}},"execute":"guest-file-close"}}'
               {{"return":{{}}}}"#
        ));
        let agent = GuestAgent::new(Virsh::new(&record), "agent-a");
        assert_eq!(agent.read("/var/ssh/key.pub").unwrap(), "key");
        record.expect_done();
    }

    #[test]
    fn its_addresses_are_those_that_others_can_reach() {
        let record = Recorded::new(&format!(
            r#"{ASK} '{{"arguments":{{}},"execute":"guest-network-get-interfaces"}}'
               {{"return":[{{"name":"lo","ip-addresses":[{{"ip-address-type":"ipv4","ip-address":"127.0.0.1"}}]}},
               {{"name":"down","hardware-address":"00:00:00:00:00:00"}},
               {{"name":"tailscale0","ip-addresses":[{{"ip-address":"100.64.0.7"}},{{"ip-address":"fd7a::7"}}]}}]}}"#
        ));
        let addresses = GuestAgent::new(Virsh::new(&record), "agent-a").addresses().unwrap();
        let tailnet = |address: &str| ("tailscale0".to_owned(), address.to_owned());
        assert_eq!(addresses, [tailnet("100.64.0.7"), tailnet("fd7a::7")]);
    }

    #[test]
    fn a_guest_that_is_not_up_is_silent_and_one_that_refuses_says_why() {
        let record = Recorded::new(&format!(
            "{ASK} *
             ! error: Guest agent is not responding: QEMU guest agent is not connected
             [1]
             {ASK} *
             ! error: internal error: unable to execute QEMU agent command 'guest-file-open': failed to open file
             [1]"
        ));
        let agent = GuestAgent::new(Virsh::new(&record), "agent-a");
        assert!(matches!(agent.read("/x"), Err(Error::Silent)));
        assert!(agent.read("/x").unwrap_err().to_string().contains("failed to open file"));
    }
}
