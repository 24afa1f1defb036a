//! Where in a document a field stands: what is wrong is told by the name of its field, and people look for it by its line.

/// One step of the way to a field.
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// The line of a document that a field stands in, from 1, or the nearest thing around it; none where it is of no line, as
/// a section that is missing.
pub fn line_of(document: &str, field: &str) -> Option<usize> {
    if let Some(number) = field.strip_prefix("line ") {
        return number.parse().ok().filter(|line| *line > 0);
    }
    let lines: Vec<&str> = document.lines().collect();
    let mut block = 0..lines.len();
    let mut found = None;
    for step in steps(field) {
        let at = match step {
            Step::Key(key) => child(&lines, block.clone(), key),
            Step::Item(place) => items(&lines, block.clone()).nth(place),
        };
        let Some(at) = at else { break };
        found = Some(at + 1);
        let below = below(&lines, at, block.end);
        block = match step {
            // An item begins in its own line.
            Step::Item(_) => at..below,
            Step::Key(_) => at + 1..below,
        };
    }
    found
}

/// `samples[0].expect.user` as steps; a path within `expect` ends where no key is found any more.
fn steps(field: &str) -> impl Iterator<Item = Step<'_>> {
    field.split('.').flat_map(|part| {
        let (key, rest) = part.split_once('[').unwrap_or((part, ""));
        let item = rest.strip_suffix(']').and_then(|place| place.parse().ok()).map(Step::Item);
        std::iter::once(Step::Key(key)).chain(item)
    })
}

/// A line says nothing that is empty or a remark.
fn says(line: &str) -> bool {
    let text = line.trim_start();
    !text.is_empty() && !text.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The text of a line behind the dash of an item, and how far in it stands.
fn inside(line: &str) -> (&str, usize) {
    let (mut text, mut depth) = (line.trim_start_matches(' '), indent(line));
    while let Some(rest) = text.strip_prefix("- ") {
        depth += 2 + indent(rest);
        text = rest.trim_start_matches(' ');
    }
    (text, depth)
}

/// The line of a key directly within a block.
fn child(lines: &[&str], block: std::ops::Range<usize>, key: &str) -> Option<usize> {
    let said = |at: &usize| lines.get(*at).is_some_and(|line| says(line));
    let depth = block.clone().filter(said).map(|at| inside(lines[at]).1).min()?;
    block.filter(said).find(|at| {
        let (text, own) = inside(lines[*at]);
        let text = text.trim_start_matches(['"', '\'']);
        let rest = text.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']));
        own == depth && rest.is_some_and(|rest| rest.starts_with(':'))
    })
}

/// The lines that the items of a block begin in.
fn items(lines: &[&str], block: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
    let begins = |line: &str| line.trim_start_matches(' ').starts_with("- ");
    let depth = block.clone().find(|at| begins(lines[*at])).map(|at| indent(lines[at]));
    block.filter(move |at| begins(lines[*at]) && Some(indent(lines[*at])) == depth)
}

/// Where a block ends that begins in a line: before the next line that says something no further in. Items may stand as
/// far in as the key they belong to.
fn below(lines: &[&str], at: usize, end: usize) -> usize {
    let (own, item) = (indent(lines[at]), lines[at].trim_start_matches(' ').starts_with("- "));
    let goes_on = |line: &str| {
        let listed = !item && line.trim_start_matches(' ').starts_with("- ") && indent(line) == own;
        !says(line) || indent(line) > own || listed
    };
    (at + 1..end).find(|next| !goes_on(lines[*next])).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# fields: of a remark\nprofile: larkspur\nfields:\n  user: account\n\n  url:\n    from: where\n\
                            time:\n- from: day\n  zone: feed\n- from: clock\nsamples:\n  - line: \"a\"\n    expect: {user: u1}\n\
                            \x20 - line: \"b\"\n    expect:\n      user: u2\n      \"outcome\": blocked\n";

    #[test]
    fn a_field_is_found_by_its_line_or_by_what_stands_around_it() {
        let line = |field| line_of(DOCUMENT, field);
        assert_eq!((line("profile"), line("fields"), line("fields.url")), (Some(2), Some(3), Some(6)));
        assert_eq!((line("time[0].zone"), line("time[1]")), (Some(10), Some(11)));
        assert_eq!((line("samples[0].line"), line("samples[0].expect.user")), (Some(13), Some(14)));
        assert_eq!((line("samples[1].expect.user"), line("samples[1].expect.outcome")), (Some(17), Some(18)));
        assert_eq!((line("samples[1].expect.url.host"), line("samples[9]")), (Some(16), Some(12)));
        assert_eq!((line("layout"), line("line 7"), line("line 0"), line("")), (None, Some(7), None, None));
    }
}
