//! Text forms of PostgreSQL's composite values, arrays and search vectors.

use std::fmt::Write;

/// A composite value under construction: its fields in order.
#[derive(Debug, Default)]
pub(crate) struct Record(String);

impl Record {
    /// The next field.
    pub(crate) fn field(&mut self, value: impl ToString) -> &mut Self {
        self.separate();
        quote_into(&mut self.0, &value.to_string());
        self
    }

    /// The next field, perhaps NULL.
    pub(crate) fn maybe(&mut self, value: Option<impl ToString>) -> &mut Self {
        match value {
            Some(value) => self.field(value),
            None => {
                self.separate();
                self
            }
        }
    }

    fn separate(&mut self) {
        self.0.push(if self.0.is_empty() { '(' } else { ',' });
    }

    /// The literal.
    pub(crate) fn end(&mut self) -> String {
        let mut text = std::mem::take(&mut self.0);
        text.push(')');
        text
    }
}

/// An array.
pub(crate) fn array<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("{");
    for value in values {
        if text.len() > 1 {
            text.push(',');
        }
        quote_into(&mut text, &value.to_string());
    }
    text.push('}');
    text
}

/// An array; NULL if it is empty.
pub(crate) fn some_array<T: ToString>(values: impl IntoIterator<Item = T>) -> Option<String> {
    let text = array(values);
    (text != "{}").then_some(text)
}

/// A lexeme of a search vector or query.
pub(crate) fn lexeme(word: &str) -> String {
    let mut text = String::with_capacity(word.len() + 2);
    text.push('\'');
    for c in word.chars() {
        if matches!(c, '\'' | '\\') {
            text.push(c);
        }
        text.push(c);
    }
    text.push('\'');
    text
}

/// Puts a value into double quotes, with quotes and backslashes before what would end or change it.
fn quote_into(text: &mut String, value: &str) {
    text.push('"');
    for piece in value.split_inclusive(['"', '\\']) {
        match piece.strip_suffix(['"', '\\']) {
            Some(plain) => {
                let special = &piece[plain.len()..];
                // Writing to a string cannot fail.
                let _written = write!(text, "{plain}\\{special}");
            }
            None => text.push_str(piece),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_absent_ones_are_null() {
        let mut record = Record::default();
        let text = record.field(1).maybe(None::<i64>).field(r#"a "b" \c"#).field("").maybe(Some(true)).end();
        assert_eq!(text, r#"("1",,"a \"b\" \\c","","true")"#);
    }

    #[test]
    fn arrays_hold_anything() {
        assert_eq!(array(["a,b", "{}", "\\\""]), r#"{"a,b","{}","\\\""}"#);
        assert_eq!(array(Vec::<String>::new()), "{}");
        assert_eq!(some_array(Vec::<String>::new()), None);
    }

    #[test]
    fn lexemes_double_what_would_end_them() {
        assert_eq!(lexeme(r"it's \"), r"'it''s \\'");
    }
}
