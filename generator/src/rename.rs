//! A name replaced by another one where it is a word.

/// Replaces `from` by `to` where it is a word, also with a capital: `luce`, `agent-luce`, `Luce`, not `lucerne`.
///
/// With `whole`, a hyphen is part of a word: `pc` isn't replaced in `pc-disks`.
#[must_use]
pub(crate) fn rename(text: &str, from: &str, to: &str, whole: bool) -> String {
    let once = replace_word(text, from, to, whole);
    let (from, to) = (capitalised(from), capitalised(to));
    if text.contains(&from) { replace_word(&once, &from, &to, whole) } else { once }
}

/// A text with its first letter as a capital.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn replace_word(text: &str, from: &str, to: &str, whole: bool) -> String {
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || (whole && c == '-');
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = None;
    while let Some((before, after)) = rest.split_once(from).filter(|_| !from.is_empty()) {
        let starts = !before.chars().next_back().or(previous).is_some_and(in_word);
        let ends = !after.chars().next().is_some_and(in_word);
        replaced.push_str(before);
        replaced.push_str(if starts && ends { to } else { from });
        previous = from.chars().next_back();
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn a_name_is_replaced_where_it_is_a_word() {
        let rename = |text| rename(text, "luce", "vesta", false);
        assert_eq!(
            rename("agent-luce \"Luce\" luce@x ./luce/a.nix"),
            "agent-vesta \"Vesta\" vesta@x ./vesta/a.nix"
        );
        assert_eq!(
            rename("lucerne deluce lucelle luceluce Lucerne a_luce"),
            "lucerne deluce lucelle luceluce Lucerne a_luce"
        );
    }

    #[test]
    fn a_whole_name_has_its_hyphens() {
        assert_eq!(rename("pc pc-disks \"pc\" ./pc", "pc", "x", true), "x pc-disks \"x\" ./x");
    }
}
