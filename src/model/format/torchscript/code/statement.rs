//! Statements: what is assigned, which branch is taken, and how often a loop runs.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::follow::{Follower, Scope};
use super::value::Value;
use crate::model::error::Result;

impl<'a> Follower<'a> {
    /// Follows statements; returns what they return.
    pub fn block(&mut self, body: &'a [Stmt], scope: &mut Scope<'a>) -> Result<Option<Value>> {
        for statement in body {
            self.at = statement.start().to_usize();
            let returned = self.deeper(|it| it.statement(statement, scope))?;
            if returned.is_some() {
                return Ok(returned);
            }
        }
        Ok(None)
    }

    fn statement(&mut self, statement: &'a Stmt, scope: &mut Scope<'a>) -> Result<Option<Value>> {
        match statement {
            Stmt::Pass(_) => {}
            Stmt::Expr(expression) => drop(self.value(&expression.value, scope)?),
            Stmt::Assign(assign) => match &assign.targets[..] {
                [target] => {
                    let value = self.value(&assign.value, scope)?;
                    self.assign(target, value, scope)?;
                }
                _ => return self.unknown(statement),
            },
            Stmt::AnnAssign(assign) => match &assign.value {
                Some(value) => {
                    let value = self.value(value, scope)?;
                    self.assign(&assign.target, value, scope)?;
                }
                None => return self.unknown(statement),
            },
            Stmt::Return(returned) => {
                return Ok(Some(match &returned.value {
                    Some(value) => self.value(value, scope)?,
                    None => Value::None,
                }));
            }
            Stmt::If(branch) => {
                let test = self.value(&branch.test, scope)?;
                if self.is_true(&test, "an `if`")? {
                    return self.block(&branch.body, scope);
                }
                for clause in &branch.elif_else_clauses {
                    let taken = match &clause.test {
                        Some(test) => {
                            let test = self.value(test, scope)?;
                            self.is_true(&test, "an `if`")?
                        }
                        None => true,
                    };
                    if taken {
                        return self.block(&clause.body, scope);
                    }
                }
            }
            Stmt::While(repeated) if repeated.orelse.is_empty() => loop {
                self.spend(1)?;
                let test = self.value(&repeated.test, scope)?;
                if !self.is_true(&test, "a `while`")? {
                    break;
                }
                let returned = self.block(&repeated.body, scope)?;
                if returned.is_some() {
                    return Ok(returned);
                }
            },
            Stmt::For(repeated) if repeated.orelse.is_empty() && !repeated.is_async => {
                for item in self.iterated(&repeated.iter, scope)? {
                    self.spend(1)?;
                    self.assign(&repeated.target, item, scope)?;
                    let returned = self.block(&repeated.body, scope)?;
                    if returned.is_some() {
                        return Ok(returned);
                    }
                }
            }
            _ => return self.unknown(statement),
        }
        Ok(None)
    }

    /// What a loop goes through.
    fn iterated(&mut self, over: &'a Expr, scope: &Scope<'a>) -> Result<Vec<Value>> {
        if let Expr::Call(call) = over
            && let Expr::Name(function) = &*call.func
            && function.id.as_str() == "range"
        {
            let mut numbers = Vec::new();
            for argument in &call.arguments.args {
                let number = self.value(argument, scope)?.int();
                numbers
                    .push(number.ok_or_else(|| self.refuse("a loop whose length is not known"))?);
            }
            let (start, end, step) = match numbers[..] {
                [end] => (0, end, 1),
                [start, end] => (start, end, 1),
                [start, end, step] if step >= 1 => (start, end, step),
                _ => return self.unknown(over),
            };
            let count = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
            self.spend(count / usize::try_from(step).unwrap_or(1))?;
            let step = usize::try_from(step).unwrap_or(1);
            return Ok((start..end).step_by(step).map(Value::Int).collect());
        }
        let value = self.value(over, scope)?;
        match value.items() {
            Some(items) => Ok(items),
            None => self.unknown(over),
        }
    }

    /// Sets a variable, or several at once.
    fn assign(&mut self, target: &'a Expr, value: Value, scope: &mut Scope<'a>) -> Result<()> {
        let parts = match target {
            Expr::Name(name) => {
                scope.insert(name.id.as_str(), value);
                return Ok(());
            }
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Attribute(attribute) => {
                let name = &attribute.attr;
                return Err(self.refuse(format!("it changes the attribute {name} while it runs")));
            }
            _ => return self.unknown(target),
        };
        let Some(items) = value.items() else {
            return Err(self.refuse(format!("it takes {} apart", value.kind())));
        };
        if items.len() != parts.len() {
            // Another size of the image may have as many parts.
            let reason = format!("it takes {} values apart into {}", items.len(), parts.len());
            return Err(self.place().unfit(&reason));
        }
        self.spend(items.len())?;
        for (part, item) in parts.iter().zip(items) {
            match part {
                Expr::Name(name) => drop(scope.insert(name.id.as_str(), item)),
                _ => return self.unknown(target),
            }
        }
        Ok(())
    }

    /// Whether a condition holds; `of` is what it belongs to.
    pub fn is_true(&self, test: &Value, of: &str) -> Result<bool> {
        match test {
            Value::Tensor(_) => Err(self.refuse(format!("{of} depends on the values of a tensor"))),
            Value::None => Ok(false),
            other => match (other.number(), other.len()) {
                (Some(number), _) => Ok(number.is_true()),
                (None, Some(length)) => Ok(length > 0),
                (None, None) => Err(self.refuse(format!("{of} depends on {}", other.kind()))),
            },
        }
    }
}
