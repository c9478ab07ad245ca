//! The figures in the documentation: between two marks of a page stands what this wrote, and nothing that a hand did.

use std::fs;

use crate::Outcome;
use crate::azure::Conditions;
use crate::chart;
use crate::results::{CommandFigure, Results};
use crate::tables;

const PAGE: &str = "docs/design/benchmarks.md";
const CHART: &str = "docs/design/benchmarks.svg";
const README: &str = "README.md";
const BEGIN: &str = "<!-- figures: written by make bench-chart -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Draws the chart, and writes the tables into the page and the summary into the README.
pub(crate) fn publish(results: &Results) -> Outcome<()> {
    chart::draw(results, CHART.as_ref())?;
    replace(
        PAGE,
        &format!(
            "\n![Seconds of plan and apply against the number of rule sets](benchmarks.svg)\n\n{}\n",
            tables::all(results)
        ),
    )?;
    replace(README, &summary(results))?;
    Ok(())
}

fn replace(file: &str, figures: &str) -> Outcome<()> {
    let text = fs::read_to_string(file)?;
    let marked = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = marked.ok_or_else(|| format!("{file} has no place for figures: {BEGIN}…{END}"))?;
    fs::write(file, format!("{before}{BEGIN}{figures}{END}{after}"))?;
    Ok(())
}

/// What a reader of the README wants to know: plans of the largest estate, and what a start costs.
fn summary(results: &Results) -> String {
    let plans = results.commands.iter().filter(|figure| figure.work == "plan" && figure.spread == "one group");
    let largest = plans.clone().map(|figure| figure.count).max();
    let mut lines: Vec<String> = plans.filter(|figure| Some(figure.count) == largest).map(line).collect();
    lines.extend(results.startup.as_ref().map(|startup| {
        let floor = startup.floor.median;
        format!(
            "- start to handshake: {:.1} ms (a process that does nothing: {floor:.1} ms)\n",
            startup.handshake.median
        )
    }));
    lines.concat()
}

fn line(figure: &CommandFigure) -> String {
    let azure = if figure.conditions == Conditions::AtOnce.name() {
        "Azure answers at once"
    } else {
        "Azure needs 50 ms and allows 25 reads a second"
    };
    let (provider, floor) = (&figure.provider, figure.floor.seconds.median);
    let limit = figure
        .limit
        .as_ref()
        .map(|limit| format!("; a provider that does nothing, with the same objects: {:.2} s", limit.seconds.median));
    let memory = provider.provider_memory.map(|bytes| format!(", {} MiB", bytes.div_ceil(1024 * 1024)));
    format!(
        "- plan of {} unchanged rule sets, {azure}: {:.2} s, {} calls{} (Terraform alone, with objects of one text: {floor:.2} s{})\n",
        figure.count,
        provider.seconds.median,
        provider.calls.total(),
        memory.unwrap_or_default(),
        limit.unwrap_or_default(),
    )
}
