//! Calls: of methods and functions in the code, and of operators. What is known is computed, all else becomes
//! a node.

use ruff_python_ast::{Arguments, Expr, ExprCall};

use super::follow::{Follower, Scope};
use super::known;
use super::value::Value;
use crate::model::error::{Result, short};

impl<'a> Follower<'a> {
    /// What a call comes to.
    pub fn call(&mut self, call: &'a ExprCall, scope: &Scope<'a>) -> Result<Value> {
        let arguments = &call.arguments;
        match &*call.func {
            Expr::Name(name) if !scope.contains_key(name.id.as_str()) => {
                self.of_python(name.id.as_str(), call, scope)
            }
            Expr::Attribute(method) => {
                let of = self.value(&method.value, scope)?;
                let name = method.attr.as_str();
                if let Value::Object(object) = of {
                    let (given, named) = self.arguments(arguments, scope)?;
                    return self.method(&object, name, given, named);
                }
                let function = self.attribute(&of, name)?;
                self.named(&function, call, scope)
            }
            other => {
                let function = self.value(other, scope)?;
                self.named(&function, call, scope)
            }
        }
    }

    #[expect(clippy::type_complexity, reason = "arguments by position, and by name")]
    fn arguments(
        &mut self,
        arguments: &'a Arguments,
        scope: &Scope<'a>,
    ) -> Result<(Vec<Value>, Vec<(String, Value)>)> {
        let given = self.values(&arguments.args, scope)?;
        let mut named = Vec::new();
        for keyword in &arguments.keywords {
            let Some(name) = &keyword.arg else {
                return self.unknown(arguments);
            };
            named.push((name.to_string(), self.value(&keyword.value, scope)?));
        }
        Ok((given, named))
    }

    /// Calls what a qualified name stands for.
    fn named(&mut self, function: &Value, call: &'a ExprCall, scope: &Scope<'a>) -> Result<Value> {
        let Value::Name(name) = function else {
            return self.unknown(call);
        };
        let (given, named) = self.arguments(&call.arguments, scope)?;
        let parts: Vec<&str> = name.splitn(3, '.').collect();
        match parts[..] {
            ["torch", "device"] => Ok(Value::text("cpu")),
            ["torch", operator] | ["ops", "aten" | "prim", operator] => {
                self.operator(operator, &given, &named)
            }
            ["__torch__", ..] => {
                if let Some(routine) = self.code.function(name) {
                    return self.routine(routine, given, named);
                }
                self.named_tuple(name, given, named)
            }
            ["ops", "quantized" | "prepacked" | "quantized_decomposed", _] => {
                let name = short(name);
                Err(self.refuse(format!("it calls {name}: it is quantised")))
            }
            _ => Err(self.refuse(format!(
                "it calls {}, which is no operation of PyTorch's own",
                short(name)
            ))),
        }
    }

    /// Makes a tuple whose fields have names.
    fn named_tuple(
        &mut self,
        class: &str,
        given: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Value> {
        let short = short(class.rsplit('.').next().unwrap_or(class));
        let Some((_, definition)) = self.code.class(class) else {
            return Err(self.refuse(format!("it calls {short}, whose code is not there")));
        };
        let base = definition.bases().first().and_then(Expr::as_name_expr);
        if base.is_none_or(|base| base.id.as_str() != "NamedTuple") {
            return Err(self.refuse(format!("it makes an object of the class {short}")));
        }
        let fields = definition.body.iter().filter_map(|field| {
            let field = field.as_ann_assign_stmt()?.target.as_name_expr()?;
            Some(field.id.to_string())
        });
        let fields: Vec<String> = fields.collect();
        let mut items = given;
        for field in fields.iter().skip(items.len()) {
            let value = named.iter().find(|(name, _)| name == field);
            items.push(value.map_or(Value::None, |(_, value)| value.clone()));
        }
        Value::tuple(items, fields).map_err(|what| self.refuse(what))
    }

    /// Calls an operator: on what is known, or as a node.
    pub fn operator(
        &mut self,
        name: &str,
        given: &[Value],
        named: &[(String, Value)],
    ) -> Result<Value> {
        let longest = given.iter().filter_map(Value::len).max();
        self.spend(longest.unwrap_or_default() / 8)?;
        let made = self.outcome(name, given, named)?;
        // Lists and strings are memory too.
        self.spend(made.len().unwrap_or_default())?;
        Ok(made)
    }

    fn outcome(&mut self, name: &str, given: &[Value], named: &[(String, Value)]) -> Result<Value> {
        match (name, given) {
            ("RaiseException", _) => {
                let said = match given.first() {
                    Some(Value::Text(text)) => short(text),
                    _ => String::new(),
                };
                Err(self.place().unfit(&format!("it raises “{said}”")))
            }
            ("unchecked_unwrap_optional" | "_unwrap_optional", [value]) => Ok(value.clone()),
            ("data", [Value::Tensor(_)]) => self.operator("detach", given, named),
            ("TupleIndex", [of, index]) => {
                self.operator("__getitem__", &[of.clone(), index.clone()], &[])
            }
            ("to_mkldnn", _) => Err(self.refuse(
                "it calls to_mkldnn, as torch.jit.optimize_for_inference makes it do, which leaves the weights out \
                 of the file; save the model without it",
            )),
            ("fork" | "wait", _) => Err(self.refuse(format!("it calls torch.jit.{name}"))),
            _ => {
                let known = known::call(name, given, named, &self.nodes);
                if let Some(value) = known.map_err(|what| self.refuse(what))? {
                    return Ok(value);
                }
                let place = self.place();
                // Each node carries the modules around it.
                self.spend(place.stack.len() / 16)?;
                self.nodes.call(name, given, named, &place)
            }
        }
    }
}
