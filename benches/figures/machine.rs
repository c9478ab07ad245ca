//! Where and with what the figures are taken. What a system does not tell is left out.

use std::fs;
use std::process::Command;
use std::thread;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Outcome;
use crate::arguments::Programs;
use crate::results::Machine;

/// Asks the system, and the programs for their versions.
pub(crate) fn describe(programs: &Programs, runs: usize) -> Outcome<Machine> {
    let terraform = first_line(Command::new(&programs.terraform).args(["version"]).env("CHECKPOINT_DISABLE", "1"));
    let terraform = terraform.ok_or_else(|| format!("{} cannot be run", programs.terraform.display()))?;
    let version = first_line(Command::new(&programs.provider).arg("--version")).unwrap_or_default();
    let commit = first_line(Command::new("git").args(["describe", "--always", "--dirty"])).unwrap_or_default();
    let load = text("/proc/loadavg").and_then(|text| text.split_whitespace().next()?.parse().ok());
    Ok(Machine {
        taken: OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?,
        processor: member("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: thread::available_parallelism()?.get(),
        memory_mib: member("/proc/meminfo", "MemTotal").and_then(|text| kib(&text)).map(|kib| kib / 1024),
        system: first_line(Command::new("uname").args(["-srm"])).unwrap_or_else(|| std::env::consts::OS.to_owned()),
        terraform,
        provider: format!("{version} ({commit})"),
        load_before: load,
        runs,
    })
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
}

fn text(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The first `name: value`.
fn member(path: &str, name: &str) -> Option<String> {
    let text = text(path)?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kib(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse().ok()
}
