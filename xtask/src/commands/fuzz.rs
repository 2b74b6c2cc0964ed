//! `fuzz`: hostile input, for as long as one likes.

use std::{
    fs::{self, File},
    path::Path,
    process::ExitCode,
    thread,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{
    Place, report,
    session::root,
    tools::cargo::{self, Target},
};

/// Run the fuzz targets, as many at a time as there are processors
///
/// Each starts from its corpus in fuzz/corpus, and from what earlier runs found worth keeping in target/fuzz/inputs. A
/// finding is written there, too, and makes the command fail.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these targets
    targets: Vec<Target>,

    /// How long each runs
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let root = root(place)?;
    if !root.join("fuzz/Cargo.toml").is_file() {
        bail!("{} has no fuzz/: `fuzz` is for the repository of the tool itself", root.display());
    }
    let targets = if args.targets.is_empty() { Target::value_variants() } else { &args.targets };
    let programs = cargo::build_fuzz_targets(&root)?;
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    let mut failed = false;
    for together in targets.chunks(at_once) {
        let mut running = Vec::new();
        for target in together {
            let folder = programs.join("../../inputs").join(target.to_string());
            fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
            let log = folder.with_extension("log");
            let file = File::create(&log).with_context(|| format!("can't write {}", log.display()))?;
            running.push((target, log, cargo::fuzz(&programs, &root, *target, args.seconds, &folder, file)?));
        }
        for (target, log, mut child) in running {
            let status = child.wait()?;
            let (executions, coverage) = summary(&log)?;
            if status.success() {
                report::note(&format!("{target}: {executions} executions, {coverage} edges, no finding"));
            } else {
                failed = true;
                report::warning(&format!("{target}: a finding; {} says which", log.display()));
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// How often a target ran, and how many edges of the program it came along, as libFuzzer says.
fn summary(log: &Path) -> Result<(String, String)> {
    let said = fs::read(log).with_context(|| format!("can't read {}", log.display()))?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let last = |before: &str| {
        let (_, rest) = said.rsplit_once(before)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let or_unknown = |word: Option<String>| word.unwrap_or_else(|| "unknown".into());
    Ok((or_unknown(last("stat::number_of_executed_units:")), or_unknown(last(" cov:"))))
}
