//! What a report counts. Keys and definitions are those of the template's report lines.

/// One line of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its key.
    pub key: &'static str,
    /// What it counts, in a phrase.
    pub title: &'static str,
    /// What exactly is counted.
    pub definition: &'static str,
    /// The line it is the breakdown of; its parts add up to that line.
    pub breakdown_of: Option<&'static str>,
    /// The line whose things its parts sort, each into one part or several: they add up to nothing that is printed.
    pub sorts: Option<&'static str>,
    /// The requirements it carries.
    pub requirements: &'static [&'static str],
}

const fn line(
    key: &'static str,
    title: &'static str,
    definition: &'static str,
    requirements: &'static [&'static str],
) -> Line {
    Line { key, title, definition, breakdown_of: None, sorts: None, requirements }
}

const fn breakdown(of: &'static str, line: Line) -> Line {
    Line { breakdown_of: Some(of), ..line }
}

/// The lines of a school's report, in order.
pub const LINES: &[Line] = &[
    line("concerns_recorded", "Concerns recorded", "Concerns entered in the period.", &["R-013", "R-014", "R-037"]),
    breakdown(
        "concerns_recorded",
        line(
            "concerns_by_origin",
            "Concerns by origin",
            "Concerns entered in the period, by whether a person or an alert raised them.",
            &["R-014"],
        ),
    ),
    line("cases_opened", "Cases opened", "Cases opened in the period.", &["R-014", "R-037"]),
    breakdown(
        "cases_opened",
        line(
            "cases_by_procedure",
            "Cases by kind of incident",
            "Cases opened in the period, by the procedure they are worked by.",
            &["R-014", "R-036", "R-037"],
        ),
    ),
    Line {
        sorts: Some("cases_opened"),
        ..line(
            "cases_by_risk",
            "Cases by kind of risk",
            "Cases opened in the period, by content, contact, conduct and commerce; a case may count in several.",
            &["R-004", "R-036"],
        )
    },
    line(
        "cases_closed",
        "Cases closed",
        "Cases closed in the period; one opened again and closed again counts each time.",
        &["R-014", "R-037"],
    ),
    line(
        "cases_reopened",
        "Cases opened again",
        "Closed cases opened again in the period: those are open cases once more, until they are closed again.",
        &["R-014", "R-037"],
    ),
    breakdown(
        "cases_closed",
        line(
            "cases_by_outcome",
            "Cases by outcome",
            "Cases closed in the period, by recorded outcome.",
            &["R-014", "R-036"],
        ),
    ),
    line("deviations", "Steps skipped", "Steps skipped with a reason in cases closed in the period.", &["R-026"]),
    line("referrals_made", "Referrals made", "Referrals sent in the period.", &["R-014", "R-257"]),
    line(
        "referrals_decided",
        "Referrals with an outcome",
        "Referrals whose outcome was recorded in the period.",
        &["R-014"],
    ),
    line(
        "parents_told",
        "Parents told",
        "Decisions to tell the parents of a child, made in the period.",
        &["R-014", "R-258"],
    ),
    line(
        "parents_not_told",
        "Parents not told",
        "Decisions, each with its reason, not to tell the parents of a child, made in the period.",
        &["R-014", "R-258"],
    ),
    line(
        "shared_incidents",
        "Incidents shared with other schools",
        "Shared incidents the school opened to another or joined in the period.",
        &["R-014", "R-280"],
    ),
    line("alerts_raised", "Alerts raised", "Alerts of the filter raised in the period.", &["R-011", "R-021", "R-103"]),
    breakdown(
        "alerts_raised",
        line(
            "alerts_by_theme",
            "Alerts by theme",
            "Alerts raised in the period, by category.",
            &["R-011", "R-036", "R-103"],
        ),
    ),
    line(
        "lines_received",
        "Log lines received",
        "Lines received from the school's filter feeds in the period.",
        &["R-011", "R-136"],
    ),
    line(
        "lines_noise",
        "Log lines of what machines do by themselves",
        "Lines of updates, checks, adverts and parts of pages, which nobody asked for: counted, and never judged.",
        &["R-136"],
    ),
    line(
        "lines_rejected",
        "Log lines refused",
        "Lines that could not be read or were no web use, each with its reason on the feed's page.",
        &["R-124", "R-136"],
    ),
    line(
        "monitoring_days",
        "School days on which filtering was to be shown to work",
        "School days in the period, as far as they are counted, on which something was expected of a filter feed.",
        &["R-136"],
    ),
    line(
        "monitoring_coverage",
        "School days on which filtering was shown to work",
        "Of these days, those on which every feed was heard as often as was expected. Lines that come late are counted in.",
        &["R-136"],
    ),
    line(
        "monitoring_gap_minutes",
        "Minutes without proof that filtering worked",
        "Minutes of school days in the period in which a feed was not heard for longer than was to be expected.",
        &["R-136"],
    ),
    line(
        "unblock_requests",
        "Requests to unblock a site",
        "Requests of staff to unblock what the filter stops, decided in the period.",
        &["R-120"],
    ),
    line(
        "unblock_requests_approved",
        "Requests to unblock that were approved",
        "Of these requests, those that were approved.",
        &["R-120"],
    ),
];

/// Lines whose counts concern no person, and are printed as they are.
pub fn counts_people(key: &str) -> bool {
    const OF_NOBODY: [&str; 8] = [
        "lines_received",
        "lines_noise",
        "lines_rejected",
        "monitoring_days",
        "monitoring_coverage",
        "monitoring_gap_minutes",
        "unblock_requests",
        "unblock_requests_approved",
    ];
    !OF_NOBODY.contains(&key)
}

/// A part's name on the page.
pub fn part_title(part: &str) -> String {
    let known = match part {
        "P0" => "General welfare",
        "P1" => "Sexual violence and harassment between children",
        "P2" => "Nudes and semi-nudes",
        "P3" => "Sexual abuse and exploitation",
        "P4" => "Indecent images of children",
        "P5" => "Cyberbullying",
        "P6" => "Online hate",
        "P7" => "Radicalisation and extremism",
        "P8" => "Filtering breaches",
        "P9" => "Allegations against adults",
        "P10" => "Low-level concerns about adults",
        "P11" => "Lost or exposed data",
        "P12" => "Content on a platform",
        "staff" => "Recorded by staff",
        "public" => "From the public report page",
        "alert" => "From a filter alert",
        theme => return chassis::theme::title(theme),
    };
    known.to_owned()
}
