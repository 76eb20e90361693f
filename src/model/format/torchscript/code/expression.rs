//! What expressions come to; calls are in [`call`](super::call).

use ruff_python_ast::{Expr, Number as Written, UnaryOp};

use super::follow::{Follower, Scope};
use super::value::{Object, Value};
use crate::model::error::{Result, short};

/// The names that begin those of functions, classes and constants.
const ROOTS: [&str; 4] = ["torch", "ops", "__torch__", "CONSTANTS"];

impl<'a> Follower<'a> {
    /// What an expression comes to.
    pub fn value(&mut self, expression: &'a Expr, scope: &Scope<'a>) -> Result<Value> {
        self.deeper(|it| it.evaluated(expression, scope))
    }

    fn evaluated(&mut self, expression: &'a Expr, scope: &Scope<'a>) -> Result<Value> {
        Ok(match expression {
            Expr::NoneLiteral(_) => Value::None,
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::StringLiteral(literal) => Value::text(literal.value.to_str()),
            Expr::NumberLiteral(literal) => match &literal.value {
                Written::Int(int) => match int.as_i64() {
                    Some(int) => Value::Int(int),
                    None => return self.unknown(expression),
                },
                Written::Float(float) => Value::Float(*float),
                Written::Complex { .. } => return self.unknown(expression),
            },
            Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => {
                match self.value(&unary.operand, scope)? {
                    Value::Int(int) => Value::Int(int.wrapping_neg()),
                    Value::Float(float) => Value::Float(-float),
                    _ => return self.unknown(expression),
                }
            }
            Expr::Name(name) => match (scope.get(name.id.as_str()), name.id.as_str()) {
                // One that is not set may be passed on, but no operator takes it.
                (Some(value), _) => value.clone(),
                (None, "inf") => Value::Float(f64::INFINITY),
                (None, "nan") => Value::Float(f64::NAN),
                (None, root) if ROOTS.contains(&root) => Value::Name(root.into()),
                (None, _) => return self.unknown(expression),
            },
            Expr::List(list) => {
                let items = self.values(&list.elts, scope)?;
                Value::list(items).map_err(|what| self.refuse(what))?
            }
            Expr::Tuple(tuple) => {
                let items = self.values(&tuple.elts, scope)?;
                Value::tuple(items, Vec::new()).map_err(|what| self.refuse(what))?
            }
            Expr::Dict(dict) => {
                let mut entries = Vec::new();
                for item in &dict.items {
                    let Some(key) = &item.key else {
                        return self.unknown(expression);
                    };
                    entries.push((self.value(key, scope)?, self.value(&item.value, scope)?));
                }
                Value::dict(entries).map_err(|what| self.refuse(what))?
            }
            Expr::If(either) => {
                let test = self.value(&either.test, scope)?;
                let taken = self.is_true(&test, "an `if`")?;
                self.value(if taken { &either.body } else { &either.orelse }, scope)?
            }
            Expr::Subscript(subscript) => {
                let of = self.value(&subscript.value, scope)?;
                let index = self.value(&subscript.slice, scope)?;
                self.operator("__getitem__", &[of, index], &[])?
            }
            Expr::Attribute(attribute) => {
                let of = self.value(&attribute.value, scope)?;
                self.attribute(&of, attribute.attr.as_str())?
            }
            Expr::Call(call) => self.call(call, scope)?,
            _ => return self.unknown(expression),
        })
    }

    pub fn values(&mut self, expressions: &'a [Expr], scope: &Scope<'a>) -> Result<Vec<Value>> {
        let values = expressions.iter().map(|one| self.value(one, scope));
        values.collect()
    }

    pub fn attribute(&mut self, of: &Value, name: &str) -> Result<Value> {
        match of {
            Value::Name(root) if root.as_ref() == "CONSTANTS" => {
                let index = name
                    .strip_prefix('c')
                    .and_then(|number| number.parse().ok());
                let constant = index.ok_or_else(|| "it has no such constant".to_owned());
                let constant = constant.and_then(|index| {
                    self.objects
                        .constant(index, &mut self.weights, &mut self.nodes)
                });
                let constant = constant.map_err(|what| self.refuse(what))?;
                self.spend(constant.count)?;
                Ok(constant.value)
            }
            Value::Name(root) if root.len() + name.len() < 400 => {
                Ok(Value::Name(format!("{root}.{name}").into()))
            }
            Value::Object(object) => self.member(object, name),
            Value::Tuple(tuple) => {
                let index = tuple.names.iter().position(|known| known == name);
                match index.and_then(|index| tuple.items.get(index)) {
                    Some(item) => Ok(item.clone()),
                    None => Err(self.refuse(format!("it asks a tuple for {}", short(name)))),
                }
            }
            other => {
                let kind = other.kind();
                Err(self.refuse(format!("it asks {kind} for {}", short(name))))
            }
        }
    }

    /// An attribute of a module: one of the object, or a constant of its class.
    fn member(&mut self, object: &Object, name: &str) -> Result<Value> {
        let key = (object.at, name.to_owned());
        if let Some(known) = self.changeable.get(&key) {
            return Ok(known.clone());
        }
        let held = self
            .objects
            .attribute(object, name, &mut self.weights, &mut self.nodes);
        if let Some(held) = held.map_err(|what| self.refuse(what))? {
            self.spend(held.count)?;
            if let Value::List(_) | Value::Dict(_) = held.value {
                self.changeable.insert(key, held.value.clone());
            }
            return Ok(held.value);
        }
        let class = self.objects.class(object.at);
        if let Some(value) = class.and_then(|class| self.code.constant(class, name)) {
            return self.value(value, &Scope::new());
        }
        Err(self.refuse(format!(
            "it asks a module for {}, which it does not have",
            short(name)
        )))
    }
}
