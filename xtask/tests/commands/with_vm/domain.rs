//! The domain's XML against libvirt's own schema.

use std::{fs, process::Command};

use generator::{
    agent::facts,
    domain::{self, Forward, Place, VirtType},
    tree::Tree,
};

use crate::fixture::repository;

#[test]
#[ignore = "needs libvirt: cargo xtask test vm"]
fn the_domain_is_one_by_libvirts_schema_however_its_port_is_forwarded() {
    let tree = Tree::open(&repository()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in tree.agents().unwrap() {
        let vm = facts::vm(&tree, &name).unwrap();
        for (forward, virt_type) in [(Forward::Passt, VirtType::Kvm), (Forward::CommandLine, VirtType::Qemu)]
        {
            let place = Place {
                virt_type,
                forward,
                emulator: "/run/current-system/sw/bin/qemu-system-x86_64".into(),
                disk: "/home/o'neill & <co>/.agentvms/agent.qcow2".into(),
                log: "/home/o'neill & <co>/.agentvms/agent.log".into(),
            };
            let file = folder.path().join("domain.xml");
            fs::write(&file, domain::xml(&name, &vm, &place, Some("0123456789abcdef")).unwrap()).unwrap();
            let output = Command::new("virt-xml-validate").arg(&file).arg("domain").output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert!(output.status.success(), "{forward:?}: {}", String::from_utf8_lossy(&said));
        }
    }
}
