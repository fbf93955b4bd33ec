//! Borderless tables with aligned columns.

use super::style::{Ui, cells, shorten, wrap};

/// Space between two columns.
const GAP: usize = 2;
/// Columns are not made narrower than this for the sake of the last one.
const READABLE: usize = 20;

/// Lays `rows` out in columns, indented.
///
/// The last cell of a row takes all the room that is left. Where a whole row does not fit, the widest column in front
/// gives way, and then the last cell; with `-v` nothing is cut. A coloured cell that must be cut loses its colour.
pub(crate) fn table(ui: &Ui, indent: usize, rows: &[Vec<String>]) -> Vec<String> {
    let mut widths = widths(rows);
    if !ui.verbose {
        narrow(&mut widths, rows, ui.width.saturating_sub(indent));
    }
    rows.iter().map(|row| line(ui, indent, &widths, row)).collect()
}

/// Lines that one cell is wrapped to; what is longer is cut.
const LINES: usize = 3;

/// [`table`] whose last cells are wrapped below themselves before they are cut.
pub(crate) fn wrapped(ui: &Ui, indent: usize, rows: &[Vec<String>]) -> Vec<String> {
    if ui.verbose {
        return table(ui, indent, rows);
    }
    let mut widths = widths(rows);
    narrow(&mut widths, rows, ui.width.saturating_sub(indent));
    rows.iter().flat_map(|row| wrapped_line(ui, indent, &widths, row)).collect()
}

fn wrapped_line(ui: &Ui, indent: usize, widths: &[usize], row: &[String]) -> Vec<String> {
    let Some((last, others)) = row.split_last() else { return Vec::new() };
    let column = indent + widths[..others.len()].iter().map(|w| w + GAP).sum::<usize>();
    let room = ui.width.saturating_sub(column);
    let mut parts = wrap(last, room);
    if parts.len() > LINES {
        let rest = parts.split_off(LINES - 1).join(" ");
        parts.push(shorten(ui, &rest, room));
    }
    let mut parts = parts.into_iter();
    let first = [others, &[parts.next().unwrap_or_default()]].concat();
    let mut lines = vec![line(ui, indent, widths, &first)];
    lines.extend(parts.map(|part| format!("{}{part}", " ".repeat(column))));
    lines
}

/// Of every column but the last: the widest cell that another one follows.
fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let followed = |r: &Vec<String>, i: usize| r.get(i).filter(|_| r.len() > i + 1).map_or(0, |c| cells(c));
    (0..columns).map(|i| rows.iter().map(|r| followed(r, i)).max().unwrap_or(0)).collect()
}

/// Takes from the widest column until every whole row fits, but leaves it readable.
fn narrow(widths: &mut [usize], rows: &[Vec<String>], room: usize) {
    let whole = rows.iter().filter(|r| r.len() == widths.len() + 1);
    let last = whole.filter_map(|r| r.last()).map(|c| cells(c)).max().unwrap_or(0);
    while widths.iter().map(|w| w + GAP).sum::<usize>() + last > room {
        let Some(widest) = widest(widths, READABLE) else { break };
        *widest -= 1;
    }
    // A very narrow screen: the table stays within it even so.
    while widths.iter().map(|w| w + GAP).sum::<usize>() + last.min(READABLE) > room {
        let Some(widest) = widest(widths, 4) else { break };
        *widest -= 1;
    }
}

/// The widest column above `least`; the first one, which names the row, only where no other is left.
fn widest(widths: &mut [usize], least: usize) -> Option<&mut usize> {
    let wide = widths.iter_mut().enumerate().filter(|(_, w)| **w > least);
    wide.max_by_key(|(i, w)| (*i > 0, **w)).map(|(_, w)| w)
}

fn line(ui: &Ui, indent: usize, widths: &[usize], row: &[String]) -> String {
    let mut out = " ".repeat(indent);
    for (i, cell) in row.iter().enumerate() {
        let last = i + 1 == row.len();
        let room = if last { ui.width.saturating_sub(cells(&out)) } else { widths[i] };
        let cell = fit(ui, cell, room);
        out.push_str(&cell);
        if !last {
            out.push_str(&" ".repeat(room.saturating_sub(cells(&cell)) + GAP));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn fit(ui: &Ui, cell: &str, width: usize) -> String {
    if ui.verbose || cells(cell) <= width {
        return cell.to_owned();
    }
    shorten(ui, &anstream::adapter::strip_str(cell).to_string(), width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::tests::PLAIN;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect()
    }

    #[test]
    fn aligns_by_cells() {
        let lines = table(&PLAIN, 2, &rows(&[&["日本", "x"], &["a", "y"], &["only"]]));
        assert_eq!(lines, ["  日本  x", "  a     y", "  only"]);
    }

    #[test]
    fn the_last_cell_takes_the_rest() {
        let ui = Ui { width: 40, ..PLAIN };
        let lines = table(
            &ui,
            0,
            &rows(&[&["a", "b", "c"], &["spans", "two columns and is long"], &["x", "y", "z"]]),
        );
        assert_eq!(lines, ["a      b  c", "spans  two columns and is long", "x      y  z"]);
    }

    #[test]
    fn wrapped_cells_are_whole() {
        let ui = Ui { width: 20, ..PLAIN };
        let lines = wrapped(&ui, 2, &rows(&[&["ab", "one two three four five"], &["abc", "x"]]));
        assert_eq!(lines, ["  ab   one two three", "       four five", "  abc  x"]);
        let lines = wrapped(&ui, 0, &rows(&[&["ab", &"word ".repeat(20)]]));
        assert_eq!(lines, ["ab  word word word", "    word word word", "    word word word …"]);
    }

    #[test]
    fn the_widest_column_gives_way_first() {
        let ui = Ui { width: 40, ..PLAIN };
        let lines =
            table(&ui, 0, &rows(&[&["a", "a very long cell that does not fit", "the meaning"], &["b", "c"]]));
        assert_eq!(lines, ["a  a very long cell that d…  the meaning", "b  c"]);
        let lines = table(&ui, 0, &rows(&[&["a cell of twenty cell", "a last cell that is cut here"]]));
        assert_eq!(lines, ["a cell of twenty …  a last cell that is…"]);
        assert!(lines.iter().all(|l| cells(l) <= 40));
        let all = Ui { verbose: true, ..ui };
        assert_eq!(table(&all, 0, &rows(&[&["a", &"b".repeat(90)]])), [format!("a  {}", "b".repeat(90))]);
    }
}
