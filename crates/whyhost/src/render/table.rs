//! Borderless tables with aligned columns.

use super::style::{Ui, cells, shorten};

/// Space between two columns.
const GAP: usize = 2;

/// Lays `rows` out in columns, indented; the widest column is cut where the line would be wider than the screen.
///
/// A coloured cell that must be cut loses its colour.
pub(crate) fn table(ui: &Ui, indent: usize, rows: &[Vec<String>]) -> Vec<String> {
    let widths = widths(ui, indent, rows);
    rows.iter().map(|row| line(ui, indent, &widths, row)).collect()
}

/// The width of every column: the widest cell, with the widest column giving way where the sum is too much.
fn widths(ui: &Ui, indent: usize, rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns)
        .map(|i| rows.iter().filter_map(|r| r.get(i)).map(|c| cells(c)).max().unwrap_or(0))
        .collect();
    let room = ui.width.saturating_sub(indent + GAP * columns.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max_by_key(|w| **w).filter(|w| **w > 8) else { break };
        *widest -= 1;
    }
    widths
}

fn line(ui: &Ui, indent: usize, widths: &[usize], row: &[String]) -> String {
    let mut out = " ".repeat(indent);
    for (i, (cell, width)) in row.iter().zip(widths).enumerate() {
        let cell = fit(ui, cell, *width);
        out.push_str(&cell);
        if i + 1 < row.len() {
            out.push_str(&" ".repeat(width.saturating_sub(cells(&cell)) + GAP));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Cuts a plain cell; a coloured one that is too long loses its colour first.
fn fit(ui: &Ui, cell: &str, width: usize) -> String {
    if cells(cell) <= width {
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
    fn the_widest_column_gives_way() {
        let ui = Ui { width: 30, ..PLAIN };
        let lines = table(&ui, 0, &rows(&[&["short", "a very long cell that does not fit"], &["b", "c"]]));
        assert_eq!(lines, ["short  a very long cell that …", "b      c"]);
        assert!(lines.iter().all(|l| cells(l) <= 30));
    }
}
