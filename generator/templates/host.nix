{ {% if tailnet_secret.is_some() %}config, {% endif %}inputs, {% if needs.default_release %}lib, {% endif %}... }:
{
  imports = [
    {{ shared }}
    {{ user }}
    {{ admin }} # Admin user
    inputs.home-manager.nixosModules.default
    inputs.agenix.nixosModules.default
  ];

  networking.hostName = "agent-{{ name }}";

{% if needs.unfree %}
  # Each of the flake's machines says this for itself.
  nixpkgs.config.allowUnfree = true;

{% endif %}
  agent.vm = {
    sshPort = {{ vm.ssh_port }};
    spicePort = {{ vm.spice_port }};
    macAddress = "{{ vm.mac }}";
    memoryGiB = {{ vm.memory_gib }};
    vcpus = {{ vm.vcpus }};
  };

  services.displayManager.autoLogin = {
    enable = true;
    user = "{{ name }}";
  };

  age.secrets.stalwart-mail-{{ name }}-password = {
    file = {{ mail_secret }};
    owner = "{{ name }}";
    mode = "0400";
  };
{% if let Some(secret) = tailnet_secret %}
  # Joins the tailnet by itself, once; afterwards the key is of no use.
  services.tailscale.authKeyFile = config.age.secrets.headscale-authkey-{{ name }}.path;

  age.secrets.headscale-authkey-{{ name }}.file = {{ secret }};
{% endif %}
  home-manager.users.{{ name }} = {
    imports = [
      {{ home }}
      {{ mail }}
    ];
  };
{% if needs.default_release %}
  # What the flake says of all its machines would go before this.
  system.stateVersion = lib.mkDefault {{ state_version|nix }};
{% else %}
  system.stateVersion = {{ state_version|nix }};
{% endif %}}
