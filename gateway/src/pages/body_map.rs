//! Where on a body something was seen: a list in words, and a drawing that shows the same.

use serde::Serialize;

use super::words::{self, reporter::BODY_AREAS};

/// What is marked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BodyMap {
    /// The areas in words; none where nothing is marked.
    areas: Vec<String>,
    shapes: Vec<Shape>,
}

/// One part of the drawing.
#[derive(Debug, Clone, Serialize)]
struct Shape {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
    round: u16,
    marked: bool,
}

/// An area, where it is drawn, and how round: from the front on the left, from the back on the right. What is left on the
/// body is on the right of a drawing that looks at it.
const SHAPES: [(&str, [u16; 5]); 27] = [
    ("head", [60, 6, 30, 16, 8]),
    ("face", [60, 22, 30, 22, 8]),
    ("neck", [69, 44, 12, 8, 2]),
    ("chest", [52, 52, 46, 38, 6]),
    ("stomach", [54, 90, 42, 32, 4]),
    ("private_area", [60, 122, 30, 14, 4]),
    ("right_arm", [36, 54, 14, 62, 6]),
    ("left_arm", [100, 54, 14, 62, 6]),
    ("right_hand", [35, 118, 15, 18, 6]),
    ("left_hand", [100, 118, 15, 18, 6]),
    ("right_leg", [54, 138, 20, 82, 6]),
    ("left_leg", [76, 138, 20, 82, 6]),
    ("right_foot", [50, 222, 24, 14, 5]),
    ("left_foot", [76, 222, 24, 14, 5]),
    ("head", [210, 6, 30, 38, 10]),
    ("neck", [219, 44, 12, 8, 2]),
    ("upper_back", [202, 52, 46, 38, 6]),
    ("lower_back", [204, 90, 42, 30, 4]),
    ("bottom", [204, 120, 42, 18, 6]),
    ("left_arm", [186, 54, 14, 62, 6]),
    ("right_arm", [250, 54, 14, 62, 6]),
    ("left_hand", [185, 118, 15, 18, 6]),
    ("right_hand", [250, 118, 15, 18, 6]),
    ("left_leg", [204, 140, 20, 80, 6]),
    ("right_leg", [226, 140, 20, 80, 6]),
    ("left_foot", [200, 222, 24, 14, 5]),
    ("right_foot", [226, 222, 24, 14, 5]),
];

impl BodyMap {
    /// With these areas marked.
    pub fn new(marked: &[String]) -> Self {
        let shape = |(area, [x, y, width, height, round]): &(&str, [u16; 5])| Shape {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
            round: *round,
            marked: marked.iter().any(|code| code == area),
        };
        Self {
            areas: marked.iter().map(|code| words::called(BODY_AREAS, code)).collect(),
            shapes: if marked.is_empty() { Vec::new() } else { SHAPES.iter().map(shape).collect() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_is_drawn() {
        for (code, _) in BODY_AREAS {
            let map = BodyMap::new(&[(*code).to_owned()]);
            assert!(map.shapes.iter().any(|shape| shape.marked), "{code}");
            assert!(!map.areas[0].is_empty());
        }
        assert!(BodyMap::new(&[]).shapes.is_empty());
    }
}
