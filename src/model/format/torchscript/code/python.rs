//! The few functions of Python itself that the code has: types, and numbers out of tensors.

use ruff_python_ast::{Expr, ExprCall};

use super::follow::{Follower, Scope};
use super::value::{Number, Value};
use crate::model::error::Result;

impl<'a> Follower<'a> {
    /// The few functions of Python itself that the code has.
    pub fn of_python(
        &mut self,
        name: &str,
        call: &'a ExprCall,
        scope: &Scope<'a>,
    ) -> Result<Value> {
        let arguments = &call.arguments;
        let number = |it: &mut Self| -> Result<Number> {
            match &arguments.args[..] {
                [Expr::StringLiteral(text)] => {
                    let text = text.value.to_str().trim().to_owned();
                    let number = text.parse().ok().map(Number::Float);
                    number.ok_or_else(|| it.refuse("it makes a number of a string"))
                }
                [one] => match it.value(one, scope)? {
                    Value::Tensor(_) => {
                        Err(it.refuse(format!("{name}(…) depends on the values of a tensor")))
                    }
                    value => value
                        .number()
                        .ok_or_else(|| it.refuse("it makes a number of no number")),
                },
                _ => it.unknown(call),
            }
        };
        match (name, &arguments.args[..]) {
            // The first argument is a type.
            ("annotate" | "unchecked_cast", [_, value]) => self.value(value, scope),
            ("uninitialized", _) => Ok(Value::Unset),
            ("isinstance", [value, class]) => {
                let value = self.value(value, scope)?;
                match is_instance(&value, class) {
                    Some(is) => Ok(Value::Bool(is)),
                    None => self.unknown(call),
                }
            }
            ("getattr", [of, Expr::StringLiteral(name)]) => {
                let of = self.value(of, scope)?;
                self.attribute(&of, name.value.to_str())
            }
            ("int", _) => {
                let number = number(self)?.int();
                let number =
                    number.ok_or_else(|| self.refuse("it makes an integer of a huge number"));
                number.map(Value::Int)
            }
            ("float", _) => Ok(Value::Float(number(self)?.float())),
            ("bool", [value]) => {
                let value = self.value(value, scope)?;
                self.is_true(&value, "bool(…)").map(Value::Bool)
            }
            ("str", [value]) => {
                let value = self.value(value, scope)?;
                self.operator("format", &[Value::text("{}"), value], &[])
            }
            _ => self.unknown(call),
        }
    }
}

/// Whether a value is of a type; `None` where that cannot be told.
fn is_instance(value: &Value, class: &Expr) -> Option<bool> {
    let name = match class {
        Expr::Name(name) => name.id.as_str(),
        // What a list holds is not compared.
        Expr::Subscript(subscript) => {
            return is_instance(value, &subscript.value).filter(|is| !is);
        }
        Expr::NoneLiteral(_) => "NoneType",
        Expr::Tuple(tuple) => {
            let each = tuple.elts.iter().map(|class| match class {
                Expr::Tuple(_) => None,
                class => is_instance(value, class),
            });
            return each
                .collect::<Option<Vec<_>>>()
                .map(|all| all.contains(&true));
        }
        _ => return None,
    };
    Some(match (name, value) {
        ("Tensor", Value::Tensor(_) | Value::Known(_)) => true,
        ("int", Value::Int(_)) | ("float", Value::Float(_)) | ("bool", Value::Bool(_)) => true,
        ("str", Value::Text(_)) | ("NoneType", Value::None) => true,
        ("List" | "list", Value::List(_)) | ("Tuple" | "tuple", Value::Tuple(_)) => true,
        ("Dict" | "dict", Value::Dict(_)) => true,
        (
            "Tensor" | "int" | "float" | "bool" | "str" | "NoneType" | "List" | "list" | "Tuple"
            | "tuple" | "Dict" | "dict",
            _,
        ) => false,
        _ => return None,
    })
}
