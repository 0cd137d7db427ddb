//! Numbers in digits and words.

/// The largest number of nine digits.
const LARGEST: u32 = 999_999_999;

/// A number in digits alone, up to nine of them.
pub(crate) fn digits(word: &str) -> Option<u32> {
    let plain = word.len() <= 9 && word.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| word.parse().ok()).flatten()
}

/// A number in digits that counts something. One of more than nine digits is as good as the largest of nine: both are
/// beyond every limit.
pub(crate) fn amount(word: &str) -> Option<u32> {
    let long = word.len() > 9 && word.bytes().all(|b| b.is_ascii_digit());
    if long { Some(LARGEST) } else { digits(word) }
}

/// A number: `3`, `three`.
pub(crate) fn cardinal(word: &str) -> Option<u32> {
    amount(word).or_else(|| {
        Some(match word {
            "one" => 1,
            "two" => 2,
            "three" => 3,
            "four" => 4,
            "five" => 5,
            "six" => 6,
            "seven" => 7,
            "eight" => 8,
            "nine" => 9,
            "ten" => 10,
            "eleven" => 11,
            "twelve" => 12,
            "thirteen" => 13,
            "fourteen" => 14,
            "fifteen" => 15,
            "sixteen" => 16,
            "seventeen" => 17,
            "eighteen" => 18,
            "nineteen" => 19,
            "sixty" => 60,
            "ninety" => 90,
            _ => return tens(word),
        })
    })
}

/// A position in digits: `3rd` is 3.
pub(crate) fn ordinal_digits(word: &str) -> Option<u32> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|suffix| word.strip_suffix(suffix))?;
    digits(number).filter(|_| number.len() <= 2)
}

/// A position in words: `third` is 3.
pub(crate) fn ordinal_word(word: &str) -> Option<u32> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        "eleventh" => 11,
        "twelfth" => 12,
        "thirteenth" => 13,
        "fourteenth" => 14,
        "fifteenth" => 15,
        "sixteenth" => 16,
        "seventeenth" => 17,
        "eighteenth" => 18,
        "nineteenth" => 19,
        "twentieth" => 20,
        "thirtieth" => 30,
        _ => return None,
    })
}

/// Tens, before which stands nothing and behind which may stand ones.
pub(crate) fn tens(word: &str) -> Option<u32> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        _ => return None,
    })
}
