//! Other people's text on a terminal: nothing in it may move the cursor, colour the line or turn its direction.

/// The text with control characters, direction overrides and invisible tags made visible.
pub(crate) fn visible(text: &str) -> String {
    if text.chars().all(|c| !is_dangerous(c)) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len() + 8), |mut safe, c| {
        match c {
            _ if !is_dangerous(c) => safe.push(c),
            '\u{7f}' => safe.push('␡'),
            c if c < ' ' => safe.push(picture(c)),
            c => safe.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
        }
        safe
    })
}

/// The Unicode picture of a C0 control character: `␛` for ESC.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' // zero width, direction marks
            | '\u{2028}'..='\u{202e}' // line ends, direction overrides
            | '\u{2060}'..='\u{2069}' // invisible operators, direction isolates
            | '\u{fff9}'..='\u{fffb}' // annotations
            | '\u{e0000}'..='\u{e007f}') // tags
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn plain_text_of_any_script_stays_as_it_is() {
        for text in ["stretch", "Ünïcödé — “quotes”", "买牛奶 🥛", "👩‍👧 ZWJ", "مرحبا"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn escapes_bells_and_overrides_become_visible() {
        assert_eq!(visible("a\x1b[31mred\x07\r\n"), "a␛[31mred␇␍␊");
        assert_eq!(visible("\u{9b}2J \u{202e}txt.exe \u{7f}"), "⟨U+009B⟩2J ⟨U+202E⟩txt.exe ␡");
        assert_eq!(visible("\u{2066}x\u{2069}\u{feff}"), "⟨U+2066⟩x⟨U+2069⟩⟨U+FEFF⟩");
    }
}
