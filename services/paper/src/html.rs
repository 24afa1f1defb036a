//! A web page that needs nothing beside it: no script, no picture, no sheet of its own.

use std::fmt::Write as _;

use crate::{
    Block, CONTENTS, Chart, Item, LANGUAGE, Paper, Table, chart,
    text::{Span, Text, escaped},
};

const STYLE: &str = include_str!("html/page.css");

/// Writes the page.
pub(crate) fn write(paper: &Paper) -> String {
    let mut page = Page::default();
    let word = paper.status.as_ref().map(|status| format!("{}: ", status.word)).unwrap_or_default();
    let name = escaped(&format!("{word}{} – {} – {}", paper.title, paper.edition, paper.owner));
    page.put(&format!(
        "<!DOCTYPE html>\n<html lang=\"{LANGUAGE}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to main content</a>\n<header>\n<h1>{}</h1>\n<p class=\"owner\">{}</p>\n",
        escaped(&paper.title),
        escaped(&paper.owner)
    ));
    if let Some(status) = &paper.status {
        page.put(&format!(
            "<p class=\"status\"><strong>{}</strong>: {}</p>\n",
            escaped(&status.word),
            escaped(&status.meaning)
        ));
    }
    page.put("</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    for block in &paper.blocks {
        page.block(paper, block);
    }
    page.put(&format!(
        "</main>\n<footer>\n<p>{} – {}</p>\n</footer>\n</body>\n</html>\n",
        escaped(&paper.edition),
        escaped(&paper.owner)
    ));
    page.html
}

#[derive(Default)]
struct Page {
    html: String,
    tables: usize,
    charts: usize,
}

impl Page {
    fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn block(&mut self, paper: &Paper, block: &Block) {
        match block {
            Block::Contents => self.contents(paper),
            Block::Heading { level, id, text } => {
                let level = level + 1;
                self.put(&format!("<h{level} id=\"{}\">{}</h{level}>\n", escaped(id), inline(text)));
            }
            Block::Paragraph(text) => self.put(&format!("<p>{}</p>\n", inline(text))),
            Block::List { counted, items } => self.list(*counted, items),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
        }
    }

    fn contents(&mut self, paper: &Paper) {
        self.put(&format!("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">{CONTENTS}</h2>\n<ul>\n"));
        // A part stands in a list inside the entry of its section.
        let (mut open, mut inside) = (false, false);
        for (level, id, text) in paper.headings() {
            match (level > 1, open, inside) {
                (true, true, false) => {
                    self.put("\n<ul>\n");
                    inside = true;
                }
                (true, _, true) => self.put("</li>\n"),
                (false, _, true) => {
                    self.put("</li>\n</ul>\n</li>\n");
                    inside = false;
                }
                (_, true, false) => self.put("</li>\n"),
                _ => {}
            }
            self.put(&format!("<li><a href=\"#{}\">{}</a>", escaped(id), escaped(&text.to_string())));
            open = true;
        }
        self.put(match (open, inside) {
            (true, true) => "</li>\n</ul>\n</li>\n",
            (true, false) => "</li>\n",
            _ => "",
        });
        self.put("</ul>\n</nav>\n");
    }

    fn list(&mut self, counted: bool, items: &[Item]) {
        let tag = if counted { "ol" } else { "ul" };
        self.put(&format!("<{tag}>\n"));
        for item in items {
            self.put(&format!("<li>{}", inline(&item.text)));
            for line in &item.more {
                self.put(&format!("\n<p class=\"more\">{}</p>", inline(line)));
            }
            self.put("</li>\n");
        }
        self.put(&format!("</{tag}>\n"));
    }

    /// Bars in black and white: this term's are full, others are outlines, so that print and forced colours keep them apart.
    fn chart(&mut self, chart: &Chart) {
        self.charts += 1;
        let (id, laid) = (format!("chart-{}", self.charts), chart.laid());
        let (width, height) = (chart::WIDTH, laid.height);
        self.put(&format!(
            "<figure>\n<figcaption id=\"{id}\">{}</figcaption>\n<svg role=\"img\" aria-labelledby=\"{id}\" \
             aria-describedby=\"{id}-text\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
             <desc id=\"{id}-text\">{}</desc>\n",
            escaped(&chart.caption),
            escaped(&chart.description)
        ));
        for area in &laid.areas {
            let fill = if area.hollow { "Canvas" } else { "CanvasText" };
            self.put(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" stroke=\"CanvasText\"></rect>\n",
                area.x, area.y, area.width, area.height
            ));
        }
        for words in &laid.words {
            let weight = if words.names { " font-weight=\"bold\"" } else { "" };
            self.put(&format!(
                "<text x=\"{}\" y=\"{}\" font-size=\"12\" fill=\"CanvasText\"{weight}>{}</text>\n",
                words.x,
                words.y,
                escaped(&words.text)
            ));
        }
        self.put("</svg>\n</figure>\n");
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let id = format!("table-{}", self.tables);
        let kind = if table.columns.is_empty() { " class=\"pairs\"" } else { "" };
        self.put(&format!(
            "<div class=\"wide\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table{kind}>\n"
        ));
        self.put(&format!("<caption id=\"{id}\">{}</caption>\n", escaped(&table.caption)));
        if !table.columns.is_empty() {
            self.put("<thead>\n<tr>");
            for column in &table.columns {
                self.put(&format!("<th scope=\"col\">{}</th>", escaped(column)));
            }
            self.put("</tr>\n</thead>\n");
        }
        self.put("<tbody>\n");
        for row in &table.rows {
            self.put("<tr>");
            for (place, cell) in row.iter().enumerate() {
                let lines: Vec<String> = cell.iter().map(inline).collect();
                let lines = lines.join("<br>");
                if place == 0 {
                    self.put(&format!("<th scope=\"row\">{lines}</th>"));
                } else {
                    self.put(&format!("<td>{lines}</td>"));
                }
            }
            self.put("</tr>\n");
        }
        self.put("</tbody>\n</table>\n</div>\n");
    }
}

fn inline(text: &Text) -> String {
    let mut html = String::new();
    for span in text.spans() {
        let words = escaped(span.words());
        let _ = match span {
            Span::Words(_) => write!(html, "{words}"),
            Span::Strong(_) => write!(html, "<strong>{words}</strong>"),
            Span::Blank(_) => write!(html, "<mark>{words}</mark>"),
            Span::Link { address, .. } => write!(html, "<a href=\"{}\">{words}</a>", escaped(address)),
        };
    }
    html
}
