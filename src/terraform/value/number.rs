//! Numbers as Terraform has them: decimal, exact, of any size.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest power of ten, up or down, that a number may carry. Terraform's own parser keeps 512
/// bits of mantissa; a larger exponent is an attack on memory, not a setting.
const EXPONENT_LIMIT: i64 = 10_000;

/// An exact decimal number: sign, significant digits, power of ten.
///
/// Kept in one canonical form (no leading or trailing zero in the digits), so that equal numbers are
/// equal values whichever of msgpack's and JSON's spellings they arrived in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Decimal digits without zeros at either end; empty for zero.
    digits: String,
    /// The number is `digits × 10^exponent`.
    exponent: i64,
}

/// Not a decimal number, or one beyond what is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Other characters than a sign, digits, a point and an exponent.
    #[error("`{0}` is not a decimal number")]
    NotDecimal(String),
    /// More powers of ten than are accepted.
    #[error("a number with an exponent beyond ±{EXPONENT_LIMIT} is not accepted")]
    TooLarge,
}

impl Number {
    /// The number as a signed 64-bit integer, if it is one exactly.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.integer_text().and_then(|text| text.parse().ok())
    }

    /// The number as an unsigned 64-bit integer, if it is one exactly.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.integer_text().and_then(|text| text.parse().ok())
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Whether this is a whole number.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// From a double, by its shortest decimal text. `None` for infinities and not-a-number.
    #[must_use]
    pub fn from_f64(double: f64) -> Option<Self> {
        double.is_finite().then(|| format!("{double}").parse().ok()).flatten()
    }

    fn integer_text(&self) -> Option<String> {
        // Twenty digits hold any 64-bit integer; longer ones need not be written out to be refused.
        (self.is_integer() && self.exponent <= 20).then(|| self.to_string())
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_decimal = || NumberError::NotDecimal(text.chars().take(64).collect());
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().map_err(|_| not_decimal())?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_decimal());
        }
        let fraction_length = i64::try_from(fraction.len()).map_err(|_| NumberError::TooLarge)?;
        let exponent = power.checked_sub(fraction_length).ok_or(NumberError::TooLarge)?;
        canonical(negative, &digits, exponent)
    }
}

fn canonical(negative: bool, digits: &str, exponent: i64) -> Result<Number, NumberError> {
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Ok(Number { negative: false, digits: String::new(), exponent: 0 });
    }
    let dropped = i64::try_from(digits.len() - kept.len()).map_err(|_| NumberError::TooLarge)?;
    let exponent = exponent.checked_add(dropped).ok_or(NumberError::TooLarge)?;
    if exponent.abs() > EXPONENT_LIMIT {
        return Err(NumberError::TooLarge);
    }
    Ok(Number { negative, digits: kept.trim_start_matches('0').to_owned(), exponent })
}

/// Plain decimal, without an exponent: the form state files use.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let places = usize::try_from(self.exponent.unsigned_abs()).map_err(|_| fmt::Error)?;
        if self.exponent >= 0 {
            return write!(f, "{}{}", self.digits, "0".repeat(places));
        }
        match self.digits.len().checked_sub(places) {
            Some(point) if point > 0 => write!(f, "{}.{}", &self.digits[..point], &self.digits[point..]),
            _ => write!(f, "0.{}{}", "0".repeat(places - self.digits.len()), self.digits),
        }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        canonical(number < 0, &number.unsigned_abs().to_string(), 0).expect("invariant: 64 bits are within the limit")
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        canonical(false, &number.to_string(), 0).expect("invariant: 64 bits are within the limit")
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
        }
    }
}

fn magnitude(a: &Number, b: &Number) -> Ordering {
    match (a.digits.is_empty(), b.digits.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    // The place of the leading digit decides; with it equal, the digits compare as text.
    let leading = |n: &Number| i64::try_from(n.digits.len()).unwrap_or(i64::MAX).saturating_add(n.exponent);
    leading(a).cmp(&leading(b)).then_with(|| a.digits.cmp(&b.digits))
}
