//! The accessibility statement and the privacy page.

use http::StatusCode;
use serde::Serialize;

use super::{posted::Guest, visit::Answer};
use crate::pages::{Page, part::Head};

/// A page of prose.
#[derive(Debug, Serialize)]
pub struct Prose {
    head: Head,
    parts: Vec<Passage>,
}

#[derive(Debug, Serialize)]
struct Passage {
    title: &'static str,
    texts: &'static [&'static str],
}

impl Page for Prose {
    const TEMPLATE: &'static str = "prose.html";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![accessibility_page(), privacy_page()]
    }
}

fn accessibility_page() -> Prose {
    let parts = vec![
        Passage {
            title: "How to use it your way",
            texts: &[
                "Every page works with a keyboard alone, with a screen reader, without JavaScript, at 400% zoom and on a phone.",
                "Nothing moves, nothing times out while you write without telling you, and no meaning rests on colour alone.",
            ],
        },
        Passage {
            title: "How far it complies",
            texts: &[
                "It is built to meet the Web Content Accessibility Guidelines version 2.2 at level AA. Pages are checked by program with every change; checks by people who use assistive technology are still to come.",
            ],
        },
        Passage {
            title: "If something does not work for you",
            texts: &[
                "Tell the person at your school who manages accounts. They pass it to the authority, which answers within 10 working days.",
                "If you are not content with the answer, the Equality Advisory and Support Service can help.",
            ],
        },
    ];
    Prose { head: Head::new("Accessibility", Vec::new()), parts }
}

fn privacy_page() -> Prose {
    let parts = vec![
        Passage {
            title: "What is kept about the people who use it",
            texts: &[
                "Your name, what you sign in with, the roles you hold and where, and a log of what you read and did. The log is kept so that children and families can be told who looked at their records.",
            ],
        },
        Passage {
            title: "What is kept about children",
            texts: &[
                "Concerns, cases and filter alerts belong to the school. They are sealed, open only to people whose role needs them, and destroyed by two people when they need not be kept any longer.",
                "Reports for governors and the authority hold counts only. Small counts are left out.",
            ],
        },
        Passage {
            title: "What you write and do not send",
            texts: &[
                "If your session ends before you send a form, what you wrote is kept for three days so that it is not lost. It is sealed, and only you can open it.",
            ],
        },
        Passage {
            title: "Cookies",
            texts: &[
                "One cookie keeps you signed in. A second one lets your browser be known again at sign-in and ends after half a year. There are no others, and nothing is sent to anybody else.",
            ],
        },
    ];
    Prose { head: Head::new("Privacy and cookies", Vec::new()), parts }
}

/// Shows the accessibility statement.
pub async fn accessibility(guest: Guest) -> Answer {
    guest.page(StatusCode::OK, &accessibility_page())
}

/// Shows the privacy page.
pub async fn privacy(guest: Guest) -> Answer {
    guest.page(StatusCode::OK, &privacy_page())
}
