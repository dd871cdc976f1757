//! Plots as SVG, readable on light and on dark pages, without anything but text.

use std::fmt::Write as _;

/// Width and height of a plot, and its margins, in units of the drawing.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 78.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 46.0;

/// Points of one line, at most: more than one per unit of width would not be seen.
const POINTS_MAX: usize = 720;

/// Lines' colours, told apart on white and on black; also dashed differently.
const COLOURS: [(&str, &str); 4] =
    [("#1f77b4", ""), ("#d95f02", "7 3"), ("#7570b3", "2 3"), ("#4d9221", "9 3 2 3")];

/// One line of a plot.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// In the legend.
    pub name: &'a str,
    /// Points by growing x.
    pub points: Vec<(f64, f64)>,
}

/// A plot with its axes.
#[derive(Clone, Debug)]
pub struct Plot<'a> {
    /// Heading.
    pub title: &'a str,
    /// Label of the horizontal axis with its unit.
    pub x: &'a str,
    /// Label of the vertical axis with its unit.
    pub y: &'a str,
    /// Lines, at most four.
    pub lines: Vec<Line<'a>>,
    /// Where something began, with its name: a vertical line.
    pub mark: Option<(f64, &'a str)>,
}

/// Steps of 1, 2 or 5 times a power of ten, at most seven of them up to `max`.
fn step(max: f64) -> f64 {
    let rough = (max / 6.0).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|n| n * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(rough)
}

fn label(value: f64) -> String {
    if value >= 10_000.0 || (value - value.round()).abs() < 1e-9 {
        let whole = format!("{value:.0}");
        let from = whole.len() % 3;
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && at % 3 == from {
                grouped.push('\u{2009}');
            }
            grouped.push(digit);
        }
        return grouped;
    }
    format!("{value:.2}")
}

/// Text that XML takes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Extent of the axes: both begin at zero, so that a flat line looks flat.
struct Scale {
    x_max: f64,
    y_max: f64,
}

impl Scale {
    fn of(plot: &Plot<'_>) -> Self {
        let points = || plot.lines.iter().flat_map(|line| &line.points);
        let x_max = points().map(|(x, _)| *x).fold(0.0, f64::max);
        let y_max = points().map(|(_, y)| *y).fold(0.0, f64::max);
        let x_max = if x_max > 0.0 { x_max } else { 1.0 };
        let y_max = if y_max > 0.0 { y_max * 1.05 } else { 1.0 };
        Self { x_max, y_max }
    }

    fn x(&self, x: f64) -> f64 {
        LEFT + x / self.x_max * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, y: f64) -> f64 {
        HEIGHT - BOTTOM - y / self.y_max * (HEIGHT - TOP - BOTTOM)
    }
}

impl Plot<'_> {
    /// The drawing, one `svg` element.
    #[must_use]
    pub fn render(&self) -> String {
        let scale = Scale::of(self);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{title}\" font-family=\"sans-serif\" font-size=\"11\">\n<style>svg{{color:#222}}\
             @media(prefers-color-scheme:dark){{svg{{color:#ddd}}}}</style>\n<text x=\"{LEFT}\" y=\"14\" \
             font-size=\"13\" fill=\"currentColor\">{title}</text>\n",
            title = escaped(self.title)
        );
        self.axes(&scale, &mut svg);
        if let Some((at, name)) = self.mark {
            let x = scale.x(at.min(scale.x_max));
            let bottom = HEIGHT - BOTTOM;
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"currentColor\" \
                 stroke-dasharray=\"1 3\"/><text x=\"{:.1}\" y=\"{:.1}\" fill=\"currentColor\">{}</text>",
                x + 4.0,
                TOP + 10.0,
                escaped(name)
            );
        }
        for (line, (colour, dash)) in self.lines.iter().zip(COLOURS) {
            self.line(line, colour, dash, &scale, &mut svg);
        }
        self.legend(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn axes(&self, scale: &Scale, svg: &mut String) {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        let mut grid = |x1: f64, y1: f64, x2: f64, y2: f64| {
            let _ = writeln!(
                svg,
                "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"currentColor\" \
                 stroke-opacity=\"0.2\"/>"
            );
        };
        let ticks = |max: f64| {
            let step = step(max);
            (0..8).map(move |n| f64::from(n) * step).take_while(move |at| *at <= max)
        };
        for y in ticks(scale.y_max) {
            grid(LEFT, scale.y(y), right, scale.y(y));
        }
        for x in ticks(scale.x_max) {
            grid(scale.x(x), TOP, scale.x(x), bottom);
        }
        for y in ticks(scale.y_max) {
            let (at, text) = (scale.y(y) + 4.0, label(y));
            let x = LEFT - 6.0;
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{at:.1}\" text-anchor=\"end\" fill=\"currentColor\">{text}</text>"
            );
        }
        for x in ticks(scale.x_max) {
            let (at, text, y) = (scale.x(x), label(x), bottom + 15.0);
            let _ = writeln!(
                svg,
                "<text x=\"{at:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"currentColor\">{text}</text>"
            );
        }
        let (middle_x, middle_y) = ((LEFT + right) / 2.0, (TOP + bottom) / 2.0);
        let _ = writeln!(
            svg,
            "<text x=\"{middle_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"currentColor\">{}</text>\n\
             <text x=\"14\" y=\"{middle_y:.1}\" text-anchor=\"middle\" fill=\"currentColor\" \
             transform=\"rotate(-90 14 {middle_y:.1})\">{}</text>",
            HEIGHT - 10.0,
            escaped(self.x),
            escaped(self.y)
        );
    }

    fn line(&self, line: &Line<'_>, colour: &str, dash: &str, scale: &Scale, svg: &mut String) {
        let every = line.points.len().div_ceil(POINTS_MAX).max(1);
        let mut points = String::new();
        for (x, y) in line.points.iter().step_by(every) {
            let _ = write!(points, "{:.1},{:.1} ", scale.x(*x), scale.y(*y));
        }
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-dasharray=\"{dash}\" \
             points=\"{}\"/>",
            points.trim_end()
        );
    }

    fn legend(&self, svg: &mut String) {
        let mut x = WIDTH - RIGHT - 130.0 * self.lines.len() as f64;
        for (line, (colour, dash)) in self.lines.iter().zip(COLOURS) {
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" y1=\"24\" x2=\"{:.1}\" y2=\"24\" stroke=\"{colour}\" stroke-width=\"2\" \
                 stroke-dasharray=\"{dash}\"/><text x=\"{:.1}\" y=\"28\" fill=\"currentColor\">{}</text>",
                x + 22.0,
                x + 27.0,
                escaped(line.name)
            );
            x += 130.0;
        }
    }
}

/// Whether every tag of a text that is XML is closed in its order. For tests of what is written here.
#[cfg(test)]
pub(in crate::bench) fn is_balanced(xml: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>') else { return false };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if tag.matches('"').count() % 2 == 1 || tag.contains('<') {
            return false;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') && !tag.starts_with('!') {
            open.push(tag.split_whitespace().next().unwrap_or(""));
        }
    }
    open.is_empty() && !rest.contains('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_well_formed_with_axes_units_and_a_legend() {
        let line = |name, factor: f64| Line {
            name,
            points: (0..5000).map(|n| (f64::from(n), f64::from(n % 7) * factor)).collect(),
        };
        let plot = Plot {
            title: "Memory & \"more\" <of it>",
            x: "time in s",
            y: "memory in MiB",
            lines: vec![line("resident", 1.0), line("peak", 2000.0)],
            mark: Some((2500.0, "others come")),
        };
        let svg = plot.render();
        assert!(is_balanced(&svg), "{svg}");
        for part in [
            "time in s",
            "memory in MiB",
            ">resident<",
            ">others come<",
            "&lt;of it&gt;",
            "prefers-color-scheme:dark",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        assert!(svg.len() < 60_000, "{} bytes", svg.len());
    }

    #[test]
    fn a_plot_of_nothing_is_well_formed() {
        let plot = Plot { title: "t", x: "x", y: "y", lines: Vec::new(), mark: None };
        assert!(is_balanced(&plot.render()));
        assert!(!is_balanced("<a><b></a></b>") && !is_balanced("<a") && !is_balanced("<a x=\"1>"));
    }

    #[test]
    fn ticks_are_round() {
        for (max, wanted) in [(6.0, 1.0), (7.0, 2.0), (1_000_000.0, 200_000.0), (0.5, 0.1)] {
            assert!((step(max) - wanted).abs() < 1e-9, "{max}: {}", step(max));
        }
        assert_eq!(label(1_000_000.0), "1\u{2009}000\u{2009}000");
        assert_eq!((label(0.5), label(20.0)), ("0.50".to_owned(), "20".to_owned()));
    }
}
