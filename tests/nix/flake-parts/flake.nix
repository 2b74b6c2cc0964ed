{
  description = "Stands in for flake-parts, as far as its modules bind outputs";

  outputs =
    { self }:
    {
      lib.mkFlake =
        { inputs }:
        module:
        let
          inherit (builtins)
            concatMap
            foldl'
            functionArgs
            intersectAttrs
            isFunction
            removeAttrs
            ;

          arguments = {
            inherit inputs;
            inherit (inputs) self;
            inherit (inputs.nixpkgs) lib;
          };
          load =
            module:
            let
              content = if builtins.isPath module then import module else module;
              taken = functionArgs content;
            in
            if !isFunction content then
              content
            else if taken == { } then
              content arguments
            else
              content (intersectAttrs taken arguments);

          # What is no option of flake-parts is a mistake there, too.
          options = [
            "flake"
            "imports"
            "perSystem"
            "systems"
          ];
          outputs =
            module:
            let
              content = load module;
              unknown = builtins.attrNames (removeAttrs content options);
            in
            if unknown != [ ] then
              throw "The option `${builtins.head unknown}' does not exist."
            else
              [ (content.flake or { }) ] ++ concatMap outputs (content.imports or [ ]);
        in
        foldl' (
          all: flake:
          all
          // flake
          // {
            nixosConfigurations = all.nixosConfigurations or { } // flake.nixosConfigurations or { };
          }
        ) { } (outputs module);
    };
}
