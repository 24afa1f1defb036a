//! Photos as they may be kept: JPEG or PNG by their own bytes, and without anything but the picture. What a camera or a
//! program wrote beside it (place, time, device, comments, a smaller picture from before it was cut) is left out.

/// The largest file, in bytes.
pub const LARGEST: usize = 10 << 20;

/// A photo that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// `image/jpeg` or `image/png`.
    pub media_type: &'static str,
    /// The picture and nothing else.
    pub bytes: Vec<u8>,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What of a PNG makes the picture.
const CHUNKS: [&[u8]; 10] = [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT"];
/// How a JPEG's segments of a camera begin.
const EXIF: &[u8] = b"Exif\0\0";

/// Reads a file as a photo; what to do instead where it is none.
///
/// # Errors
/// A sentence for the person who sent it.
pub fn photo(bytes: &[u8]) -> Result<Photo, &'static str> {
    if bytes.is_empty() {
        return Err("Select a file that is not empty");
    }
    if bytes.len() > LARGEST {
        return Err("The photo must be 10 MB or smaller");
    }
    let whole = "The photo must be whole: take it again, or save it anew as JPEG or PNG";
    if bytes.starts_with(PNG) {
        return png(bytes).map(|bytes| Photo { media_type: "image/png", bytes }).ok_or(whole);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return jpeg(bytes).map(|bytes| Photo { media_type: "image/jpeg", bytes }).ok_or(whole);
    }
    Err("The photo must be a JPEG or PNG file")
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = PNG.to_vec();
    let mut rest = bytes.get(PNG.len()..)?;
    let (mut first, mut picture) = (true, false);
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let chunk = rest.get(..length.checked_add(12)?)?;
        let kind = chunk.get(4..8)?;
        if first != (kind == b"IHDR") {
            return None;
        }
        first = false;
        if CHUNKS.contains(&kind) {
            kept.extend_from_slice(chunk);
        }
        picture |= kind == b"IDAT";
        if kind == b"IEND" {
            // What follows the end of a picture is no part of it.
            return picture.then_some(kept);
        }
        rest = rest.get(chunk.len()..)?;
    }
}

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = vec![0xff, 0xd8];
    let (mut place, mut sized, mut drawn) = (2, false, false);
    loop {
        while bytes.get(place..place + 2)? == [0xff, 0xff] {
            place += 1;
        }
        let [0xff, marker] = *bytes.get(place..)?.first_chunk()? else { return None };
        place += 2;
        match marker {
            0xd9 => {
                kept.extend([0xff, 0xd9]);
                return (sized && drawn).then_some(kept);
            }
            0x01 | 0xd0..=0xd7 => {
                kept.extend([0xff, marker]);
                continue;
            }
            0x00 | 0xd8 => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*bytes.get(place..)?.first_chunk()?));
        let segment = bytes.get(place..place.checked_add(length)?).filter(|_| length >= 2)?;
        place += length;
        let data = segment.get(2..)?;
        match marker {
            // Of the camera's own words, only how it was held: else the photo would stand on its head.
            0xe1 if data.starts_with(EXIF) => kept.extend(orientation(data).map(upright).unwrap_or_default()),
            // Without the smaller picture that may stand in it.
            0xe0 if data.starts_with(b"JFIF\0") => {
                kept.extend([0xff, 0xe0, 0, 16]);
                kept.extend(data.get(..12)?);
                kept.extend([0, 0]);
            }
            // How its colours are meant.
            0xee if data.starts_with(b"Adobe") => copy(&mut kept, marker, segment),
            0xe0..=0xef | 0xfe => {}
            0xda => {
                drawn = true;
                copy(&mut kept, marker, segment);
                let from = place;
                // The picture's own bytes go on until a marker that stands for something else than itself.
                while !matches!(bytes.get(place..place + 2)?, [0xff, m] if !matches!(m, 0x00 | 0xd0..=0xd7)) {
                    place += 1;
                }
                kept.extend_from_slice(bytes.get(from..place)?);
            }
            _ => {
                sized |= matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
                copy(&mut kept, marker, segment);
            }
        }
    }
}

fn copy(kept: &mut Vec<u8>, marker: u8, segment: &[u8]) {
    kept.extend([0xff, marker]);
    kept.extend_from_slice(segment);
}

/// How the camera was held, 2 to 8, as its segment says; none where upright or unsaid.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.get(EXIF.len()..)?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two = *tiff.get(at..)?.first_chunk()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let four = *tiff.get(4..)?.first_chunk()?;
    let start = if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
    let start = usize::try_from(start).ok()?;
    let entries = usize::from(short(start)?);
    let found = (0..entries).map(|n| start + 2 + n * 12).find(|at| short(*at) == Some(0x0112))?;
    u8::try_from(short(found + 8)?).ok().filter(|way| (2..=8).contains(way))
}

/// The least segment that says how a camera was held.
fn upright(way: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend_from_slice(EXIF);
    segment.extend_from_slice(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend([way, 0, 0, 0, 0, 0, 0]);
    segment
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len() + 2).unwrap_or_default().to_be_bytes();
        [&[0xff, marker], length.as_slice(), data].concat()
    }

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        [&u32::try_from(data.len()).unwrap_or_default().to_be_bytes(), kind, data, &[1, 2, 3, 4]].concat()
    }

    /// A photo as a phone takes it: with where, when and by which device, and a second picture after its end.
    pub(crate) fn from_a_phone() -> Vec<u8> {
        let exif = [
            EXIF,
            b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x08\0\0\0\0\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0canary 51.5N 0.1W",
        ]
        .concat();
        [
            vec![0xff, 0xd8],
            segment(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01canary"),
            segment(0xe1, &exif),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0canary"),
            segment(0xe2, b"MPF\0canary"),
            segment(0xed, b"Photoshop 3.0\0canary"),
            segment(0xfe, b"canary"),
            segment(0xdb, &[7; 65]),
            segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
            segment(0xda, &[1, 1, 0, 0, 63, 0]),
            vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
            vec![0xff, 0xd9],
            b"canary after the end".to_vec(),
        ]
        .concat()
    }

    fn canaries(bytes: &[u8]) -> usize {
        bytes.windows(6).filter(|w| *w == b"canary").count()
    }

    #[test]
    fn a_photo_is_kept_without_what_the_camera_wrote() {
        let sent = from_a_phone();
        assert_eq!(canaries(&sent), 7);
        let kept = photo(&sent).map(|photo| photo.bytes).unwrap_or_default();
        assert_eq!(canaries(&kept), 0);
        assert!(kept.ends_with(&[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9]), "the picture is whole");
        let camera = kept.windows(6).position(|w| w == EXIF).and_then(|at| kept.get(at..)).unwrap_or_default();
        assert_eq!(orientation(camera), Some(6), "it still stands upright");
        assert_eq!(photo(&kept).map(|photo| photo.bytes), Ok(kept), "a second cleaning finds nothing");
    }

    #[test]
    fn a_screenshot_is_kept_without_its_words() {
        let sent = [
            PNG.to_vec(),
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", b"Author\0canary"),
            chunk(b"eXIf", b"canary"),
            chunk(b"IDAT", b"picture"),
            chunk(b"IEND", b""),
            b"canary".to_vec(),
        ]
        .concat();
        let kept = photo(&sent).map(|photo| photo.bytes).unwrap_or_default();
        assert_eq!((canaries(&sent), canaries(&kept)), (3, 0));
        assert!(kept.windows(7).any(|w| w == b"picture"));
    }

    #[test]
    fn what_is_no_photo_is_refused_whatever_it_is_called() {
        let cut = from_a_phone().get(..200).map(<[u8]>::to_vec).unwrap_or_default();
        let large = vec![0; LARGEST + 1];
        for (file, fix) in [
            (b"".as_slice(), "not empty"),
            (b"%PDF-1.7", "JPEG or PNG"),
            (b"GIF89a", "JPEG or PNG"),
            (b"<svg onload=alert(1)>", "JPEG or PNG"),
            (b"PK\x03\x04", "JPEG or PNG"),
            (&cut, "whole"),
            (PNG, "whole"),
            (&large, "10 MB"),
        ] {
            assert!(photo(file).is_err_and(|said| said.contains(fix)), "{fix}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_breaks_the_reading(
            head in prop::sample::select(vec![vec![0xff, 0xd8, 0xff], PNG.to_vec(), from_a_phone()]),
            tail in prop::collection::vec(any::<u8>(), 0..600),
            flip in any::<prop::sample::Index>(),
        ) {
            let mut file = [head, tail].concat();
            let at = flip.index(file.len());
            file[at] ^= 0x20;
            if let Ok(kept) = photo(&file) {
                prop_assert!(kept.bytes.len() <= file.len() + 36);
                prop_assert_eq!(photo(&kept.bytes).map(|again| again.bytes), Ok(kept.bytes.clone()));
            }
        }
    }
}
