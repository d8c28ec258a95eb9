//! The known name that a mistyped one was meant to be.

/// The name among `known` that takes the fewest changes of one letter, if it is near enough to be a guess and not
/// a riddle.
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, name) = known.into_iter().map(|name| (distance(typed, name), name)).min()?;
    (distance <= typed.chars().count().max(4) / 2).then_some(name)
}

/// How many letters must be put in, taken out or exchanged to make one word the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses() {
        let known = ["server.listen", "media.port", "media.loops"];
        assert_eq!(nearest("media.prot", known), Some("media.port"));
        assert_eq!(nearest("server.listem", known), Some("server.listen"));
        assert_eq!(nearest("zebra", known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
