//! A record of programs, in the place of programs: what was run, and what came of it.

use std::{collections::VecDeque, path::PathBuf, sync::Mutex};

use super::program::{Call, Failure, Output, Programs};

/// Programs that say what they once said, in the order in which they were run.
///
/// The record is a transcript: `$ ` and the words of a call, then what it printed; `! ` before what it said beside
/// that; `[N]` where it failed with N. A `*` at the end of a call stands for anything.
pub(crate) struct Recorded {
    left: Mutex<VecDeque<Exchange>>,
    calls: Mutex<Vec<Call>>,
}

struct Exchange {
    call: String,
    stdout: String,
    stderr: String,
    code: i32,
}

impl Recorded {
    pub(crate) fn new(transcript: &str) -> Self {
        let mut left: VecDeque<Exchange> = VecDeque::new();
        for line in transcript.lines().map(str::trim_start) {
            if let Some(call) = line.strip_prefix("$ ") {
                let (call, stdout, stderr) = (call.to_owned(), String::new(), String::new());
                left.push_back(Exchange { call, stdout, stderr, code: 0 });
                continue;
            }
            let Some(last) = left.back_mut() else { continue };
            let code = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.parse().ok());
            match (code, line.strip_prefix("! ")) {
                (Some(code), _) => last.code = code,
                (None, Some(said)) => last.stderr.extend([said, "\n"]),
                (None, None) => last.stdout.extend([line, "\n"]),
            }
        }
        Self { left: Mutex::new(left), calls: Mutex::default() }
    }

    /// What the calls so far read from standard input, as text.
    pub(crate) fn inputs(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter_map(Call::reads).map(|it| String::from_utf8_lossy(it).into_owned()).collect()
    }

    /// What a variable was in the environment of the last call that was given one of this name.
    pub(crate) fn variable(&self, name: &str) -> String {
        let calls = self.calls.lock().unwrap();
        calls.iter().rev().find_map(|call| call.value(name)).unwrap_or_default().to_owned()
    }

    /// Every call of the record must have been made.
    #[track_caller]
    pub(crate) fn expect_done(&self) {
        let left: Vec<_> = self.left.lock().unwrap().iter().map(|it| it.call.clone()).collect();
        assert!(left.is_empty(), "these were not run: {left:#?}");
    }
}

impl Programs for Recorded {
    fn run(&self, call: &Call, hear: &dyn Fn(&str)) -> Result<Output, Failure> {
        let next = self.left.lock().unwrap().pop_front();
        let next = next.unwrap_or_else(|| panic!("the record is over, and this is run: {call}"));
        let words = call.to_string();
        match next.call.strip_suffix('*') {
            Some(start) => assert!(words.starts_with(start), "{words}\nis run instead of\n{}", next.call),
            None => assert_eq!(words, next.call),
        }
        self.calls.lock().unwrap().push(call.clone());
        next.stderr.lines().for_each(hear);
        if next.code == 0 {
            return Ok(Output { stdout: next.stdout.into_bytes() });
        }
        Err(Failure::Failed { call: words, code: Some(next.code), stderr: next.stderr })
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        Some(PathBuf::from("/usr/bin").join(program))
    }
}
