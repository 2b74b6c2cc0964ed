//! Whole commands on trees of 2 to 5,000 agents: the time and the peak memory of the process, beside its floor, which
//! is a process too.
//!
//! ```text
//! cargo xtask bench                            one table, every size
//! cargo bench --bench commands -- 10 1000      some sizes
//! ```
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints what it measured"
)]

mod floor;
mod garden;

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use floor::Floor;
use tempfile::TempDir;
use wait4::Wait4;

const SIZES: [usize; 5] = [2, 10, 100, 1000, 5000];
const RUNS: usize = 10;

/// A command, what it is measured against, and what it must reach.
struct Case {
    name: &'static str,
    words: &'static [&'static str],
    floor: Floor,
    /// Whether the key of one host is another one before each run.
    changed: bool,
    /// The longest time with so many agents, in milliseconds.
    times: &'static [(usize, u64)],
    /// The longest time as a multiple of the floor, where the floor is over 10 ms.
    ratio: Option<f64>,
}

const CASES: [Case; 5] = [
    Case {
        name: "new-agent --dry-run",
        words: &["new-agent", "vesta", "--dry-run"],
        floor: Floor::Hosts,
        changed: false,
        times: &[(2, 15), (1000, 150)],
        ratio: None,
    },
    Case {
        name: "list",
        words: &["list"],
        floor: Floor::Hosts,
        changed: false,
        times: &[(2, 8), (1000, 80)],
        ratio: None,
    },
    Case {
        name: "check",
        words: &["check"],
        floor: Floor::Nix,
        changed: false,
        times: &[(2, 15)],
        ratio: Some(2.0),
    },
    Case {
        name: "rekey, nothing to do",
        words: &["rekey"],
        floor: Floor::Secrets,
        changed: false,
        times: &[],
        ratio: None,
    },
    Case {
        name: "rekey, one host changed",
        words: &["rekey"],
        floor: Floor::OneSecret,
        changed: true,
        times: &[],
        ratio: None,
    },
];

/// The most memory that a command may take with so many agents, in MiB.
const MEMORY: [(usize, u64); 2] = [(2, 20), (1000, 120)];

fn main() {
    // Cargo says `--bench`, too.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["grow", root, count] => garden::grow(root.as_ref(), count.parse().unwrap()),
        ["floor", name, root] => Floor::named(name).run(root.as_ref()),
        ["change", root] => garden::change_a_key(root.as_ref()),
        [] => table(&SIZES),
        sizes => table(&sizes.iter().map(|size| size.parse().unwrap()).collect::<Vec<_>>()),
    }
}

fn table(sizes: &[usize]) {
    println!("medians of {RUNS} whole processes; in brackets what is to be reached\n");
    println!("agents  command                       time               floor  ratio         memory");
    for size in sizes {
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        itself(&["grow", path(dir.path()), &size.to_string()]);
        for case in &CASES {
            row(dir.path(), *size, case);
        }
    }
}

fn row(root: &Path, size: usize, case: &Case) {
    // The one whose key is changed is a third agent.
    if case.changed && size < 3 {
        return;
    }
    let runs: Vec<(Run, Run)> = (0..RUNS)
        .map(|_| {
            if case.changed {
                itself(&["change", path(root)]);
            }
            (command(root, case.words), itself(&["floor", case.floor.name(), path(root)]))
        })
        .collect();
    let time = median(runs.iter().map(|(command, _)| command.time));
    let floor = median(runs.iter().map(|(_, floor)| floor.time));
    let memory = median(runs.iter().map(|(command, _)| command.memory)) >> 20;
    let goal = |goals: &[(usize, u64)]| goals.iter().find(|(of, _)| *of == size).map(|(_, most)| *most);
    let ratio = time.as_secs_f64() / floor.as_secs_f64();
    let judged = case.ratio.filter(|_| floor > Duration::from_millis(10));
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    println!(
        "{size:>6}  {:<24} {:>9} {:<9} {:>10}  {ratio:>5.2} {:<6} {memory:>4} MiB {}",
        case.name,
        ms(time),
        against(goal(case.times).map(|most| (most, time <= Duration::from_millis(most)))),
        ms(floor),
        against(judged.map(|most| (most, ratio <= most))),
        against(goal(&MEMORY).map(|most| (most, memory <= most))),
    );
}

/// A goal, and whether it is missed.
fn against(goal: Option<(impl std::fmt::Display, bool)>) -> String {
    match goal {
        Some((most, true)) => format!("[{most}]"),
        Some((most, false)) => format!("[{most}!]"),
        None => String::new(),
    }
}

/// What one process took.
struct Run {
    time: Duration,
    /// Its largest resident set, in bytes.
    memory: u64,
}

fn command(root: &Path, words: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agent-tool"));
    command.args(["-C", path(root)]).args(words);
    command.env("AGENT_TOOL_IDENTITY", garden::repository().join("tests/keys/example_operator"));
    run(command)
}

/// Runs this program: what grows a tree, or is a floor, must not be in the memory of who starts the next process, which
/// counts as the next one's until it has its own.
fn itself(words: &[&str]) -> Run {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(words);
    run(command)
}

fn run(mut command: Command) -> Run {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let said = std::io::read_to_string(&mut stderr).unwrap();
    let usage = child.wait4().unwrap();
    assert!(usage.status.success(), "{command:?}: {said}");
    Run { time: start.elapsed(), memory: usage.rusage.maxrss }
}

fn median<T: Ord>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort();
    let middle = values.len() / 2;
    values.swap_remove(middle)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
