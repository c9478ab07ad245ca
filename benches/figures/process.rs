//! What Linux says of processes in `/proc`. On other systems every answer is `None`, and the figures lack those columns.

use std::fs;

/// Clock ticks of a second in `/proc/<pid>/stat`. The kernel gives user space 100 on every platform we build for.
const TICKS: f64 = 100.0;
/// What the kernel keeps of the name of a program.
const NAME_LENGTH: usize = 15;

/// CPU seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cpu {
    /// Of the process.
    pub(crate) own: f64,
    /// Of its children that have ended and were waited for.
    pub(crate) children: f64,
}

/// CPU seconds so far. Also of a process that has ended and was not waited for yet.
pub(crate) fn cpu(id: u32) -> Option<Cpu> {
    let fields = stat(id)?;
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    // proc_pid_stat(5): utime, stime, cutime, cstime are the fields 14 to 17, and the state is the third
    let sum = |first: usize| Some((ticks(first - 3)? + ticks(first - 2)?) / TICKS);
    Some(Cpu { own: sum(14)?, children: sum(16)? })
}

/// CPU seconds of the threads that live, to the nanosecond: for work that is shorter than some ticks.
pub(crate) fn cpu_of_threads(id: u32) -> Option<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(format!("/proc/{id}/task")).ok()?.flatten() {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        nanoseconds += text.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}

/// Whether a process that nobody has waited for has ended.
pub(crate) fn has_ended(id: u32) -> bool {
    stat(id).is_none_or(|fields| fields.first().is_some_and(|state| state == "Z"))
}

/// The most memory that the process has had, in bytes, if it runs the program of that name: between fork and exec it is still its parent.
pub(crate) fn peak_memory(id: u32, program: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let member = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    if member("Name")? != program.get(..NAME_LENGTH).unwrap_or(program) {
        return None;
    }
    member("VmHWM")?.strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The children of all its threads.
pub(crate) fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// The fields from the state on: before it stands a name that may hold anything.
fn stat(id: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}
