//! What a program states about its values: dtypes, shapes and the expressions of dynamic sizes.

use serde::Deserialize;
use serde::de::IgnoredAny;
use tch::Kind;

use crate::model::format::pt2::program::expression::symbols_in;

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct TensorMeta {
    pub dtype: i64,
    pub sizes: Vec<Size>,
    #[serde(default)]
    pub strides: Vec<Size>,
    #[serde(default)]
    pub storage_offset: Option<Size>,
}

/// A size, or an expression of dynamic sizes.
#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    AsInt(i64),
    AsExpr(Expression),
}

/// An expression of dynamic sizes, as sympy writes it.
#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct Expression {
    #[serde(default)]
    pub expr_str: String,
    /// Its value when the program was exported.
    #[serde(default)]
    hint: Option<serde_json::Value>,
}

impl Expression {
    /// Its value when the program was exported.
    pub fn hinted(&self) -> Option<i64> {
        self.hint.as_ref()?.get("as_int")?.as_i64()
    }
}

/// A fraction that a node computes from sizes.
#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum SymFloatValue {
    AsFloat(IgnoredAny),
    AsExpr(Expression),
}

impl SymFloatValue {
    pub fn expression(&self) -> Option<&str> {
        match self {
            SymFloatValue::AsFloat(_) => None,
            SymFloatValue::AsExpr(expression) => Some(&expression.expr_str),
        }
    }
}

impl Size {
    pub fn fixed(&self) -> Option<i64> {
        match self {
            Size::AsInt(size) => Some(*size),
            Size::AsExpr(_) => None,
        }
    }
}

impl TensorMeta {
    /// Whether the sizes that are not known depend on values, and not on the sizes of the input.
    pub fn depends_on_values(&self) -> bool {
        let on_values = |text: &str| {
            let symbols = symbols_in(text);
            !symbols.is_empty() && symbols.iter().all(|symbol| symbol.starts_with('u'))
        };
        self.sizes.iter().all(|size| match size {
            Size::AsInt(_) => true,
            Size::AsExpr(expression) => on_values(&expression.expr_str),
        })
    }

    /// The sizes; `None` if one is dynamic.
    pub fn shape(&self) -> Option<Vec<i64>> {
        self.sizes.iter().map(Size::fixed).collect()
    }
}

/// A dtype by its number in `torch/_export/serde/schema.py`, which differs from libtorch's.
pub fn kind(dtype: i64) -> Option<Kind> {
    Some(match dtype {
        1 => Kind::Uint8,
        2 => Kind::Int8,
        3 => Kind::Int16,
        4 => Kind::Int,
        5 => Kind::Int64,
        6 => Kind::Half,
        7 => Kind::Float,
        8 => Kind::Double,
        12 => Kind::Bool,
        13 => Kind::BFloat16,
        _ => return None,
    })
}
