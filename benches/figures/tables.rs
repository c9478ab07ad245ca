//! The results as Markdown: the same text on the terminal and in the documentation.

use std::fmt::Write as _;

use crate::results::{Beyond, BeyondFigure, Calls, CommandFigure, GrowthFigure, Measured, Results, Startup};
use crate::statistics::{Summary, exponent, float};

/// Every section that has figures.
pub(crate) fn all(results: &Results) -> String {
    let mut text = machine(results);
    if !results.commands.is_empty() {
        text += &section("Commands of Terraform", &commands(&results.commands));
    }
    if let Some(startup) = &results.startup {
        text += &section("Start", &start(startup));
    }
    if !results.growth.is_empty() {
        text += &section("The provider alone", &growth(&results.growth));
    }
    if !results.micro.is_empty() {
        text += &section("Micro-benchmarks", &micro(results));
    }
    if let Some(estates) = &results.beyond {
        text += &section("Past one machine's needs", &beyond(estates));
    }
    text
}

fn section(title: &str, table: &str) -> String {
    format!("\n### {title}\n\n{table}")
}

fn machine(results: &Results) -> String {
    let machine = &results.machine;
    let memory = machine.memory_mib.map(|mib| format!(", {} GiB", mib.div_ceil(1024))).unwrap_or_default();
    let load = machine.load_before.map(|load| format!("; load before: {load}")).unwrap_or_default();
    format!(
        "Taken {} on {} × {}{memory}, {}; {}; {}; {} runs of each command{load}.\n",
        machine.taken,
        machine.cores,
        machine.processor,
        machine.system,
        machine.terraform,
        machine.provider,
        machine.runs
    )
}

fn commands(figures: &[CommandFigure]) -> String {
    let mut text = "| what | Azure | floor, s | same values, s | limit, s | provider, s | to floor | to same values | to limit | calls | 429 \
                    | CPU of floor; of limit; core + provider, s | memory, MiB |\n\
                    |---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for figure in figures {
        let CommandFigure { subject, work, count, spread, conditions, floor, same_values, limit, provider } = figure;
        let shown =
            |beside: &Option<Measured>| beside.as_ref().map(|beside| seconds(&beside.seconds)).unwrap_or_default();
        let ratio = |beside: Option<&Measured>| {
            beside.map(|beside| format!("{:.2}", figure.ratio_to(beside))).unwrap_or_default()
        };
        text += &row(&[
            format!("{work} of {count} {subject}, {spread}"),
            conditions.clone(),
            seconds(&floor.seconds),
            shown(same_values),
            shown(limit),
            seconds(&provider.seconds),
            ratio(Some(floor)),
            ratio(same_values.as_ref()),
            ratio(limit.as_ref()),
            calls(&provider.calls),
            provider.calls.refused.to_string(),
            cpu(figure),
            mebibytes(provider.provider_memory),
        ]);
    }
    let busiest = figures
        .iter()
        .filter_map(|figure| Some(figure.provider.simulator_cpu.as_ref()?.median / figure.provider.seconds.median));
    if let Some(share) = busiest.max_by(f64::total_cmp) {
        writeln!(text, "\nThe simulator, one thread, was busy for at most {:.0} % of a run.", share * 100.0)
            .expect("invariant: writing to a string does not fail");
    }
    text
}

/// `0.20; 0.51 + 0.05; 0.55 + 0.08`: of the floor, of the limit and its provider, of Terraform and ours.
fn cpu(figure: &CommandFigure) -> String {
    let both =
        |measured: &Measured| Some(format!("{:.2} + {:.2}", measured.core_cpu?.median, measured.provider_cpu?.median));
    let limit = figure.limit.as_ref().map_or_else(|| Some("–".to_owned()), both);
    match (&figure.floor.core_cpu, limit, both(&figure.provider)) {
        (Some(floor), Some(limit), Some(provider)) => format!("{:.2}; {limit}; {provider}", floor.median),
        _ => String::new(),
    }
}

fn start(startup: &Startup) -> String {
    let mut text = "| what | median | 9 of 10 | min | max |\n|---|---|---|---|---|\n".to_owned();
    let rows = [
        ("exec to handshake line, ms", &startup.handshake),
        ("a process that does nothing, ms", &startup.floor),
        ("first GetProviderSchema, ms", &startup.first_schema),
        ("second GetProviderSchema, ms", &startup.second_schema),
    ];
    for (name, Summary { median, min, max, p90, runs }) in rows {
        let cells = [median, p90, min, max].map(|value| format!("{value:.2}"));
        let [median, p90, min, max] = cells;
        text += &row(&[format!("{name} (n = {runs})"), median, p90, min, max]);
    }
    let megabytes = startup.binary / 1_000_000;
    let tenths = startup.binary % 1_000_000 / 100_000;
    text + &format!("\nBinary: {megabytes}.{tenths} MB. Memory after the schema: {} MiB.\n", mebibytes(startup.memory))
}

fn growth(figures: &[GrowthFigure]) -> String {
    let mut text =
        "| rule sets | seconds | CPU, s | CPU of each, ms | memory, MiB | calls |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for figure in figures {
        let of_each = figure.cpu.map(|cpu| format!("{:.3}", cpu.median * 1e3 / float(figure.count)));
        text += &row(&[
            figure.count.to_string(),
            seconds(&figure.seconds),
            figure.cpu.as_ref().map(seconds).unwrap_or_default(),
            of_each.unwrap_or_default(),
            mebibytes(figure.memory),
            calls(&figure.calls),
        ]);
    }
    let points: Vec<(f64, f64)> =
        figures.iter().filter_map(|figure| Some((float(figure.count), figure.cpu?.median))).collect();
    match exponent(&points) {
        Some(exponent) => text + &format!("\nCPU grows with the exponent {exponent:.2}.\n"),
        None => text,
    }
}

fn micro(results: &Results) -> String {
    let mut text = "| what | microseconds for so many rules | exponent |\n|---|---|---|\n".to_owned();
    for curve in &results.micro {
        let points: Vec<String> =
            curve.points.iter().map(|(size, nanoseconds)| format!("{size}: {:.1}", nanoseconds / 1e3)).collect();
        let exponent = curve.exponent.map(|exponent| format!("{exponent:.2}")).unwrap_or_default();
        text += &row(&[curve.name.replace('_', " "), points.join(", "), exponent]);
    }
    text
}

fn beyond(beyond: &Beyond) -> String {
    let mut text = "| registries | subscriptions | one GET each: calls, s at least | by lists: calls, s at least \
                    | measured: calls, 429, s | CPU, s | memory, MiB |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for BeyondFigure { registries, subscriptions, singly, by_lists, measured } in &beyond.estates {
        let used = measured.as_ref();
        let took =
            used.map(|used| format!("{}, {}, {:.1}", calls(&used.calls), used.calls.refused, used.seconds.median));
        text += &row(&[
            registries.to_string(),
            subscriptions.to_string(),
            format!("{}, {:.1}", singly.calls, singly.seconds),
            format!("{}, {:.1}", by_lists.calls, by_lists.seconds),
            took.unwrap_or_else(|| "not taken: the bound says enough".to_owned()),
            used.and_then(|used| used.cpu).map(|cpu| format!("{:.2}", cpu.median)).unwrap_or_default(),
            mebibytes(used.and_then(|used| used.memory)),
        ]);
    }
    match beyond.floor {
        Some(floor) => text + &format!("\nTerraform's own plan of as many `terraform_data`: {floor:.1} s.\n"),
        None => text,
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// `0.41 (0.39–0.44)`.
fn seconds(summary: &Summary) -> String {
    let Summary { median, min, max, .. } = summary;
    format!("{median:.2} ({min:.2}–{max:.2})")
}

/// `1000 GET, 3 LIST`.
fn calls(calls: &Calls) -> String {
    let kinds: Vec<String> = calls.by_kind.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    kinds.join(", ")
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map(|bytes| format!("{}", bytes.div_ceil(1024 * 1024))).unwrap_or_default()
}
