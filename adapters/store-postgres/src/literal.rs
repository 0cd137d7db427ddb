//! Text forms of PostgreSQL's composite values, arrays and search vectors.

/// Stands for the quotes of a document inside a literal. JSON never holds it as it is, and the database puts the
/// quotes back (`commit_change`): quotes within quotes would grow with every level.
const QUOTE: &str = "\u{1}";

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

    /// The next field, a JSON document.
    pub(crate) fn document(&mut self, json: &str) -> &mut Self {
        self.field(short(json))
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

/// A JSON document as `commit_change` takes it.
pub(crate) fn short(json: &str) -> String {
    json.replace('"', QUOTE)
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

/// Puts a value into double quotes, if it needs them, with backslashes before what would end or change it.
fn quote_into(text: &mut String, value: &str) {
    if is_plain(value) {
        return text.push_str(value);
    }
    text.push('"');
    let mut rest = value;
    while let Some(special) = rest.find(['"', '\\']) {
        text.push_str(&rest[..special]);
        text.push('\\');
        text.push_str(&rest[special..=special]);
        rest = &rest[special + 1..];
    }
    text.push_str(rest);
    text.push('"');
}

/// Whether a value means itself in a record and in an array: a number, an id, a simple word.
fn is_plain(value: &str) -> bool {
    let simple = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !value.is_empty() && value.bytes().all(simple) && !value.eq_ignore_ascii_case("null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_absent_ones_are_null() {
        let mut record = Record::default();
        let text = record.field(1).maybe(None::<i64>).field(r#"a "b" \c"#).field("").maybe(Some(true)).end();
        assert_eq!(text, r#"(1,,"a \"b\" \\c","",true)"#);
    }

    #[test]
    fn documents_stay_short_at_every_level() {
        let record = Record::default().document(r#"{"a":"b"}"#).end();
        assert_eq!(array([record]), "{\"(\\\"{\u{1}a\u{1}:\u{1}b\u{1}}\\\")\"}");
    }

    #[test]
    fn arrays_hold_anything() {
        assert_eq!(array(["a,b", "{}", "\\\"", "Null", "x-1"]), r#"{"a,b","{}","\\\"","Null",x-1}"#);
        assert_eq!(array(Vec::<String>::new()), "{}");
        assert_eq!(some_array(Vec::<String>::new()), None);
    }

    #[test]
    fn lexemes_double_what_would_end_them() {
        assert_eq!(lexeme(r"it's \"), r"'it''s \\'");
    }
}
