//! Writes the pages, with their tags, bookmarks and links, and what stands at the head and foot of each.

use krilla::{
    Document, SerializeSettings,
    action::LinkAction,
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::{Destination, XyzDestination},
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag},
};
use time::OffsetDateTime;

use super::{
    Colour, HEIGHT, INK, MEASURE, PAGE, QUIET, SIDE, WARNING, WIDTH,
    flow::{Drawn, Flow, Letters, Place, Shape},
    font::{Faces, Shaped, Weight},
    line::Mark,
    tag::Leaf,
};
use crate::{Failed, LANGUAGE, Paper};

/// What is printed at the head and foot.
const SMALL: f32 = 8.5;

/// A place to click on a page: its leaf, its box, where it leads and what that is called.
type Click = (Leaf, Rect, Target, String);

pub(super) fn write(faces: &Faces, paper: &Paper, mut flow: Flow<'_>) -> Result<Vec<u8>, Failed> {
    let failed = |what: String| Failed(what);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| failed(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let pages = std::mem::take(&mut flow.pages);
    let count = pages.len();
    for (number, drawn) in pages.into_iter().enumerate() {
        let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| failed("a page has no size".to_owned()))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        let mut pen = Pen { faces, surface: &mut surface };
        pen.head(paper, number);
        let mut clicks: Vec<Click> = Vec::new();
        for drawn in drawn {
            match drawn {
                Drawn::Ground(box_, colour) => pen.ground(box_, colour),
                Drawn::Letters(letters) => {
                    let identifier = pen.letters(&letters);
                    flow.tags.fill(letters.leaf, identifier);
                    clicks.extend(click(&letters, &flow.headings));
                }
                Drawn::Number { id, y, size, leaf } => {
                    let page = flow.headings.iter().find(|place| place.id == id).map_or(0, |place| place.page) + 1;
                    let shaped = faces.shape(Weight::Regular, &page.to_string());
                    let x = SIDE + MEASURE - shaped.width * size;
                    let identifier = pen.tagged(|pen| pen.put(&shaped, Weight::Regular, x, y, size, INK));
                    flow.tags.fill(leaf, identifier);
                }
                Drawn::Figure { leaf, shapes } => {
                    let identifier = pen.figure(&shapes);
                    flow.tags.fill(leaf, identifier);
                }
            }
        }
        pen.foot(paper, number, count);
        surface.finish();
        for (leaf, area, target, words) in clicks {
            let link = Annotation::new_link(LinkAnnotation::new(area, target), Some(words));
            flow.tags.fill(leaf, page.add_tagged_annotation(link));
        }
        page.finish();
    }
    document.set_outline(outline(&flow.headings));
    document.set_metadata(metadata(paper));
    document.set_tag_tree(flow.tags.tree());
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

/// The bookmarks: sections, and their parts inside them.
fn outline(headings: &[Place]) -> Outline {
    let mut sections: Vec<OutlineNode> = Vec::new();
    for place in headings.iter().filter(|place| place.level <= 2) {
        let node = OutlineNode::new(place.words.clone(), destination(place));
        match sections.last_mut() {
            Some(section) if place.level > 1 => section.push_child(node),
            _ => sections.push(node),
        }
    }
    let mut outline = Outline::new();
    sections.into_iter().for_each(|section| outline.push_child(section));
    outline
}

fn destination(place: &Place) -> XyzDestination {
    XyzDestination::new(place.page, Point::from_xy(SIDE, (place.y - 8.0).max(0.0)))
}

fn metadata(paper: &Paper) -> Metadata {
    let date = |at: OffsetDateTime| {
        let at = at.to_offset(time::UtcOffset::UTC);
        DateTime::new(u16::try_from(at.year()).unwrap_or_default())
            .month(at.month().into())
            .day(at.day())
            .hour(at.hour())
            .minute(at.minute())
            .second(at.second())
            .utc_offset_hour(0)
            .utc_offset_minute(0)
    };
    let word = paper.status.as_ref().map(|status| format!("{}: ", status.word)).unwrap_or_default();
    Metadata::new()
        .title(format!("{word}{} – {}", paper.title, paper.owner))
        .description(paper.edition.clone())
        .language(LANGUAGE.to_owned())
        .authors(vec![paper.owner.clone()])
        .creator("Hedgerow".to_owned())
        .document_id(paper.identity.clone())
        .creation_date(date(paper.dated))
}

/// Where letters lead: within the document, or out of it.
fn click(letters: &Letters, headings: &[Place]) -> Option<Click> {
    let (Mark::Link(address), Some(leaf)) = (&letters.run.mark, letters.click) else { return None };
    let target = match address.strip_prefix('#') {
        Some(id) => {
            let place = headings.iter().find(|place| place.id == id)?;
            Target::Destination(Destination::Xyz(destination(place)))
        }
        None => Target::Action(LinkAction::new(address.clone()).into()),
    };
    let width = letters.run.letters.width * letters.size;
    let area = Rect::from_xywh(letters.x, letters.y - letters.size, width, letters.size * 1.3)?;
    Some((leaf, area, target, letters.run.letters.text.trim().to_owned()))
}

struct Pen<'a, 'b> {
    faces: &'a Faces,
    surface: &'a mut Surface<'b>,
}

impl Pen<'_, '_> {
    fn fill(&mut self, [red, green, blue]: Colour) {
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
    }

    fn put(&mut self, shaped: &Shaped, weight: Weight, x: f32, y: f32, size: f32, colour: Colour) {
        self.fill(colour);
        let font = self.faces.font(weight);
        self.surface.draw_glyphs(Point::from_xy(x, y), &shaped.glyphs, font, &shaped.text, size, false);
    }

    fn tagged(&mut self, draw: impl FnOnce(&mut Self)) -> Identifier {
        let identifier = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        draw(self);
        self.surface.end_tagged();
        identifier
    }

    fn artifact(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        let _ = self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        draw(self);
        self.surface.end_tagged();
    }

    fn letters(&mut self, letters: &Letters) -> Identifier {
        let Letters { x, y, size, colour, run, .. } = letters;
        self.tagged(|pen| pen.put(&run.letters, run.weight, *x, *y, *size, *colour))
    }

    fn ground(&mut self, area: [f32; 4], colour: Colour) {
        self.artifact(ArtifactType::Layout, |pen| pen.surface_of(area, colour));
    }

    fn surface_of(&mut self, [x, y, width, height]: [f32; 4], colour: Colour) {
        let mut path = PathBuilder::new();
        Rect::from_xywh(x, y, width, height).into_iter().for_each(|area| path.push_rect(area));
        if let Some(path) = path.finish() {
            self.fill(colour);
            self.surface.draw_path(&path);
        }
    }

    /// Draws what is one thing to whoever does not see it.
    fn figure(&mut self, shapes: &[Shape]) -> Identifier {
        const LINE: f32 = 0.9;
        let identifier = self.surface.start_tagged(ContentTag::Other);
        for shape in shapes {
            match shape {
                Shape::Area(area, false) => self.surface_of(*area, INK),
                Shape::Area([x, y, width, height], true) => {
                    self.surface_of([*x, *y, *width, *height], INK);
                    let inside = [x + LINE, y + LINE, width - 2.0 * LINE, height - 2.0 * LINE];
                    if inside.iter().skip(2).all(|side| *side > 0.0) {
                        self.surface_of(inside, PAGE);
                    }
                }
                Shape::Words { x, y, size, weight, letters } => self.put(letters, *weight, *x, *y, *size, INK),
            }
        }
        self.surface.end_tagged();
        identifier
    }

    /// The title on every page but the first, and on every page the word that has to be known.
    fn head(&mut self, paper: &Paper, number: usize) {
        let y = 44.0;
        let word = paper.status.as_ref().map(|status| self.faces.shape(Weight::Bold, &status.word));
        let title = self.faces.shape(Weight::Regular, &format!("{} – {}", paper.title, paper.owner));
        self.artifact(ArtifactType::Header, |pen| {
            if let Some(word) = &word {
                let x = SIDE + MEASURE - word.width * SMALL * 1.3;
                pen.put(word, Weight::Bold, x, y, SMALL * 1.3, WARNING);
            }
            if number > 0 {
                pen.put(&title, Weight::Regular, SIDE, y, SMALL, QUIET);
            }
        });
    }

    fn foot(&mut self, paper: &Paper, number: usize, count: usize) {
        let y = HEIGHT - 38.0;
        let edition = self.faces.shape(Weight::Regular, &paper.edition);
        let page = self.faces.shape(Weight::Regular, &format!("Page {} of {count}", number + 1));
        self.artifact(ArtifactType::Footer, |pen| {
            pen.put(&edition, Weight::Regular, SIDE, y, SMALL, QUIET);
            pen.put(&page, Weight::Regular, SIDE + MEASURE - page.width * SMALL, y, SMALL, QUIET);
        });
    }
}
