//! Public keys, as people hand them over.

use std::io::Read;

use anyhow::{Context, Result, bail};
use generator::secrets::recipient::Recipient;

/// No file of public keys is longer.
const LONGEST: u64 = 64 * 1024;

/// The keys that `word` stands for: itself, the lines of a file, or, for `-`, of standard input.
pub(crate) fn read(word: &str) -> Result<Vec<Recipient>> {
    if word.starts_with("ssh-") || word.starts_with("age1") {
        return Ok(vec![word.parse()?]);
    }
    let mut text = String::new();
    if word == "-" {
        std::io::stdin().lock().take(LONGEST).read_to_string(&mut text).context("can't read the key")?;
    } else {
        let file = std::fs::File::open(word)
            .map_err(generator::error::Error::io("read", word))
            .with_context(|| format!("{word:?} is no public key, and no file with one"))?;
        file.take(LONGEST).read_to_string(&mut text).with_context(|| format!("can't read {word}"))?;
    }
    if text.contains("PRIVATE KEY") || text.contains("AGE-SECRET-KEY-") {
        bail!("{word} has a private key; the public half is meant (of an SSH key, it is in {word}.pub)");
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys = lines.map(|line| line.parse().with_context(|| format!("in {word}")));
    keys.collect()
}

/// [`read`], where one key is meant.
pub(crate) fn read_one(word: &str) -> Result<Recipient> {
    match <[Recipient; 1]>::try_from(read(word)?) {
        Ok([key]) => Ok(key),
        Err(keys) => bail!("{word} has {} keys, and one is meant", keys.len()),
    }
}
