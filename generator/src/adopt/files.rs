//! The files that all agents share, for a tree that lacks them.

use super::{Adoption, BASE};
use crate::{
    host_file::Needs,
    nix::literal::quote,
    path::TreePath,
    rule_names::RuleNames,
    settings::{self, Paths, Settings},
};

/// The modules, as they are in this repository.
const MODULES: [(&str, &str); 3] = [
    ("agent.nix", include_str!("../../../modules/agent.nix")),
    ("agent-vm.nix", include_str!("../../../modules/agent-vm.nix")),
    ("agent-home.nix", include_str!("../../../modules/agent-home.nix")),
];

/// The image, as it is in this repository.
const IMAGE: &str = include_str!("../../../hosts/agent-base/qcow.nix");

/// Every shared file, with what it says where it is missing.
pub(super) fn shared(settings: &Settings, adoption: &Adoption) -> Vec<(TreePath, String)> {
    let paths = &settings.paths;
    let module = |name: &str| paths.modules.join(name);
    let (host, home, base) = (paths.shared_host(), paths.shared_home(), paths.base.clone());
    let image = image(paths);
    let admin = paths.user(&settings.admin_user);
    // Others open secrets, and log in nowhere.
    let logins = adoption.keys.iter().filter(|key| key.as_str().starts_with("ssh-"));
    let keys: Vec<_> = logins.map(|key| format!("  {}\n", quote(key.as_str()))).collect();
    let keys = keys.concat();
    let mut files: Vec<_> = MODULES.iter().map(|(name, text)| (module(name), (*text).to_owned())).collect();
    files.extend([
        (
            host.clone(),
            format!(
                "\
# What the machines of all agents and the base image have in common.
{{ lib, ... }}:
{{
  imports = [ {} ];

  agent.settings = lib.importTOML {};

  home-manager = {{
    useGlobalPkgs = true;
    useUserPackages = true;
  }};
}}
",
                host.reference(&module("agent-vm.nix")),
                host.reference(&TreePath::literal(settings::FILE)),
            ),
        ),
        (
            home.clone(),
            format!(
                "\
# What the homes of all agents have in common.
{{
  imports = [ {} ];
}}
",
                home.reference(&module("agent-home.nix")),
            ),
        ),
        (base.clone(), self::base(settings, Needs::default())),
        (image, IMAGE.to_owned()),
        (
            paths.operator_keys(),
            format!("# The operators' public SSH keys: each of them logs in as the admin user and as every agent.\n[\n{keys}]\n"),
        ),
        (admin.clone(), admin_user(settings, &admin)),
        (paths.guide.clone(), "# Agents and ports\n\n| Agent | SSH port | SPICE port |\n| --- | --- | --- |\n".into()),
    ]);
    files
}

/// The file of the base image's host, with what the flake makes it say.
pub(super) fn base(settings: &Settings, needs: Needs) -> String {
    let paths = &settings.paths;
    let base = &paths.base;
    let (arguments, default) =
        if needs.default_release { ("inputs, lib, ...", "lib.mkDefault ") } else { ("inputs, ...", "") };
    let unfree = if needs.unfree { "  nixpkgs.config.allowUnfree = true;\n\n" } else { "" };
    format!(
        "\
# What the disk image has that all agents' machines start from: every agent's user and home.
{{ {arguments} }}:
{{
  imports = [
    {}
    {}
    inputs.home-manager.nixosModules.default
    {} # Admin user
  ];

  networking.hostName = \"agent-base\";

{unfree}  home-manager.users = {{
  }};

  system.stateVersion = {default}\"26.05\";
}}
",
        base.reference(&image(paths)),
        base.reference(&paths.shared_host()),
        base.reference(&paths.user(&settings.admin_user)),
    )
}

/// Where the image is described: with the base, unless its folder would be a host beside its file.
fn image(paths: &Paths) -> TreePath {
    let base = paths.host_files(BASE);
    let aside = paths.shared_host.as_ref().filter(|_| !base.is_inside());
    let folder = aside.and_then(|shared| shared.ancestors().next()).unwrap_or(base.folder);
    folder.join("qcow.nix")
}

fn admin_user(settings: &Settings, path: &TreePath) -> String {
    format!(
        "\
{{ pkgs, ... }}:
{{
  users.users.{} = {{
    isNormalUser = true;
    description = \"Administrator\";
    extraGroups = [
      \"wheel\"
      \"networkmanager\"
    ];
    initialPassword = \"password\"; # for console and SPICE; SSH takes keys only
    shell = pkgs.bash;
    openssh.authorizedKeys.keys = import {};
  }};
}}
",
        settings.admin_user.as_str(),
        path.reference(&settings.paths.operator_keys()),
    )
}

/// `agent-tool.toml`, with the paths that aren't where they are by default.
pub(super) fn settings(settings: &Settings) -> String {
    let defaults = Paths::default();
    let paths = &settings.paths;
    let (hosts, host_file) = (paths.hosts.to_string(), paths.host_file.to_string());
    let default = defaults.host_file.to_string();
    let entries = [
        ("hosts", hosts.as_str(), defaults.hosts.as_str()),
        ("host-file", &host_file, &default),
        ("base", paths.base.as_str(), defaults.base.as_str()),
        ("shared-host", paths.shared_host.as_ref().map_or("", TreePath::as_str), ""),
        ("modules", paths.modules.as_str(), defaults.modules.as_str()),
        ("homes", paths.homes.as_str(), defaults.homes.as_str()),
        ("users", paths.users.as_str(), defaults.users.as_str()),
        ("guide", paths.guide.as_str(), defaults.guide.as_str()),
        ("rules", paths.rules.as_str(), defaults.rules.as_str()),
        ("secrets", paths.secrets.as_str(), defaults.secrets.as_str()),
    ];
    let paths = table("paths", entries);
    let (names, defaults) = (&settings.rules, RuleNames::default());
    let rules = [("users", &names.users, &defaults.users), ("machines", &names.machines, &defaults.machines)];
    let rules = table("rules", rules.map(|(name, set, default)| (name, set.as_str(), default.as_str())));
    format!(
        "\
# The operator's facts, each in this one place: agent-tool reads them here, and so does Nix (`agent.settings`).

domain = \"{}\"
mail-host = \"{}\"
login-server = \"{}\"
admin-user = \"{}\"
flake = \"{}\"

[vm]
image-dir = \"{}\"
first-ssh-port = {}
first-spice-port = {}
memory-gib = {}
vcpus = {}
{paths}{rules}",
        settings.domain.as_str(),
        settings.mail_host.as_str(),
        settings.login_server.as_str(),
        settings.admin_user.as_str(),
        settings.flake,
        settings.vm.image_dir,
        settings.vm.first_ssh_port,
        settings.vm.first_spice_port,
        settings.vm.memory_gib,
        settings.vm.vcpus,
    )
}

/// A table of the settings that are not as by default: each with its name, its value and the default.
fn table<'a>(name: &str, entries: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let others = entries.into_iter().filter(|(_, value, default)| value != default);
    let lines: Vec<_> = others.map(|(name, value, _)| format!("{name} = \"{value}\"\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\n[{name}]\n{}", lines.concat()) }
}
