//! What an alert of the filter says, in the words a case keeps it in.

use chassis::{clock::moment, theme};
use proto::filtering_ingest::v1::{Alert, AlertDeletion};
use time::{Date, macros::format_description};

use crate::case::filter_alert::{AlertDeleted, FilterAlert};

/// That an alert was deleted; none where that names no day or no rule.
pub(crate) fn alert_deleted(deletion: &AlertDeletion) -> Option<AlertDeleted> {
    let day = |text: &str| Date::parse(text, format_description!("[year]-[month]-[day]")).ok();
    let rule = Some(deletion.rule.clone()).filter(|rule| !rule.is_empty())?;
    Some(AlertDeleted { on: day(&deletion.date)?, before: day(&deletion.before_date)?, rule })
}

/// What an alert used. Of what is withheld from every screen the alert itself holds nothing.
pub(crate) fn filter_alert(alert: &Alert) -> FilterAlert {
    let spaced = |code: &str| code.replace('_', " ");
    let user = match (alert.user.as_str(), alert.identity_confidence.as_str()) {
        ("", _) => String::new(),
        (user, "") => user.to_owned(),
        (user, sure) => format!("{user} (how sure: {})", spaced(sure)),
    };
    let verdict = match (alert.verdict.as_str(), alert.verdict_reason.trim()) {
        ("" | "new", _) => String::new(),
        (verdict, reason) => format!("{}. {reason}", spaced(verdict)),
    };
    let withheld = "The address and what was searched for are withheld: they stay in the filter’s own log";
    FilterAlert {
        event_at: alert.event_time.as_ref().and_then(moment),
        says: vec![
            ("Alert", alert.alert_id.clone()),
            ("Theme", theme::title(&alert.theme)),
            ("Severity", alert.severity.clone()),
            ("How often", alert.count.to_string()),
            ("User, as the filter wrote it", user),
            ("Device", alert.device.clone()),
            ("Address it was used at", alert.client_ip.clone()),
            ("Site", alert.host.clone()),
            ("Searched for", alert.search_terms.clone()),
            ("Searched for as well", alert.further_search_terms.join("; ")),
            ("Withheld", if alert.withheld { withheld.to_owned() } else { String::new() }),
            ("What the filter did", spaced(&alert.outcome)),
            ("The filter’s categories", alert.vendor_categories.join(", ")),
            ("Why it was raised", alert.because.clone()),
            ("Verdict", verdict),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_kept_with_all_that_it_used_and_nothing_of_what_is_withheld() {
        let alert = Alert {
            alert_id: "alt_1".into(),
            theme: "self_harm_suicide".into(),
            user: "u1".into(),
            identity_confidence: "likely".into(),
            search_terms: "words".into(),
            further_search_terms: vec!["more".into(), "others".into()],
            count: 3,
            verdict: "new".into(),
            ..Alert::default()
        };
        let said = |alert: &Alert, name: &str| {
            let says = filter_alert(alert).says;
            says.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text).unwrap_or_default()
        };
        assert_eq!(said(&alert, "User, as the filter wrote it"), "u1 (how sure: likely)");
        assert_eq!((said(&alert, "Searched for"), said(&alert, "How often")), ("words".into(), "3".into()));
        assert_eq!(said(&alert, "Searched for as well"), "more; others");
        assert_eq!((said(&alert, "Verdict"), said(&alert, "Withheld")), (String::new(), String::new()));
        let withheld = Alert { withheld: true, search_terms: String::new(), ..alert };
        assert!(said(&withheld, "Withheld").contains("withheld") && said(&withheld, "Searched for").is_empty());
    }
}
