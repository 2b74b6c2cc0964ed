# What is wrong with the hosts of flakes in which one more was registered: nothing, that is an empty set.
#
# The inputs are stand-ins that give back what they are called with; see generator/tests/shapes.rs.
{
  before,
  after,
  names,
}:
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatMap
    filter
    foldl'
    isAttrs
    isFunction
    isPath
    isString
    listToAttrs
    mapAttrs
    removeAttrs
    ;

  lib = {
    inherit (builtins)
      attrNames
      attrValues
      foldl'
      listToAttrs
      mapAttrs
      ;
    nixosSystem =
      arguments:
      arguments
      // {
        isSystem = true;
        extendModules =
          { specialArgs }:
          lib.nixosSystem (arguments // { specialArgs = arguments.specialArgs or { } // specialArgs; });
      };
    optional = condition: item: if condition then [ item ] else [ ];
    optionals = condition: items: if condition then items else [ ];
    genAttrs =
      names: f:
      listToAttrs (
        map (name: {
          inherit name;
          value = f name;
        }) names
      );
    nameValuePair = name: value: { inherit name value; };
    removeSuffix =
      end: text:
      if lib.hasSuffix end text then
        builtins.substring 0 (builtins.stringLength text - builtins.stringLength end) text
      else
        text;
    removePrefix =
      start: text:
      if lib.hasPrefix start text then
        builtins.substring (builtins.stringLength start) (-1) text
      else
        text;
    hasSuffix =
      end: text:
      let
        start = builtins.stringLength text - builtins.stringLength end;
      in
      start >= 0 && builtins.substring start (-1) text == end;
    mergeAttrsList = foldl' (a: b: a // b) { };
    mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
    concatMapAttrs = f: set: foldl' (a: b: a // b) { } (attrValues (mapAttrs f set));
    zipAttrsWith = f: sets: mapAttrs (name: f name) (builtins.zipAttrsWith (_: values: values) sets);
    inherit (builtins)
      head
      all
      isAttrs
      ;
    last = list: builtins.elemAt list (builtins.length list - 1);
    flip =
      f: a: b:
      f b a;
    extend =
      f:
      let
        extended = lib // f extended lib;
      in
      extended;
    makeExtensible =
      f:
      let
        set = f set // {
          extend =
            over:
            lib.makeExtensible (
              final:
              let
                previous = f final;
              in
              previous // over final previous
            );
        };
      in
      set;
    foldr =
      f: last: list:
      if list == [ ] then last else f (builtins.head list) (lib.foldr f last (builtins.tail list));
    pipe = foldl' (value: f: f value);
    recursiveUpdate =
      a: b:
      a
      // mapAttrs (
        name: value:
        if isAttrs value && isAttrs (a.${name} or null) then lib.recursiveUpdate a.${name} value else value
      ) b;
    hasPrefix = start: text: builtins.substring 0 (builtins.stringLength start) text == start;
    mkOption = option: option;
    evalModules = { modules, specialArgs }: {
      config.flake = evaluate { inherit (specialArgs) inputs; } { imports = modules; };
    };
    optionalString = condition: text: if condition then text else "";
    const = value: _: value;
    singleton = value: [ value ];
    forEach = list: f: map f list;
    lists.intersectLists = wanted: filter (item: builtins.elem item wanted);
    inherit (builtins) concatLists;
    flatten = list: if builtins.isList list then builtins.concatMap lib.flatten list else [ list ];
    filesystem.listFilesRecursive =
      folder:
      lib.flatten (
        lib.mapAttrsToList (
          name: kind:
          if kind == "directory" then
            lib.filesystem.listFilesRecursive (folder + "/${name}")
          else
            [ (folder + "/${name}") ]
        ) (builtins.readDir folder)
      );
    fileset.toList = lib.filesystem.listFilesRecursive;
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    filterAttrs = p: set: removeAttrs set (filter (name: !p name set.${name}) (attrNames set));
    mkMerge = contents: {
      isMerge = true;
      inherit contents;
    };
  };

  nixpkgs = {
    inherit lib;
    outPath = ./packages.nix;
    legacyPackages.x86_64-linux.hello = { };
  };

  # Modules of flake-parts, as far as they bind outputs.
  evaluate =
    {
      inputs,
      specialArgs ? { },
    }:
    module:
    let
      arguments = {
        inherit inputs lib;
        self = inputs.self;
        config = {
          machines = { };
          names.tower = "tower";
          flake = evaluated;
        }
        // options;
        withSystem =
          system: f:
          f {
            inherit system;
            pkgs = { inherit system; };
          };
        # Nothing of it is looked at but what outputs are made of.
        makeMachine = modules: lib.nixosSystem { inherit modules; };
        flake-parts-lib.mkTransposedPerSystemModule = _: { };
      }
      // specialArgs;
      # What some modules give to those that ask for it.
      given = foldl' (a: b: a // (b._module.args or { })) { } (contents module);
      asked = m: removeAttrs (builtins.functionArgs m) (attrNames arguments);
      call = m: if isFunction m then m (arguments // mapAttrs (name: _: given.${name}) (asked m)) else m;
      load = m: call (if isPath m || isString m then import m else m);
      merged = m: if m.isMerge or false then foldl' (a: b: a // merged b) { } m.contents else m;
      # What modules say to options of their own, two names deep.
      options = foldl' (a: b: a // mapAttrs (name: said: deep (a.${name} or { }) said) b) { } (
        map said (contents module)
      );
      deep = a: b: a // mapAttrs (name: value: if a ? ${name} then a.${name} // value else value) b;
      said =
        content:
        lib.filterAttrs (_: isAttrs) (
          removeAttrs (content.config or content) [
            "_module"
            "flake"
            "options"
            "partitions"
            "partitionedAttrs"
          ]
        );
      contents =
        m:
        let
          content = load m;
        in
        [ content ] ++ concatMap contents (imported content);
      imported =
        content:
        (content.imports or [ ])
        ++ map (partition: content.partitions.${partition}.module) (
          attrValues (content.partitionedAttrs or { })
        );
      flakes =
        m:
        let
          content = load m;
          own = call (content.flake or content.config.flake or { });
          parts = if own.isMerge or false then own.contents else [ own ];
        in
        map (part: part // { nixosConfigurations = merged (part.nixosConfigurations or { }); }) parts
        ++ concatMap flakes (imported content);
      evaluated = foldl' (
        a: b:
        a
        // b
        // {
          nixosConfigurations = a.nixosConfigurations or { } // b.nixosConfigurations;
          modules = deep (a.modules or { }) (b.modules or { });
        }
      ) { } (flakes module);
    in
    evaluated;

  files =
    path:
    concatMap (
      name:
      let
        below = path + "/${name}";
      in
      if (builtins.readDir path).${name} == "directory" then files below else [ below ]
    ) (attrNames (builtins.readDir path));

  inputs = {
    inherit nixpkgs;
    flake-utils.lib = rec {
      eachSystem = systems: f: mapAttrs (_: value: { x86_64-linux = value; }) (f "x86_64-linux");
      eachDefaultSystem = eachSystem [ "x86_64-linux" ];
    };
    flake-parts = {
      lib = {
        mkFlake = evaluate;
        importApply = path: import path;
      };
      flakeModules = {
        modules = { };
        partitions = { };
      };
    };
    colmena.lib.makeHive = hive: {
      nodes =
        mapAttrs
          (
            _: node:
            lib.nixosSystem {
              modules = [
                (hive.defaults or { })
                node
              ];
              specialArgs = hive.meta.specialArgs or { };
            }
          )
          (
            removeAttrs hive [
              "meta"
              "defaults"
            ]
          );
    };
    haumea.lib = {
      loaders.path = null;
      # Of what it gives inputs it loads the files, too.
      load =
        {
          src,
          inputs ? null,
          ...
        }:
        let
          loaded = path: if inputs == null then path else import path inputs;
        in
        lib.genAttrs (attrNames (builtins.readDir src)) (name: loaded (src + "/${name}"));
    };
    boards = nixpkgs;
    # Frameworks that make a host of each folder below one of them.
    blueprint =
      {
        inputs,
        prefix ? inputs.self.outPath,
      }:
      hostsIn inputs (prefix + "/hosts");
    ez-configs.flakeModule =
      { config, inputs, ... }:
      {
        flake = hostsAndFilesIn inputs (config.ezConfigs.root + "/nixos-configurations");
      };
    easy-hosts.flakeModule =
      { config, inputs, ... }:
      {
        flake =
          if config.easy-hosts ? hosts then
            {
              nixosConfigurations = mapAttrs (
                name: host:
                lib.nixosSystem {
                  modules = [ (host.path or "${inputs.self}/systems/${name}") ];
                  specialArgs = { inherit inputs; };
                }
              ) (lib.filterAttrs (_: host: host.class or "nixos" != "darwin") config.easy-hosts.hosts);
            }
          else
            hostsIn inputs (config.easy-hosts.path + "/x86_64-nixos");
      };
    agenix-rekey = {
      configure = _: { };
      flakeModule = { };
      nixosModules.default = _: { };
    };
    clan-core.flakeModules.default =
      { inputs, ... }:
      {
        flake = hostsIn inputs "${inputs.self}/machines";
      };
    digga.lib = {
      importHosts = folder: folder;
      mkFlake = { inputs, nixos, ... }: hostsAndFilesIn inputs (builtins.head nixos.imports);
    };
    config-parts.flakeModules.nixos =
      { config, inputs, ... }:
      {
        flake.nixosConfigurations = mapAttrs (
          name: host:
          lib.nixosSystem {
            inherit (host) system;
            modules = [ "${inputs.self}/nixos/configurations/${name}" ];
            specialArgs = { inherit inputs; };
          }
        ) config.config-parts.nixos.configurations;
      };
    nixos-unified.flakeModules = {
      # What activates hosts reads its options of each.
      default =
        { inputs, ... }:
        {
          flake.nixos-unified.lib.mkLinuxSystem =
            { home-manager }:
            module:
            lib.nixosSystem {
              modules = [ module ];
              specialArgs.flake = { inherit inputs; };
            };
        };
      autoWire = { };
    };
    nixos-unified.lib.mkFlake = { inputs, root }: hostsIn inputs (root + "/configurations/nixos");
    snowfall-lib = rec {
      mkLib = made: { mkFlake = arguments: mkFlake (made // arguments); };
      mkFlake =
        {
          inputs,
          src,
          snowfall,
          ...
        }:
        hostsIn inputs ((snowfall.root or src) + "/systems/x86_64-linux");
    };
    import-tree = {
      __functor = _: paths: {
        imports = if builtins.isList paths then concatMap files paths else files paths;
      };
      # What is called by a leading `_` is passed by as well.
      filterNot =
        isPassedBy: folder:
        let
          isModule =
            file: lib.hasSuffix ".nix" file && builtins.match ".*/_.*" file == null && !isPassedBy file;
        in
        {
          imports = filter (file: isModule (toString file)) (files folder);
        };
    };
    # It passes `inputs` by `_module.args`, too, which what modules import can't ask for.
    utils.lib.mkFlake =
      {
        hosts,
        hostDefaults ? { },
        ...
      }:
      {
        nixosConfigurations = mapAttrs (
          _: host:
          lib.nixosSystem {
            modules = (hostDefaults.modules or [ ]) ++ host.modules;
            specialArgs = (hostDefaults.specialArgs or { }) // (host.specialArgs or { });
          }
        ) hosts;
      };
    nixpkgs-stable = nixpkgs;
    nixpkgs-unstable = nixpkgs;
    nixos-unstable = nixpkgs;
    nixos = nixpkgs;
    # A library that finds the folder of hosts by a name of its own in the flake that it is passed.
    clan.lib.build =
      { self, ... }:
      {
        config = hostsIn self.inputs (self.outPath + "/machines");
      };
    home-manager.nixosModules.home-manager = { };
    disko.nixosModules.disko = { };
    sops.nixosModules.sops = { };
    hardware.nixosModules.common-cpu-amd = { };
    garden.nixosModules.default = { };
    hjem.nixosModules.default = { };
    people.nixosModules.carol-home = { };
    other.overlays.default = _: _: { };
    emacs-overlay.overlays.default = _: _: { };
    agenix.nixosModules.default = { };
    nixos-raspberrypi = nixpkgs;
    # No flake, but files alone.
    vault.outPath = "/vault";
    fleet = {
      isServed = _: true;
      keeps = _: _: true;
      nixosModules.warden = { };
      lib.configurations = { inputs, paths }: (hostsIn inputs (builtins.head paths)).nixosConfigurations;
      lib.machines = file: mapAttrs (_: lib.nixosSystem) (fromTOML (builtins.readFile file));
    };
  };

  hostsIn = inputs: folder: {
    nixosConfigurations = lib.genAttrs (attrNames (builtins.readDir folder)) (
      name:
      lib.nixosSystem {
        modules = [ (folder + "/${name}") ];
        specialArgs = { inherit inputs; };
      }
    );
  };

  # The same, where the files beside these folders are hosts, too.
  hostsAndFilesIn = inputs: folder: {
    nixosConfigurations = lib.mapAttrs' (
      name: _:
      lib.nameValuePair (lib.removeSuffix ".nix" name) (
        lib.nixosSystem {
          modules = [ (folder + "/${name}") ];
          specialArgs = { inherit inputs; };
        }
      )
    ) (builtins.readDir folder);
  };

  hosts =
    root:
    let
      self = outputs // {
        inputs = all';
        outPath = toString root;
      };
      all' = inputs // {
        inherit self;
      };
      flake = import (root + "/flake.nix");
      given = if builtins.functionArgs flake.outputs == { } then all' else all';
      outputs = flake.outputs (
        if isClosed flake.outputs then
          builtins.intersectAttrs (builtins.functionArgs flake.outputs) given
        else
          given
      );
    in
    outputs.nixosConfigurations or { };

  # `{ self, nixpkgs }:` takes exactly these: Nix gives a flake the inputs that it names.
  isClosed =
    outputs:
    let
      arguments = builtins.functionArgs outputs;
    in
    arguments != { }
    &&
      attrNames arguments == [
        "nixpkgs"
        "self"
      ]
    || arguments != { } && attrNames arguments == [ "nixpkgs" ];

  # Whether the folder of the new host, or a file in it or beside it, is a module, or is imported by one that is there.
  loads =
    host:
    let
      isOwn = module: builtins.match ".*/agent-vesta(/.*|\\.nix)?" (toString module) != null;
      imports =
        content:
        let
          # What every module is passed isn't looked at where it imports.
          passed = {
            config = { };
            pkgs = { };
            inherit lib;
          }
          // host.specialArgs or { };
          asked = builtins.functionArgs content;
          given = if asked == { } then passed else builtins.intersectAttrs asked passed;
        in
        (if isFunction content then content given else content).imports or [ ];
      isLoaded =
        module:
        if isPath module || isString module then
          builtins.pathExists module && (isOwn module || any isLoaded (imports (import module)))
        else
          (isAttrs module || isFunction module) && any isLoaded (imports module);
    in
    any isLoaded (host.modules or [ ]);

  wrong =
    name:
    let
      was = attrNames (hosts (before + "/${name}"));
      is = hosts (after + "/${name}");
      new = is.agent-vesta;
    in
    if attrNames is != builtins.sort builtins.lessThan (was ++ [ "agent-vesta" ]) then
      "the hosts are ${toString (attrNames is)}"
    else if !(new.isSystem or false && loads new) then
      "the new host doesn't load its files"
    else if !(new.specialArgs or { } ? inputs && new.specialArgs.inputs ? nixpkgs) then
      "the new host isn't passed the inputs"
    else
      null;
in
lib.filterAttrs (_: what: what != null) (lib.genAttrs names wrong)
