//! The form of a layer: read field by field, because an area may come as a file.

use axum::extract::Multipart;

use crate::geometry::LayerFeature;
use crate::server::layers::{FieldProblem, checked, checked_area};
use crate::server::trouble::Trouble;
use crate::store::layers::FullLayer;

/// What was typed, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub csrf: String,
    pub name: String,
    pub slug: String,
    pub description: String,
    pub organization: String,
    pub area: String,
    pub is_published: bool,
    pub no_area: bool,
    /// The uploaded file; it wins over the text.
    pub file: String,
}

impl From<&FullLayer> for Typed {
    fn from(layer: &FullLayer) -> Self {
        Typed {
            name: layer.name.clone(),
            slug: layer.slug.clone(),
            description: layer.description.clone().unwrap_or_default(),
            organization: layer.organization.clone().unwrap_or_default(),
            is_published: layer.is_published,
            ..Typed::default()
        }
    }
}

/// Reads the form.
///
/// # Errors
/// It is none, or too large.
pub async fn read(mut form: Multipart) -> Result<Typed, Trouble> {
    let mut typed = Typed::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "csrf" => typed.csrf = text(),
            "name" => typed.name = text(),
            "slug" => typed.slug = text(),
            "description" => typed.description = text(),
            "organization" => typed.organization = text(),
            "area" => typed.area = text(),
            "file" => typed.file = text(),
            "is_published" => typed.is_published = true,
            "no_area" => typed.no_area = true,
            _ => {}
        }
    }
    Ok(typed)
}

impl Typed {
    /// The layer that was meant; `held` is what it is now, where it is there.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn layer(&self, held: Option<&FullLayer>) -> Result<LayerFeature, FieldProblem> {
        let layer = checked(
            &self.name,
            &self.slug,
            &self.description,
            &self.organization,
        )?;
        let given = [&self.file, &self.area]
            .into_iter()
            .find(|text| !text.trim().is_empty());
        let area = match (given, held.and_then(|held| held.area.as_ref())) {
            (Some(text), _) => checked_area(text)?,
            (None, Some(area)) if !self.no_area => checked_area(&area.0)?,
            (None, _) => None,
        };
        Ok(LayerFeature {
            is_published: Some(self.is_published),
            area,
            ..layer
        })
    }
}
