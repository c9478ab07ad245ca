//! How golden files show a message: as its reader sees it, less what differs from run to run.

/// A message, with the attribute that it is at.
pub fn as_read(severity: &str, place: &str, summary: &str, detail: &str) -> String {
    let mut text = format!("{severity} at {place}: {}\n", repeatable(summary));
    for line in detail.lines() {
        text.push_str(format!("    {}", repeatable(line)).trim_end());
        text.push('\n');
    }
    text
}

/// A line less the simulator's port, and ids and times of the request.
pub fn repeatable(line: &str) -> String {
    let line = match line.split_once("http://127.0.0.1:") {
        Some((before, after)) => format!("{before}https://azure{}", after.find('/').map_or("", |at| &after[at..])),
        None => line.to_owned(),
    };
    let line = without_ports(&line);
    let line = abridged(&line, "(request id", ')');
    abridged(&line, "[CorrelationId:", ']')
}

/// What begins with that, cut short up to its end.
fn abridged(line: &str, begin: &str, end: char) -> String {
    match line.split_once(begin) {
        Some((before, after)) => format!("{before}{begin} …{}", after.find(end).map_or("", |at| &after[at..])),
        None => line.to_owned(),
    }
}

/// Names of this machine without their ports.
fn without_ports(line: &str) -> String {
    let mut parts = line.split(".localhost:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let port = if rest.len() == part.len() { ":" } else { "" };
        format!("{text}.localhost{port}{rest}")
    })
}

/// A line of a table: the first and the last of a long one.
pub fn shortened(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= 220 {
        return line.to_owned();
    }
    let (head, tail) =
        (letters[..80].iter().collect::<String>(), letters[letters.len() - 40..].iter().collect::<String>());
    format!("{head} … {tail}")
}
