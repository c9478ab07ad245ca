//! From arguments to what the rules and the ids work with, or to an error that says what is wrong where.
//!
//! Texts begin in lower case and have no full stop: Terraform puts them after `Invalid value for "rules" parameter:` and ends the sentence.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;

use crate::rules::{IpRange, IpRangeError};
use crate::terraform::framework::FunctionError;
use crate::terraform::value::{Value, from_value};

/// So many bad elements of one list are shown; whoever has more has another kind of list.
const SHOWN: usize = 10;

/// For the lists that services publish, which have both.
const WITHOUT_IPV6: &str = "\n\nTo leave all IPv6 out: [for range in list : range if !strcontains(range, \":\")]";

/// The argument at that position, a text, as what it says.
pub(super) fn parsed<T>(arguments: &[Value], position: usize) -> Result<T, FunctionError>
where
    T: FromStr,
    T::Err: Display,
{
    let text: String = argument(arguments, position)?;
    text.parse().map_err(|error: T::Err| refused(position, error.to_string()))
}

/// The argument at that position, a list of texts, as ranges in the order of the list. One error tells of every bad element.
pub(super) fn ip_ranges(arguments: &[Value], position: usize) -> Result<Vec<IpRange>, FunctionError> {
    let texts: Vec<Option<String>> = argument(arguments, position)?;
    let mut ranges = Vec::with_capacity(texts.len());
    let (mut wrong, mut ipv6) = (Vec::new(), false);
    for (index, text) in texts.iter().enumerate() {
        match text.as_deref().map(str::parse::<IpRange>) {
            Some(Ok(range)) => ranges.push(range),
            Some(Err(error)) => {
                ipv6 |= matches!(error, IpRangeError::Ipv6 { .. });
                wrong.push(format!("element {index}: {error}"));
            }
            None => wrong.push(format!("element {index} is null: leave it out, for example with compact()")),
        }
    }
    if wrong.is_empty() {
        return Ok(ranges);
    }
    let mut text = listed(&wrong);
    if ipv6 {
        text.push_str(WITHOUT_IPV6);
    }
    Err(refused(position, text))
}

fn argument<T: DeserializeOwned>(arguments: &[Value], position: usize) -> Result<T, FunctionError> {
    let value = arguments.get(position).cloned().unwrap_or_default();
    from_value(value).map_err(|error| refused(position, error.to_string()))
}

fn refused(position: usize, text: String) -> FunctionError {
    FunctionError { text, argument: i64::try_from(position).ok() }
}

/// One in the same line, several in lines of their own.
fn listed(wrong: &[String]) -> String {
    if let [only] = wrong {
        return only.clone();
    }
    let mut lines = vec![format!("{} of the elements cannot be used:", wrong.len())];
    lines.extend(wrong.iter().take(SHOWN).map(|one| format!("  - {one}")));
    if wrong.len() > SHOWN {
        lines.push(format!("  - and {} more", wrong.len() - SHOWN));
    }
    lines.join("\n")
}
