//! The terminal's language.

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, also where the terminal asks for a language the program does not speak.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// What the environment asks for.
    pub fn of_terminal() -> Language {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
            let value = std::env::var(name).ok()?;
            (!value.is_empty()).then_some(value)
        });
        Language::of(&asked.unwrap_or_default())
    }

    fn of(locale: &str) -> Language {
        if locale.to_ascii_lowercase().starts_with("zh") { Language::Chinese } else { Language::English }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        assert_eq!(Language::of("zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(Language::of("en_GB.UTF-8"), Language::English);
        assert_eq!(Language::of("C"), Language::English);
        assert_eq!(Language::of(""), Language::English);
    }
}
