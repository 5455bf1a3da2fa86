//! What is written by a program and committed: the OpenAPI document and the TypeScript types made from it.

use crate::command::{Outcome, cargo, output, root, run, write};
use crate::web;

/// Writes both again.
pub fn write_generated() -> Outcome {
    let document = output(cargo().args(["run", "-q", "--locked", "-p", "tertulia", "--", "openapi"]))?;
    write(&root().join("docs/openapi.json"), &document)?;
    web::install(&root().join("web"))?;
    let client = root().join("web/packages/api-client");
    run(web::npm(&client).args(["run", "generate", "--if-present"]))
}
