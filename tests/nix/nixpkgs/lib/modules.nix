# Collects modules and evaluates them.
{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    isFunction
    isList
    ;

  isFile = module: builtins.isPath module || builtins.isString module;

  # What an error and a listing call the file of a module.
  fileOf =
    path:
    if builtins.pathExists (path + "/default.nix") then
      toString path + "/default.nix"
    else
      toString path;

  setFile = file: module: if isAttrs module then { _file = file; } // module else module;

  # A module may be a file, a function or a set; it ends as { file, imports, options, config }.
  loadModule =
    callArgs: parent: module:
    if isFile module then
      if builtins.pathExists module then
        loadModule callArgs (fileOf module) (import module)
      else
        throw "The file ${toString module}, imported by ${parent}, does not exist."
    else if isFunction module then
      loadModule callArgs parent (module (callArgs parent (builtins.functionArgs module)))
    else if !isAttrs module then
      throw "The module in ${parent} is neither a file nor a function nor a set: ${lib.showValue module}"
    else
      structure (module._file or parent) module;

  structure =
    file: module:
    let
      known = [
        "_file"
        "freeformType"
        "key"
        "imports"
        "options"
        "config"
      ];
      strange = filter (name: !builtins.elem name known) (attrNames module);
      long = module ? options || module ? config;
    in
    if long && strange != [ ] then
      throw "The module `${file}' has an unsupported attribute `${builtins.head strange}': with `config' or `options' at the top, the rest belongs into `config'."
    else
      {
        inherit file;
        imports = module.imports or [ ];
        options = module.options or { };
        freeformTypes = lib.optional (module ? freeformType) module.freeformType;
        config = if long then module.config or { } else removeAttrs module known;
      };

  # Each file once, however many import it; a set or a function has no identity to go by.
  collectModules =
    callArgs: root: modules:
    let
      item = parent: position: module: {
        key = if isFile module then toString module else "${parent}:${toString position}";
        loaded = loadModule callArgs parent module;
      };
      items = parent: lib.imap1 (i: item parent "${toString i}");
    in
    map (entry: entry.loaded) (
      builtins.genericClosure {
        startSet = items root modules;
        operator =
          entry:
          if isList entry.loaded.imports then
            lib.imap1 (i: item entry.loaded.file "${entry.key}-${toString i}") entry.loaded.imports
          else
            throw "`imports' in ${entry.loaded.file} is not a list.";
      }
    );

  evalModules =
    {
      modules,
      specialArgs ? { },
      args ? { },
      prefix ? [ ],
    }:
    let
      available = {
        inherit lib;
        inherit (merged) config options;
      }
      // args
      // specialArgs;
      # An argument that nobody passes is an error only where it is used.
      callArgs =
        file: wanted:
        available
        // builtins.mapAttrs (
          name: _:
          available.${name}
            or (throw "The module `${file}' wants the argument `${name}', which is neither in specialArgs nor one of ${lib.concatStringsSep ", " (attrNames available)}.")
        ) wanted;

      loaded = collectModules callArgs "<the list of modules>" modules;
      merged =
        lib.mergeTree prefix
          (map (m: {
            inherit (m) file;
            value = m.options;
          }) loaded)
          (
            map (m: {
              inherit (m) file;
              value = m.config;
            }) loaded
          );
      stranger = builtins.head merged.unknown;

      # What no option takes goes to the freeform type, where there is one.
      freeformTypes = builtins.concatMap (m: m.freeformTypes) loaded;
      freeform = (builtins.head freeformTypes).merge prefix (
        map (unknown: {
          inherit (unknown) file;
          value = lib.setAttrByPath (lib.drop (builtins.length prefix) unknown.loc) unknown.value;
        }) merged.unknown
      );
      values = if freeformTypes == [ ] then merged.config else lib.recursiveUpdate freeform merged.config;
      check =
        if freeformTypes != [ ] || merged.unknown == [ ] then
          lib.id
        else
          throw "The option `${lib.showOption stranger.loc}' does not exist. Definition in `${stranger.file}'.";
    in
    {
      options = check merged.options;
      # The real module system lists the files elsewhere, and not for submodules.
      config = check (values // { _module.files = lib.unique (map (m: m.file) loaded); });
    };

in
{
  inherit evalModules setFile;
}
