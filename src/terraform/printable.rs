//! Texts for a person's terminal: what a server or a file put into them must not be able to steer it.

use std::borrow::Cow;

/// The text with every character spelt out that a terminal would obey instead of showing: control characters, and those that turn the direction of
/// writing round. Tabs and line feeds stay, and a carriage return before a line feed goes.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        if is_obeyed(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown.into()
}

/// Control characters, and the embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9 §2).
fn is_obeyed(character: char) -> bool {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || character.is_control() && !matches!(character, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        assert_eq!(printable("\u{1b}[31mred\u{9b}0m\u{7}\0"), "\\u{1b}[31mred\\u{9b}0m\\u{7}\\u{0}");
        assert_eq!(printable("allowed \u{202e}ton\u{2069}"), "allowed \\u{202e}ton\\u{2069}");
        assert_eq!(printable("overwritten\rby"), "overwritten\\rby");
    }

    #[test]
    fn lines_tabs_and_letters_of_every_script_stay() {
        assert_eq!(printable("größe\t1\n日本\r\nאב"), "größe\t1\n日本\nאב");
        assert!(matches!(printable("as it is"), std::borrow::Cow::Borrowed("as it is")));
    }
}
