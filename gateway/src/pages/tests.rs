//! Every template with every sample: it renders, has one heading, unique ids, a label for every field, and every
//! error leads somewhere.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::{
    Page, asset, component,
    form::FormPage,
    frame::{Contact, Frame, Item, Person},
    html,
    part::Link,
};
use crate::console::samples::each;

fn frame() -> Frame {
    let item = |text: &str, active| Item { link: Link::new(text, "/x"), active };
    Frame {
        school: "Thistledown Grange School".into(),
        person: Some(Person { name: "R <Okafor>".into(), csrf: "token".into() }),
        navigation: vec![item("Home", true), item("Cases", false)],
        switch: true,
        contacts: vec![Contact::new("Children’s services", "tel", "01632 960100")],
        notice: "The entry is added".into(),
        ..Frame::bare("Northshire Council", "ref-1")
    }
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let marker = format!(" {name}=\"");
    html.match_indices(&marker).map(|(i, _)| html[i + marker.len()..].split('"').next().unwrap()).collect()
}

fn check(name: &str, html: &str) {
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
    assert_eq!(html.matches("<main").count(), 1, "{name}: one main landmark");
    let ids = attributes(html, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{name}: ids are unique: {ids:?}");
    for reference in ["aria-labelledby", "aria-describedby"] {
        for id in attributes(html, reference).iter().flat_map(|ids| ids.split_whitespace()) {
            assert!(unique.contains(id), "{name}: {reference} names {id}, which is not there");
        }
    }
    let labels: BTreeSet<&str> = attributes(html, "for").into_iter().collect();
    for (start, _) in
        html.match_indices("<input").chain(html.match_indices("<textarea")).chain(html.match_indices("<select"))
    {
        let tag = html[start..].split('>').next().unwrap();
        if !tag.contains("type=\"hidden\"") {
            let id = attributes(tag, "id");
            assert!(id.first().is_some_and(|id| labels.contains(id)), "{name}: no label for {tag}");
        }
    }
    for href in attributes(html, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(unique.contains(href), "{name}: a link leads to #{href}, which is not there");
    }
    let handler = |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with("=\"");
    let handlers = html.match_indices(" on").any(|(i, marker)| handler(&html[i + marker.len()..]));
    assert!(!html.contains(" style=") && !html.contains("<style") && !handlers, "{name}: nothing inline");
    assert!(!html.contains("GOV.UK"), "{name}: nobody else’s brand");
    let posts = html.matches("method=\"post\"").count();
    assert_eq!(html.matches("name=\"csrf\"").count(), posts, "{name}: every form carries its token");
    let digits = html.match_indices("<h").filter_map(|(i, _)| html[i + 2..].chars().next()?.to_digit(10));
    let levels: Vec<u32> = digits.collect();
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: no heading skips a level: {levels:?}");
    // One that is hidden waits for what a script finds.
    let shown = |(at, _): (usize, &str)| !html[at..].split('>').next().is_some_and(|tag| tag.ends_with(" hidden"));
    let errors = html.match_indices("class=\"govuk-error-summary\"").any(shown);
    assert_eq!(html.contains("<title>Error: "), errors, "{name}: the title says that there is an error");
}

/// Leaves a page for a browser to look at, where the environment names a folder for that.
fn leave(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("HEDGEROW_PAGES") {
        let path = std::path::Path::new(&folder).join(name.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_page_renders_with_every_sample() {
    let mut seen = BTreeSet::new();
    let mut failed = Vec::new();
    let mut found = |template: &str, n: usize, rendered: chassis::error::Result<String>| {
        seen.insert(template.to_owned());
        match rendered {
            Ok(html) => {
                leave(&format!("{}-{n}.html", template.trim_end_matches(".html")), html.as_bytes());
                check(&format!("{template} with sample {n}"), &html);
            }
            Err(e) => failed.push(format!("{template} with sample {n}: {:?}", std::error::Error::source(&e))),
        }
    };
    each(&mut found, &frame());
    for (name, _, bytes) in asset::ASSETS {
        leave(&asset::path(name), bytes);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let pages = asset::TEMPLATES.iter().map(|(name, _)| (*name).to_owned());
    let pages: BTreeSet<String> = pages.filter(|name| !name.starts_with("macro/") && name != "layout.html").collect();
    assert_eq!(seen, pages, "every template has samples");
}

#[test]
fn what_people_wrote_is_never_markup() {
    let page = FormPage::samples().into_iter().find(|page| !page.form.problems.is_empty()).unwrap();
    assert!(!html(&frame(), &page).unwrap().contains("<Okafor>"));
    for page in FormPage::samples() {
        let html = html(&frame(), &page).unwrap();
        assert!(!html.contains("<b>more</b>"), "{html}");
    }
}

/// The components render what their makers say they render: each package ships its own examples.
#[test]
fn components_render_the_published_examples() {
    let folder = std::path::Path::new(env!("HEDGEROW_ASSETS")).join("fixtures");
    let mut compared = 0;
    for (name, folder_name) in component::COMPONENTS {
        let text = std::fs::read_to_string(folder.join(format!("{folder_name}.json"))).unwrap();
        let examples: serde_json::Value = serde_json::from_str(&text).unwrap();
        for example in examples["fixtures"].as_array().unwrap() {
            let params = minijinja::Value::from(minijinja::value::Serde(&example["options"]));
            let html = component::render(name, &params).unwrap();
            let expected = example["html"].as_str().unwrap();
            assert_eq!(plain(&html), plain(expected), "{name}: {}", example["name"]);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}

/// Markup without differences of white space and of how characters are written.
fn plain(html: &str) -> String {
    let html = html.replace("&#x27;", "'").replace("&#39;", "'").replace("&#34;", "\"").replace("&quot;", "\"");
    let html = html
        .replace("&#x2f;", "/")
        .replace("&#47;", "/")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&");
    html.chars().filter(|c| !c.is_whitespace()).collect()
}
