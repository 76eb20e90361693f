//! Follows the code from the network's `forward` on, without running it: what is known is computed, calls of
//! other functions are entered, and operators on tensors become nodes.
//!
//! The size of the image is known, so that shapes are, and with them almost every condition. What goes on
//! only in Python is refused with its line. Steps and depth are bounded.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::Parameters;
use ruff_text_size::Ranged;

use super::syntax::{Code, File, Routine};
use super::value::{Object, Value};
use crate::model::error::{Fault, Result};
use crate::model::format::build::opened::MAX_CLASSES;
use crate::model::format::torch_save::pickle::Ref;
use crate::model::format::torchscript::nodes::{Nodes, Place};
use crate::model::format::torchscript::objects::{Objects, Weights};

/// Most steps: statements, calls, and values of lists.
const MAX_STEPS: u64 = 1 << 20;
/// How deep statements, expressions and calls may be within one another.
const MAX_DEPTH: usize = 400;
/// How much of the stack one level may need, and how much is added where there is less; in bytes.
const LEVEL: usize = 128 << 10;
const MORE_STACK: usize = 2 << 20;
/// How deep modules may be within one another.
const MAX_MODULES: usize = 48;

/// The variables of a function.
pub type Scope<'a> = HashMap<&'a str, Value>;

pub struct Follower<'a> {
    pub code: &'a Code,
    pub objects: &'a Objects,
    pub nodes: Nodes,
    pub weights: Weights,
    /// The lists and dicts of modules, which the code may change, by the object and the attribute.
    pub changeable: HashMap<(Ref, String), Value>,
    /// The modules that are entered: the object of each, and all up to it as `.pt2` writes them.
    modules: Vec<(Object, Rc<str>)>,
    /// The classes of all modules that were entered.
    pub classes: Vec<String>,
    /// Where the code is.
    pub file: &'a File,
    pub at: usize,
    steps: u64,
    depth: usize,
    entered: usize,
}

impl<'a> Follower<'a> {
    /// Follows a method of the network. Returns what it returns.
    ///
    /// # Errors
    /// [`Fault::Script`] where something cannot be followed, [`Fault::Graph`] where shapes do not fit.
    pub fn run(
        code: &'a Code,
        objects: &'a Objects,
        nodes: Nodes,
        routine: Routine<'a>,
        given: Vec<Value>,
    ) -> Result<(Follower<'a>, Value)> {
        let mut follower = Follower {
            code,
            objects,
            nodes,
            weights: Weights::default(),
            changeable: HashMap::new(),
            modules: Vec::new(),
            classes: Vec::new(),
            file: routine.file,
            at: 0,
            steps: 0,
            depth: 0,
            entered: 0,
        };
        let network = Object {
            at: objects.data.root(),
            path: "".into(),
        };
        let value = follower.method(&network, "forward", given, Vec::new())?;
        Ok((follower, value))
    }

    /// Where the code is, and the modules around it.
    pub fn place(&self) -> Place<'a> {
        let stack = self.modules.last().map(|(_, stack)| Rc::clone(stack));
        Place {
            stack: stack.unwrap_or_default(),
            entry: &self.file.entry,
            line: self.file.line(self.at),
        }
    }

    pub fn refuse(&self, what: impl Into<String>) -> Fault {
        self.place().refuse(what)
    }

    /// Refuses a part of the code in its own words.
    pub fn unknown<T>(&self, part: &impl Ranged) -> Result<T> {
        let words = self.file.words(part);
        Err(self.refuse(format!("it has “{words}”")))
    }

    /// Counts steps.
    pub fn spend(&mut self, steps: usize) -> Result<()> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > MAX_STEPS {
            return Err(self.refuse("it goes on for too many steps"));
        }
        Ok(())
    }

    /// Goes one level deeper.
    pub fn deeper<T>(&mut self, then: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.spend(1)?;
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse("its calls are nested too deep"));
        }
        self.depth += 1;
        // Threads have stacks of different sizes.
        let made = stacker::maybe_grow(LEVEL, MORE_STACK, || then(self));
        self.depth -= 1;
        made
    }

    /// Calls a method of a module.
    pub fn method(
        &mut self,
        object: &Object,
        name: &str,
        given: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Value> {
        let class = self.objects.class(object.at);
        let class =
            class.ok_or_else(|| self.refuse("it calls a method of an object without a class"))?;
        let routine = self.code.method(class, name).ok_or_else(|| {
            let short = class.rsplit('.').next().unwrap_or(class);
            self.refuse(format!("it calls {short}.{name}, whose code is not there"))
        })?;
        let entered = self
            .modules
            .last()
            .is_none_or(|(around, _)| around.at != object.at);
        if entered {
            self.enter(object, class)?;
        }
        let mut all = vec![Value::Object(object.clone())];
        all.extend(given);
        let value = self.routine(routine, all, named)?;
        if entered {
            self.modules.pop();
        }
        Ok(value)
    }

    /// From here on, nodes belong to this module.
    fn enter(&mut self, object: &Object, class: &str) -> Result<()> {
        if self.modules.len() >= MAX_MODULES {
            return Err(self.refuse("its modules are nested too deep"));
        }
        let class = full_class(class);
        if self.classes.len() < MAX_CLASSES && !self.classes.contains(&class) {
            self.classes.push(class.clone());
        }
        let plain = |text: &str| text.replace([',', ';'], "_");
        let frame = format!("{},{},{}", self.entered, plain(&object.path), plain(&class));
        let stack = match self.modules.last() {
            Some((_, around)) => format!("{around};{frame}"),
            None => frame,
        };
        // What each node carries.
        self.spend(stack.len() / 64)?;
        self.entered += 1;
        self.modules.push((object.clone(), stack.into()));
        Ok(())
    }

    /// Calls a function.
    pub fn routine(
        &mut self,
        routine: Routine<'a>,
        given: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Result<Value> {
        let mut scope = self.bound(&routine.definition.parameters, given, named)?;
        let (file, at) = (self.file, self.at);
        self.file = routine.file;
        let body = &routine.definition.body;
        let value = self.deeper(|it| it.block(body, &mut scope))?;
        (self.file, self.at) = (file, at);
        Ok(value.unwrap_or(Value::None))
    }

    fn bound(
        &mut self,
        parameters: &'a Parameters,
        given: Vec<Value>,
        mut named: Vec<(String, Value)>,
    ) -> Result<Scope<'a>> {
        if parameters.vararg.is_some() || parameters.kwarg.is_some() {
            return Err(self.refuse("it calls a function of any number of arguments"));
        }
        let mut scope = Scope::new();
        let mut given = given.into_iter();
        let all = [
            &parameters.posonlyargs,
            &parameters.args,
            &parameters.kwonlyargs,
        ];
        for parameter in all.into_iter().flatten() {
            let name = parameter.parameter.name.as_str();
            let value = match given.next() {
                Some(value) => value,
                None => match named.iter().position(|(known, _)| known == name) {
                    Some(at) => named.swap_remove(at).1,
                    None => match &parameter.default {
                        Some(default) => self.value(default, &Scope::new())?,
                        None => return Err(self.refuse(format!("it passes no {name}"))),
                    },
                },
            };
            scope.insert(name, value);
        }
        if given.next().is_some() || !named.is_empty() {
            return Err(self.refuse("it passes more arguments than a function takes"));
        }
        Ok(scope)
    }
}

/// A class as Python names it: without the parts that TorchScript adds to tell classes apart.
fn full_class(class: &str) -> String {
    let parts = class
        .split('.')
        .filter(|part| *part != "__torch__" && !part.starts_with("___torch_mangle_"));
    parts.collect::<Vec<_>>().join(".")
}
