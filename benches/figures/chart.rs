//! Time against count, as SVG: Terraform's floor, a provider that does nothing with the same objects, the provider, and the provider against an Azure that is slow and refuses.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::{
    ChartBuilder, Circle, Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, LineSeries, PathElement,
    RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
};

use crate::Outcome;
use crate::azure::Conditions;
use crate::results::{CommandFigure, Results};
use crate::statistics::float;

const SIZE: (u32, u32) = (960, 400);
const FLOOR: RGBColor = RGBColor(120, 120, 120);
const LIMIT: RGBColor = RGBColor(16, 124, 65);
const AT_ONCE: RGBColor = RGBColor(0, 95, 184);
const LIMITED: RGBColor = RGBColor(202, 80, 16);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Counts and seconds.
type Points = Vec<(f64, f64)>;

/// Draws the plans on the left, the applies on the right.
pub(crate) fn draw(results: &Results, file: &Path) -> Outcome<()> {
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(SIZE.0 / 2);
    panel(&left, "plan, nothing changes", &lines(&results.commands, "plan"))?;
    panel(&right, "apply, everything is created", &lines(&results.commands, "create"))?;
    root.present()?;
    Ok(())
}

struct Line {
    name: String,
    colour: RGBColor,
    points: Points,
}

fn lines(figures: &[CommandFigure], work: &str) -> Vec<Line> {
    let of = |conditions: Conditions, seconds: fn(&CommandFigure) -> f64| -> Points {
        shown(figures, work, conditions).iter().map(|figure| (float(figure.count), seconds(figure))).collect()
    };
    let provider = |figure: &CommandFigure| figure.provider.seconds.median;
    let limit = shown(figures, work, Conditions::AtOnce).into_iter();
    let limit = limit.filter_map(|figure| Some((float(figure.count), figure.limit.as_ref()?.seconds.median)));
    let line = |name: &str, colour, points| Line { name: name.to_owned(), colour, points };
    vec![
        line("terraform_data (floor)", FLOOR, of(Conditions::AtOnce, |figure| figure.floor.seconds.median)),
        line("a provider that does nothing, same objects", LIMIT, limit.collect()),
        line("acrnet, Azure answers at once", AT_ONCE, of(Conditions::AtOnce, provider)),
        line("acrnet, Azure: 50 ms, read bucket", LIMITED, of(Conditions::Reads, provider)),
    ]
}

/// The rule sets in one group, under these conditions, in the order of their number.
fn shown<'f>(figures: &'f [CommandFigure], work: &str, conditions: Conditions) -> Vec<&'f CommandFigure> {
    let wanted = |figure: &&CommandFigure| {
        figure.subject == "rule sets"
            && figure.spread == "one group"
            && figure.work == work
            && figure.conditions == conditions.name()
    };
    let mut shown: Vec<&CommandFigure> = figures.iter().filter(wanted).collect();
    shown.sort_by_key(|figure| figure.count);
    shown
}

fn panel(area: &Area<'_>, title: &str, lines: &[Line]) -> Outcome<()> {
    let all = || lines.iter().flat_map(|line| &line.points);
    let most = |of: fn(&(f64, f64)) -> f64| all().map(of).fold(0.0, f64::max);
    let (counts, seconds) = (most(|point| point.0), most(|point| point.1));
    if counts <= 0.0 {
        return Err("there are no commands in the results to draw".into());
    }
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18).into_font())
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..counts * 1.05, 0.0..seconds * 1.15)?;
    let plain = |count: &f64| format!("{count:.0}");
    chart.configure_mesh().x_desc("rule sets").y_desc("seconds").x_label_formatter(&plain).max_light_lines(0).draw()?;
    for Line { name, colour, points } in lines {
        let colour = *colour;
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(FLOOR)
        .draw()?;
    Ok(())
}
