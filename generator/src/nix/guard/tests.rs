//! What is refused, and where; and that refusing is quick.

use proptest::test_runner::{Config, TestRunner};

use super::*;

fn parse(text: &str) -> Result<(), SyntaxError> {
    super::parse(text).map(drop)
}

/// Checks that a text is refused, for what and where.
fn check(text: &str, cause: Cause, line: u32, column: u32) {
    let error = parse(text).expect_err("this is refused");
    assert_eq!((error.cause, error.position), (cause, Position { line, column }), "{error}");
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    for (text, offset, line, column) in [
        ("", 0, 1, 1),
        ("ab", 1, 1, 2),
        ("a\nb", 2, 2, 1),
        ("éa", 2, 1, 2),
        ("a\né\nü", 5, 3, 1),
        ("a", 9, 1, 2),
    ] {
        assert_eq!(position(text, offset), Position { line, column }, "{text:?} at {offset}");
    }
}

#[test]
fn what_is_no_nix_is_refused_where_it_goes_wrong() {
    check("", Cause::Malformed, 1, 1);
    check("{ a = 1;\n  b = }", Cause::Malformed, 2, 7);
    check("{ a = [ 1 ); }", Cause::Malformed, 1, 11);
    check("[ 1\n", Cause::Malformed, 2, 1);
    check("1 2 ]", Cause::Malformed, 1, 5);
    check("\"open", Cause::Malformed, 1, 2);
    check("''open", Cause::Malformed, 1, 3);
    check("/* open", Cause::Malformed, 1, 1);
    check("\u{feff}1", Cause::Malformed, 1, 1);
    check("a @ b", Cause::Malformed, 1, 5);
    check("(1 }", Cause::Malformed, 1, 4);
}

#[test]
fn nesting_is_refused_before_it_is_parsed() {
    for (open, close) in
        [("[", "]"), ("(", ")"), ("{ a = ", "; }"), ("\"${", "}\""), ("''${", "}''"), ("{ ${", "} = 1; }")]
    {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let levels = if open.contains("${") { MAX_NESTING / 2 } else { MAX_NESTING };
        assert!(parse(&nested(levels)).is_ok(), "{open} is accepted {levels} times");
        let error = parse(&nested(levels + 1)).expect_err("this is too deep");
        assert_eq!(error.cause, Cause::Excessive, "{open}");
        assert!(parse(&nested(100_000)).is_err(), "{open}");
        assert!(parse(&open.repeat(100_000)).is_err(), "{open} never closed");
    }
}

#[test]
fn what_nests_without_brackets_is_refused() {
    for word in [
        "let a = 1; in ",
        "with a; ",
        "if a then b else ",
        "assert a; ",
        "a: ",
        "{ a }: ",
        "- ",
        "! ",
        "f (a: ",
        "a.b or ",
    ] {
        let text = format!("{}1", word.repeat(10_000));
        let error = parse(&text).expect_err("this is too deep");
        assert!(matches!(error.cause, Cause::Excessive | Cause::Malformed), "{word}: {error}");
    }
}

#[test]
fn chains_are_refused() {
    for operator in [" + ", " ++ ", " // ", " && ", " -> ", " == ", " ", " ? a . b ? ", " |> "] {
        let chain = |length: usize| format!("a{}", format!("{operator}a").repeat(length));
        assert_eq!(
            parse(&chain(100_000)).expect_err("this is too long").cause,
            Cause::Excessive,
            "{operator}"
        );
    }
    let chain = |length: usize| format!("a{}", " ++ a".repeat(length));
    assert!(parse(&chain(999)).is_ok());
    assert!(parse(&chain(1000)).is_err());
}

#[test]
fn chains_in_brackets_in_chains_are_refused() {
    // Each bracket is the innermost operand of the chain around it, so the depths add up.
    let mut text = "1".to_owned();
    for _ in 0..200 {
        text = format!("({text}{})", " + 1".repeat(500));
    }
    assert_eq!(parse(&text).expect_err("this is too deep").cause, Cause::Excessive);
}

#[test]
fn long_is_not_hostile() {
    let items = "\"ssh-ed25519 AAAA\" keys.alice (f x) ".repeat(20_000);
    assert!(parse(&format!("[ {items} ]")).is_ok());
    let rules = "  \"a.age\".publicKeys = a ++ [ b c ];\n".repeat(20_000);
    assert!(parse(&format!("{{\n{rules}}}")).is_ok());
    let text = format!("\"{}\"", "x".repeat(1 << 20));
    assert!(parse(&text).is_ok());
    assert_eq!(parse(&" ".repeat(MAX_BYTES + 1)).expect_err("too long").cause, Cause::Excessive);
}

#[test]
fn runs_that_the_tokenizer_scans_again_and_again_are_refused() {
    for run in ["-", "a."] {
        assert_eq!(parse(&run.repeat(1 << 20)).expect_err("too entangled").cause, Cause::Excessive);
    }
}

#[test]
fn the_deepest_text_accepted_can_be_dropped_on_a_small_stack() {
    for chain in [" + 1".repeat(5), " ++ 1".repeat(5), " a".repeat(10)] {
        let mut text = "1".to_owned();
        for _ in 0..200 {
            text = format!("({text}{chain})");
        }
        let small = thread::Builder::new().stack_size(1 << 20);
        small.spawn(move || assert!(parse(&text).is_ok())).unwrap().join().unwrap();
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % bound
    };
    let words = [
        "{", "}", "[", "]", "(", ")", "${", "\"", "''", "a", "b-c", " ", "\n", "=", ";", ":", ".", "?", "@",
        ",", "or", "let ", "in ", "rec ", "with ", "inherit ", "if ", "then ", "else ", "./a", "<b>", "~/c",
        "/", "//", "++", "+", "-", "1", "1.", "...", "#", "/*", "*/", "$", "\\", "'", "!", "&&", "|", "<",
        "é", "\u{a0}", "http://a",
    ];
    for _ in 0..20_000 {
        let text: String = (0..random(30)).map(|_| words[random(words.len())]).collect();
        let _ = parse(&text);
    }
}

/// What is short is parsed before it is looked at, and is refused for what looking at it first would have found.
#[test]
fn what_is_harmless_is_refused_for_the_same() {
    const WORDS: [&str; 52] = [
        "{", "}", "[", "]", "(", ")", "\"", "''", "${", "let", "in", "if", "then", "else", "with", "a", "b",
        "1", "=", ";", ":", ".", "-", "!", "/", "./a", "/*", "*/", "#", "\n", " ", "\\", "é", "@", "~",
        "<a>", "rec", "inherit", "%", "a = 1;", "${a}", "\"a\"", "''b''", "{ }", "[ 1 ]", "\u{a0}", "\0",
        "or", "?", "...", "http://a", "0x",
    ];
    let text = proptest::collection::vec(proptest::sample::select(&WORDS), 0..12);
    let config = Config { cases: 5_000, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&text, |words| {
        let text = words.concat();
        assert!(is_harmless(&text));
        match inspect(&text, rnix::tokenize(&text)) {
            Err(error) => assert_eq!(parse(&text), Err(error), "{text:?}"),
            Ok(_) => assert_eq!(parse(&text).is_ok(), Root::parse(&text).errors().is_empty(), "{text:?}"),
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn harmless_is_short_and_opens_little() {
    assert!(is_harmless(&"{ a = [ (b) ]; }\n".repeat(20)));
    assert!(!is_harmless(&" ".repeat(HARMLESS_BYTES + 1)));
    for word in ["{", "[", "(", "\"", "''", "a: ", "let ", "with a; ", "if ", "assert "] {
        assert!(!is_harmless(&word.repeat(SMALL_NESTING + 1)), "{word}");
    }
}
