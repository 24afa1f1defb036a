//! Versions printed through the wall: whose names are in them, who is given them, and for how long.

use std::io::Read as _;

use chassis::testing::Person;
use proto::{access::v1::Role, policy_registry::v1::*};

use super::{Engine, Tested, World, refused};
use crate::document::Document;

const TEXT: &str = "Head\tAda Birch\nLead\tBo Cedar\nGovernor\tCy Dell\nReview\tMarch 2027\n\n# Policy aims\n\n\
- It was written by staff, involving parents.\n- Ask Mr Dell about the bees, or Ada Birch.\n\n\
# Web filtering\n\n- We use Sluice to filter the internet here.\n";

/// The small template, asking whose names are published.
const ASKING: [(&str, &str, &str); 3] = [
    ("parameters.yaml", "title: Head, type: person,", "title: Head, type: person, role: head,"),
    (
        "parameters.yaml",
        "title: Governor, type: person,",
        "title: Governor, type: person, role: governor for safeguarding,",
    ),
    (
        "parameters.yaml",
        "- { key: doc.approved_on,",
        "- { key: doc.publish_names, title: Names published, type: choices, default: [head], allowed: [head, governor for safeguarding, nobody] }\n- { key: doc.approved_on,",
    ),
];

impl World {
    async fn render(&self, by: &Person, instance: &str, format: &str) -> Result<RenderInstanceResponse, tonic::Status> {
        let request = RenderInstanceRequest {
            school_id: self.school.clone(),
            instance_id: instance.into(),
            format: format.into(),
        };
        Ok(self.client(by)?.render_instance(request).await?.into_inner())
    }

    /// What a version says, in each of the three.
    async fn said(&self, by: &Person, instance: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let mut said = Vec::new();
        for format in ["html", "pdf", "docx"] {
            let file = self.render(by, instance, format).await?.file.unwrap();
            said.push(match format {
                "html" => String::from_utf8(file.content.to_vec())?,
                _ => format!("{}\n{}", Document::read(&file.name, &file.content)?.lines.join("\n"), parts(&file)),
            });
        }
        Ok(said)
    }
}

/// Every part of a Word document beside its text: its properties too name nobody.
fn parts(file: &SourceFile) -> String {
    let mut said = String::new();
    if let Ok(mut package) = zip::ZipArchive::new(std::io::Cursor::new(file.content.to_vec())) {
        for place in 0..package.len() {
            package.by_index(place).unwrap().read_to_string(&mut said).unwrap();
        }
    }
    said
}

pub(super) async fn a_policy_is_printed_with_the_names_the_school_publishes_and_no_others(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let files = crate::testing::files(&ASKING).into_iter();
    let files = files.map(|file| SourceFile { name: file.name, content: file.content.into() }).collect();
    let request = PublishTemplateRequest { files, request_id: world.officer.request_id(), based_on_version: 0 };
    world.client(&world.officer)?.publish_template(request).await?;
    let drafted = world.import(TEXT).await?;
    let (id, staff, dsl) = (drafted.instance_id.as_str(), world.at_school(Role::Staff), world.at_school(Role::Dsl));
    for (place, said) in world.said(&staff, id).await?.iter().enumerate() {
        assert!(said.contains("Ada Birch") && !said.contains("Dell"), "{place}: {said}");
        assert!(said.contains("Ask the governor for safeguarding about the bees, or Ada Birch."), "{place}: {said}");
        assert!(
            said.contains("DRAFT") && said.contains("Oakbeck School") && said.contains("Northshire Police"),
            "{place}: {said}"
        );
    }
    for (format, name, kind) in [
        ("html", "online-safety-policy-v1-draft.html", "text/html; charset=utf-8"),
        ("pdf", "online-safety-policy-v1-draft.pdf", "application/pdf"),
    ] {
        let answer = world.render(&staff, id, format).await?;
        assert_eq!((answer.file.unwrap().name.as_str(), answer.content_type.as_str()), (name, kind));
    }
    // The school chooses others.
    let set = |values: &[&str], etag: &str| SetParameterRequest {
        school_id: world.school.clone(),
        instance_id: id.into(),
        key: "doc.publish_names".into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        etag: etag.into(),
        request_id: dsl.request_id(),
    };
    let mut client = world.client(&dsl)?;
    let wrong = refused(client.set_parameter(set(&["gardener"], &drafted.etag)).await);
    assert!(wrong.violations().iter().any(|v| v.field == "values" && v.message.contains("nobody")), "{wrong:?}");
    let chosen = client.set_parameter(set(&["governor for safeguarding"], &drafted.etag)).await?.into_inner();
    for (place, said) in world.said(&staff, id).await?.iter().enumerate() {
        assert!(said.contains("Cy Dell") && !said.contains("Birch"), "{place}: {said}");
        assert!(said.contains("Ask Mr Dell about the bees, or the head."), "{place}: {said}");
    }
    let etag = chosen.instance.unwrap().etag;
    client.set_parameter(set(&["nobody"], &etag)).await?;
    for (place, said) in world.said(&staff, id).await?.iter().enumerate() {
        assert!(!["Dell", "Birch", "Cedar"].iter().any(|name| said.contains(name)), "{place}: {said}");
    }
    Ok(())
}

pub(super) async fn every_version_is_printed_to_its_school_for_good_and_to_no_other(engine: Engine) -> Tested {
    let world = World::new(engine).await?;
    let first = world.in_force(TEXT).await?;
    world.bed.clock.advance(time::Duration::days(3));
    let second = world.in_force(&TEXT.replace("Sluice", "Weir")).await?;
    let staff = world.at_school(Role::Staff);
    for said in world.said(&staff, &first.instance_id).await? {
        assert!(said.contains("REPLACED") && said.contains("Sluice") && said.contains("27 November 2026"), "{said}");
    }
    for said in world.said(&staff, &second.instance_id).await? {
        assert!(!said.contains("DRAFT") && said.contains("Version 2, in force from 27 November 2026"), "{said}");
    }
    let name = world.render(&staff, &second.instance_id, "docx").await?.file.unwrap().name;
    assert_eq!(name, "online-safety-policy-v2.docx");
    for format in ["", "PDF", "odt"] {
        let wrong = refused(world.render(&staff, &second.instance_id, format).await);
        let named = wrong.violations().iter().any(|v| v.field == "format" && v.message == "Enter html, pdf or docx");
        assert!(named, "{wrong:?}");
    }
    // Another school's version is like one that never was, and so is the school.
    let there = world.add_school("Elmfold School", "100002").await?;
    let stranger = world.bed.person(&[(Role::Dsl, &there)]);
    let mut client = world.client(&stranger)?;
    let ask = |school: &str, instance: &str| RenderInstanceRequest {
        school_id: school.into(),
        instance_id: instance.into(),
        format: "pdf".into(),
    };
    let never = first.instance_id.replace(&first.instance_id[20..], &"0".repeat(first.instance_id.len() - 20));
    let mut told = Vec::new();
    for request in
        [ask(&world.school, &first.instance_id), ask(&there, &first.instance_id), ask(&there, &never), ask(&there, "x")]
    {
        let error = refused(client.render_instance(request).await);
        told.push((error.reason_name().to_owned(), error.message().to_owned(), error.violations().len()));
    }
    assert!(told.iter().all(|answer| *answer == told[0] && answer.0 == "NOT_FOUND"), "{told:?}");
    Ok(())
}
