//! GOV.UK's components, rendered by the macros that HM Land Registry publishes. The macros read keys that may be
//! absent, so they live in an environment of their own; our templates call them as functions of the same names.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};

use super::asset;

/// Each component's macro and the folder it is in.
pub(super) const COMPONENTS: &[(&str, &str)] = &[
    ("govukBreadcrumbs", "breadcrumbs"),
    ("govukButton", "button"),
    ("govukCheckboxes", "checkboxes"),
    ("govukDateInput", "date-input"),
    ("govukDetails", "details"),
    ("govukErrorSummary", "error-summary"),
    ("govukFileUpload", "file-upload"),
    ("govukFooter", "footer"),
    ("govukGenericHeader", "generic-header"),
    ("govukInput", "input"),
    ("govukInsetText", "inset-text"),
    ("govukPagination", "pagination"),
    ("govukPanel", "panel"),
    ("govukPasswordInput", "password-input"),
    ("govukRadios", "radios"),
    ("govukSelect", "select"),
    ("govukServiceNavigation", "service-navigation"),
    ("govukSkipLink", "skip-link"),
    ("govukSummaryList", "summary-list"),
    ("govukTag", "tag"),
    ("govukTaskList", "task-list"),
    ("govukTextarea", "textarea"),
    ("govukWarningText", "warning-text"),
];

static MACROS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut macros = Environment::new();
    macros.set_undefined_behavior(UndefinedBehavior::Chainable);
    macros.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    macros.set_auto_escape_callback(|_| AutoEscape::Html);
    macros.set_formatter(super::escaped);
    macros.add_filter("length", length);
    macros.set_loader(|name| match name.strip_prefix("call/") {
        Some(name) => Ok(folder(name).map(|folder| {
            format!(
                "{{% from \"govuk_frontend_jinja/components/{folder}/macro.html\" import {name} %}}{{{{ {name}(params) }}}}"
            )
        })),
        None => Ok(asset::macros(name).map(str::to_owned)),
    });
    macros
});

fn folder(component: &str) -> Option<&'static str> {
    COMPONENTS.iter().find(|(name, _)| *name == component).map(|(_, folder)| *folder)
}

/// The macros count what may not be there.
fn length(value: &Value) -> usize {
    value.len().unwrap_or(0)
}

/// Renders one component.
pub(super) fn render(component: &str, params: &Value) -> Result<String, Error> {
    MACROS.get_template(&format!("call/{component}"))?.render(context! { params })
}

/// Lets our templates call the components.
pub(super) fn add_to(templates: &mut Environment<'static>) {
    for (name, _) in COMPONENTS {
        templates.add_function(*name, move |params: Value| render(name, &params).map(Value::from_safe_string));
    }
}
