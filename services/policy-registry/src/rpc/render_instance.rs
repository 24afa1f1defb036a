//! Prints a version as a document.

use chassis::{
    caller::Caller,
    error::{Error, Result},
    history::Act,
};
use paper::Format;
use proto::policy_registry::v1::{RenderInstanceRequest, RenderInstanceResponse};
use tonic::Request;

use super::{convert, work};
use crate::{
    App,
    instance::InstanceId,
    render::{self, TooLong},
    store,
    template::SourceFile,
};

impl From<TooLong> for Error {
    fn from(refusal: TooLong) -> Self {
        Self::wrong_state(refusal.to_string())
    }
}

pub(super) async fn render_instance(
    app: &App,
    request: Request<RenderInstanceRequest>,
) -> Result<RenderInstanceResponse> {
    let (caller, request) = Caller::split(request)?;
    let scope = caller.at(&request.school_id)?;
    let id: InstanceId = request.instance_id.parse().map_err(|_| Error::missing())?;
    let unknown = || Error::invalid("format", "Enter html, pdf or docx");
    let tx = app.store.begin(&scope).await?;
    let instance = store::instance::load(&tx, &id).await?;
    let format = Format::named(&request.format).ok_or_else(unknown)?;
    let template = store::template::version(&tx, instance.template_version).await?.template;
    let school = store::school::load(&tx).await?;
    // What was replaced keeps the contacts it had on its last day.
    let at = instance.superseded_at.unwrap_or(tx.now());
    let register = store::register::at(&tx, at).await?.map(|published| published.register);
    drop(tx);
    let (version, name) = (instance.version, render::file_name(&instance, format));
    // Setting and shaping a long text takes a while: no transaction is open meanwhile, and nobody else's time is taken.
    let writing = work::heavy(app, move || {
        let paper = render::paper(&instance, &template, register.as_ref(), &school)?;
        paper.write(format).map_err(Error::internal)
    });
    let content = writing.await??;
    let mut tx = app.store.begin(&scope).await?;
    let act = Act::new("instance.rendered", id.as_str()).detail("version", version);
    tx.record(act.detail("format", format.name()));
    tx.commit().await?;
    let file = convert::file(SourceFile { name, content });
    Ok(RenderInstanceResponse { file: Some(file), content_type: format.media_type().to_owned() })
}
