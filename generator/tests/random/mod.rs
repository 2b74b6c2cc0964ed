//! Random secrets.nix files that have a value: every construct that people use, in any combination.

use std::fmt::Write;

/// A rules file, the same for the same seed.
pub(crate) fn rules_file(seed: u64) -> String {
    let mut writer =
        Writer { random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), ..Writer::default() };
    writer.file()
}

/// Marsaglia's xorshift.
#[derive(Default)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Writes expressions of a type, with the variables in scope.
#[derive(Default)]
struct Writer {
    random: Random,
    strings: Vec<String>,
    lists: Vec<String>,
    /// Sets of strings that have `x` and `y`.
    sets: Vec<String>,
    /// Functions from a string to a string.
    functions: Vec<String>,
    names: usize,
    depth: usize,
}

impl Writer {
    fn file(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.random.below(4) {
            text.push_str(self.random.pick(&["# a comment\n", "/* another\n one */ ", "\n", "  "]));
        }
        if self.random.below(8) > 0 {
            let bindings = self.bindings(6);
            write!(text, "let\n{bindings}in\n").unwrap();
        }
        for _ in 0..self.random.below(3) {
            let set = self.set();
            writeln!(text, "with {set};").unwrap();
        }
        let rules = self.rules(2);
        writeln!(text, "{rules}").unwrap();
        text
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("{}{}", self.random.pick(&["a", "key-", "_k", "it's", "X"]), self.names)
    }

    /// Bindings of a `let`, and their names in scope from there on.
    fn bindings(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(most) {
            let name = self.name();
            match self.random.below(6) {
                0 | 1 => {
                    let value = self.string();
                    writeln!(text, "  {name} = {value};").unwrap();
                    self.strings.push(name);
                }
                2 => {
                    let value = self.list();
                    writeln!(text, "  {name} = {value};").unwrap();
                    self.lists.push(name);
                }
                3 => {
                    let value = self.set();
                    writeln!(text, "  {name} = {value};").unwrap();
                    self.sets.push(name);
                }
                4 => {
                    let (x, y) = (self.string(), self.string());
                    writeln!(text, "  {name}.x = {x}; {name}.y = {y};").unwrap();
                    self.sets.push(name);
                }
                _ => {
                    let value = self.function();
                    writeln!(text, "  {name} = {value};").unwrap();
                    self.functions.push(name);
                }
            }
        }
        text
    }

    /// A function from a string to a string.
    fn function(&mut self) -> String {
        let parameter = self.name();
        let at_start = self.strings.len();
        self.strings.push(parameter.clone());
        let body = self.string();
        self.strings.truncate(at_start);
        match self.random.below(5) {
            0 => format!("{parameter}: {body}"),
            1 => format!("({parameter}: {body})"),
            2 => format!(
                "value: ({{ {parameter}, ... }}: {body}) {{ {parameter} = value; other = throw \"no\"; }}"
            ),
            3 => {
                let default = self.string();
                format!(
                    "value: (all@{{ {parameter} ? {default} }}: {body}) (if value == \"\" then {{ }} else {{ {parameter} = value; }})"
                )
            }
            _ => format!("let {parameter} = \"outer\"; in {parameter}: {body}"),
        }
    }

    fn deeper(&mut self, write: impl FnOnce(&mut Self) -> String) -> String {
        let (strings, lists) = (self.strings.len(), self.lists.len());
        let (sets, functions) = (self.sets.len(), self.functions.len());
        self.depth += 1;
        let text = write(self);
        self.depth -= 1;
        self.strings.truncate(strings);
        self.lists.truncate(lists);
        self.sets.truncate(sets);
        self.functions.truncate(functions);
        text
    }

    fn string(&mut self) -> String {
        if self.depth > 3 {
            return self.leaf();
        }
        self.deeper(Self::any_string)
    }

    fn leaf(&mut self) -> String {
        if !self.strings.is_empty() && self.random.below(2) == 0 {
            return self.strings[self.random.below(self.strings.len())].clone();
        }
        let plain = [
            "\"ssh-ed25519 AAAAroot\"",
            "\"\"",
            "\"a b\"",
            "\"é\"",
            "''plain''",
            "\"x.age\"",
            "\"$\\${x}$$\"",
            "\"\\n\"",
        ];
        self.random.pick(&plain).to_owned()
    }

    fn any_string(&mut self) -> String {
        match self.random.below(20) {
            0..=2 => self.leaf(),
            3 => format!("\"{}${{{}}}{}\"", self.words(), self.string(), self.words()),
            4 => self.indented(),
            5 => format!("({} + {})", self.string(), self.string()),
            6 => format!("(if {} then {} else {})", self.bool(), self.string(), self.string()),
            7 => {
                let bindings = self.bindings(2);
                format!("(let\n{bindings}in {})", self.string())
            }
            8 => format!("({}).{}", self.set(), self.random.pick(&["x", "y", "${\"x\"}", "\"y\""])),
            9 => format!("(({}).z or {})", self.set(), self.string()),
            10 => format!(
                "(builtins.substring {} {} {})",
                self.random.below(3),
                self.random.pick(&["2", "(-1)", "0"]),
                self.ascii()
            ),
            11 => format!(
                "(builtins.replaceStrings [ \"a\" \"ss\" ] [ {} \"\" ] {})",
                self.string(),
                self.string()
            ),
            12 => format!("(builtins.concatStringsSep {} {})", self.string(), self.list()),
            13 => format!("(toString {})", self.int()),
            14 => "(builtins.readFile ./key.pub)".to_owned(),
            15 => "(import ./keys.nix).alice".to_owned(),
            16 if !self.functions.is_empty() => {
                let function = self.functions[self.random.below(self.functions.len())].clone();
                format!("({function} {})", self.string())
            }
            17 => format!("(builtins.head ([ {} ] ++ {}))", self.string(), self.list()),
            18 => format!("(with {}; x + y)", self.set()),
            _ => format!("(builtins.foldl' (a: b: a + b) \"\" {})", self.list()),
        }
    }

    /// A string of ASCII alone, which can be cut anywhere.
    fn ascii(&mut self) -> String {
        self.random
            .pick(&["\"abc\"", "\"ssh-rsa\"", "(toString [ 1 [ 2 ] [ ] true null ])", "''x y''"])
            .to_owned()
    }

    fn words(&mut self) -> &'static str {
        self.random.pick(&["", "a ", " b", "$$", "\\\"", "\\n", "# ", "''", "/* */", "\\\\"])
    }

    /// An indented string of random lines.
    fn indented(&mut self) -> String {
        let mut text = "''".to_owned();
        text.push_str(self.random.pick(&["", " ", "\n", "  \n", "\n\n", "x"]));
        for _ in 0..self.random.below(5) {
            text.push_str(self.random.pick(&["", "  ", "    ", " ", "\t", "      "]));
            let piece = match self.random.below(12) {
                0 => format!("${{{}}}", self.string()),
                1 => format!("a ${{{}}} b", self.string()),
                number => {
                    ["x", "a b", "''$", "'''", "''\\n", "''\\ ", "$", "'", "", "#"][number - 2].to_owned()
                }
            };
            text.push_str(&piece);
            // What would be read together with what follows.
            let open = text.ends_with('$') || text.ends_with('\'');
            text.push_str(self.random.pick(if open {
                &["\n", " ", "\n\n"]
            } else {
                &["\n", "", " \n", "\n\n"]
            }));
        }
        text.push_str(self.random.pick(&["", "  ", "    "]));
        text.push_str("''");
        format!("({text})")
    }

    fn int(&mut self) -> String {
        let number = self.random.below(40);
        match self.random.below(6) {
            0 => format!("({number} + 2)"),
            1 => format!("(-{number} * 3)"),
            2 => format!("({number} / 7 - 1)"),
            3 => format!("(builtins.length {})", self.list()),
            4 => format!("(builtins.stringLength {})", self.string()),
            _ => number.to_string(),
        }
    }

    fn bool(&mut self) -> String {
        match self.random.below(12) {
            0 => "true".to_owned(),
            1 => "false".to_owned(),
            2 => format!("({} == {})", self.string(), self.string()),
            3 => format!("({} != {})", self.list(), self.list()),
            4 => format!("({} < {})", self.string(), self.string()),
            5 => format!("({} >= {})", self.int(), self.int()),
            6 => format!("(!{})", self.bool()),
            7 => format!("({} && {} || {})", self.bool(), self.bool(), self.bool()),
            8 => format!("({} -> {})", self.bool(), self.bool()),
            9 => format!("(builtins.elem {} {})", self.string(), self.list()),
            10 => format!("(({}) ? {})", self.set(), self.random.pick(&["x", "z", "x.y", "\"y\""])),
            _ => format!("(builtins.pathExists {})", self.random.pick(&["./key.pub", "./none", "./."])),
        }
    }

    fn list(&mut self) -> String {
        if self.depth > 3 {
            return format!("[ {} ]", self.leaf());
        }
        self.deeper(Self::any_list)
    }

    fn any_list(&mut self) -> String {
        match self.random.below(16) {
            0..=2 => {
                let items: Vec<String> = (0..self.random.below(4)).map(|_| self.string()).collect();
                format!("[ {} ]", items.join(" "))
            }
            3 if !self.lists.is_empty() => self.lists[self.random.below(self.lists.len())].clone(),
            4 => format!("({} ++ {})", self.list(), self.list()),
            5 => format!("(map ({}) {})", self.function(), self.list()),
            6 => format!("(builtins.filter (k: k != {}) {})", self.string(), self.list()),
            7 => format!("(builtins.attrValues ({}))", self.set()),
            8 => format!("(builtins.attrNames ({}))", self.set()),
            9 => format!("(builtins.concatLists [ {} {} ])", self.list(), self.list()),
            10 => format!("(builtins.concatMap (k: [ k {} ]) {})", self.string(), self.list()),
            11 => format!("(builtins.genList (i: \"k${{toString (i * i)}}\") {})", self.random.below(4)),
            12 => format!("(builtins.sort builtins.lessThan {})", self.list()),
            13 => format!("(if {} then {} else {})", self.bool(), self.list(), self.list()),
            14 => format!("(builtins.tail ([ {} ] ++ {}))", self.string(), self.list()),
            _ => format!(
                "(builtins.partition (k: k < \"m\") {}).{}",
                self.list(),
                self.random.pick(&["right", "wrong"])
            ),
        }
    }

    fn set(&mut self) -> String {
        if !self.sets.is_empty() && (self.depth > 3 || self.random.below(3) == 0) {
            return self.sets[self.random.below(self.sets.len())].clone();
        }
        if self.depth > 3 {
            return format!("{{ x = {}; y = \"why\"; }}", self.leaf());
        }
        self.deeper(|writer| {
            let (x, y) = (writer.string(), writer.string());
            match writer.random.below(9) {
                0 => format!("{{ x = {x}; y = {y}; }}"),
                1 => format!("{{ \"x\" = {x}; ${{\"y\"}} = {y}; }}"),
                // A `with …; x` in here would mean this x.
                2 => format!("rec {{ x = {}; y = x + {}; }}", writer.leaf(), writer.leaf()),
                3 => format!("({{ x = {x}; y = {y}; }} // {{ y = {x}; }})"),
                4 => format!("(builtins.mapAttrs (n: v: n + v) {{ x = {x}; y = {y}; }})"),
                5 => format!("(builtins.listToAttrs [ {{ name = \"y\"; value = {y}; }} {{ name = \"x\"; value = {x}; }} {{ name = \"y\"; value = {x}; }} ])"),
                6 => {
                    let (x, y) = (writer.leaf(), writer.leaf());
                    format!("(let inherit ({{ x = {x}; z = 1; }}) x; y = {y}; in {{ inherit x y; }})")
                }
                7 => format!("(removeAttrs {{ x = {x}; y = {y}; w = {x}; }} [ \"w\" \"v\" ])"),
                _ => format!("{{ x = {x}; ${{if {} then null else \"n\"}} = {y}; y = {y}; }}", writer.bool()),
            }
        })
    }

    /// A set of rules.
    fn rules(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 8 }) {
            0..=2 => {
                let recursive = if self.random.below(6) == 0 { "rec " } else { "" };
                let rules: Vec<String> = (0..self.random.below(6)).map(|_| self.rule()).collect();
                format!("{recursive}{{\n{}}}", rules.concat())
            }
            3 => format!("({} // {})", self.rules(depth - 1), self.rules(depth - 1)),
            4 => {
                let keys = self.list();
                format!(
                    "(builtins.mapAttrs (name: rule: rule // {{ publicKeys = rule.publicKeys ++ {keys}; }}) {})",
                    self.rules(depth - 1)
                )
            }
            5 => {
                let (names, keys) = (self.list(), self.list());
                format!(
                    "(builtins.listToAttrs (map (n: {{ name = \"${{n}}.age\"; value = {{ publicKeys = {keys} ++ [ n ]; }}; }}) {names}))"
                )
            }
            6 => {
                let (names, keys) = (self.list(), self.list());
                format!(
                    "(builtins.foldl' (acc: n: acc // {{ ${{n}} = {{ publicKeys = {keys}; armor = n < \"m\"; }}; }}) {{ }} {names})"
                )
            }
            _ => self.deeper(|writer| {
                let bindings = writer.bindings(3);
                format!("(let\n{bindings}in {})", writer.rules(depth - 1))
            }),
        }
    }

    /// One rule of a set, under a name that no other has.
    fn rule(&mut self) -> String {
        self.names += 1;
        let number = self.names;
        let keys = self.list();
        let armor = self.bool();
        match self.random.below(8) {
            0..=2 => format!("  \"secrets/{number}.age\".publicKeys = {keys};\n"),
            3 => format!("  \"{number}.age\" = {{ publicKeys = {keys}; armor = {armor}; }};\n"),
            4 => format!("  r{number}.publicKeys = {keys};\n  r{number}.armor = {armor};\n"),
            5 => {
                format!("  r{number} = {{ publicKeys = {keys}; }};\n  r{number} = {{ armor = {armor}; }};\n")
            }
            6 => format!(
                "  \"${{toString {number}}}.age\" = {{ publicKeys = {keys}; note = throw \"never\"; }};\n"
            ),
            _ => format!("  ${{\"d\" + \"{number}\"}}.publicKeys = {keys};\n"),
        }
    }
}
