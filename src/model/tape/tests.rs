//! The tape on networks small enough to compute by hand.

use std::collections::HashMap;

use tch::{Device, Kind};

use super::*;
use crate::model::graph::Value;
use crate::model::op::{
    Activation, Arithmetic, Convolution, Copying, Joining, Op, Padding, Pooling, Reshaping,
    Splitting,
};

/// A graph over `[1, 3, 2, 2]`, built node by node; the logits are the three channels' means.
struct Net(Graph);

impl Net {
    fn new() -> Net {
        Net(Graph {
            values: vec![value()],
            nodes: Vec::new(),
            modules: Vec::new(),
            input: ValueId(0),
            input_shape: [1, 3, 2, 2],
            outputs: Vec::new(),
            logits: ValueId(0),
            head: Default::default(),
            layouts: Default::default(),
        })
    }

    fn node(&mut self, op: impl Into<Op>, inputs: &[ValueId]) -> ValueId {
        self.nodes(op, inputs, 1)[0]
    }

    fn nodes(&mut self, op: impl Into<Op>, inputs: &[ValueId], outputs: usize) -> Vec<ValueId> {
        let graph = &mut self.0;
        let first = graph.values.len();
        graph.values.extend((0..outputs).map(|_| value()));
        let outputs: Vec<ValueId> = (first..first + outputs).map(ValueId).collect();
        graph.nodes.push(Node {
            op: op.into(),
            inputs: inputs.to_vec(),
            outputs: outputs.clone(),
            module: String::new(),
            name: format!("n{first}"),
        });
        outputs
    }

    fn recorded(mut self, last: ValueId, input: &[f32; 12]) -> Tape {
        let pooled = self.node(Pooling::AdaptiveAverage { size: vec![1, 1] }, &[last]);
        self.0.logits = self.node(Reshaping::Flatten { start: 1, end: -1 }, &[pooled]);
        let input = Tensor::from_slice(input).reshape([1, 3, 2, 2]);
        Tape::record(&self.0, Arc::new(Plan::new(&self.0)), &input).unwrap()
    }
}

const X: ValueId = ValueId(0);
const KIND: (Kind, Device) = (Kind::Float, Device::Cpu);
const ADD: Arithmetic = Arithmetic::Add { alpha: 1.0 };

fn value() -> Value {
    Value {
        name: String::new(),
        stated_shape: None,
        folded: false,
        weight: None,
    }
}

/// The seed of the first logit.
fn first_class(tape: &Tape) -> Tensor {
    tape.seed(&[(0, 1.0)]).unwrap()
}

/// The gradient of the first channel's mean at that channel's four positions.
fn gradient_at(tape: &Tape, rule: ReluRule, value: ValueId) -> Vec<f32> {
    let gradient = tape
        .backward(&first_class(tape), rule, &[value])
        .unwrap()
        .at
        .remove(0);
    Vec::try_from(gradient.select(1, 0).reshape(-1)).unwrap()
}

/// The first channel's values, the others zero.
fn image(first: [f32; 4]) -> [f32; 12] {
    let mut all = [0.0; 12];
    all[..4].copy_from_slice(&first);
    all
}

#[test]
fn a_gradient_at_an_identity_is_not_the_one_at_its_input() {
    let mut net = Net::new();
    let relu = net.node(Activation::Relu, &[X]);
    let dropout = net.node(Copying::Identity, &[relu]);
    let sum = net.node(ADD, &[relu, dropout]);
    let tape = net.recorded(sum, &[1.0; 12]);
    assert_eq!(gradient_at(&tape, ReluRule::Gradient, dropout), [0.25; 4]);
    assert_eq!(gradient_at(&tape, ReluRule::Gradient, relu), [0.5; 4]);
}

#[test]
fn no_gradient_passes_detach() {
    let mut net = Net::new();
    let fixed = net.node(Copying::Detach, &[X]);
    let product = net.node(Arithmetic::Mul, &[X, fixed]);
    let tape = net.recorded(product, &[3.0; 12]);
    assert_eq!(gradient_at(&tape, ReluRule::Gradient, X), [0.75; 4]);
    assert!(
        tape.backward(&first_class(&tape), ReluRule::Gradient, &[fixed])
            .is_err()
    );
}

#[test]
fn sums_every_path_of_a_value_that_is_read_often_once() {
    let mut net = Net::new();
    let mut sum = net.node(Activation::Relu, &[X]);
    for _ in 0..10 {
        let branch = net.node(Activation::Relu, &[sum]);
        sum = net.node(ADD, &[sum, branch]);
    }
    let tape = net.recorded(sum, &[1.0; 12]);
    assert_eq!(gradient_at(&tape, ReluRule::Gradient, X), [256.0; 4]);
    let gradients = tape
        .backward(&first_class(&tape), ReluRule::Guided, &[X])
        .unwrap();
    assert_eq!(gradients.rectifiers, 11);
}

#[test]
fn sums_the_gradients_of_the_parts_of_a_split() {
    let mut net = Net::new();
    let relu = net.node(Activation::Relu, &[X]);
    let parts = net.nodes(
        Splitting::Split {
            sizes: vec![1, 2],
            dim: 1,
        },
        &[relu],
        2,
    );
    let doubled = net.node(Arithmetic::MulScalar(2.0), &[parts[0]]);
    let joined = net.node(Joining::Cat { dim: 1 }, &[doubled, parts[1]]);
    let tape = net.recorded(joined, &[1.0; 12]);
    assert_eq!(gradient_at(&tape, ReluRule::Gradient, X), [0.5; 4]);
}

/// x below, within and above a ReLU6, and one within where the gradient is negative.
#[test]
fn each_rule_passes_what_its_formula_says() {
    for (op, within) in [
        (Activation::Relu, [false, true, true, true]),
        (
            Activation::Hardtanh { min: 0.0, max: 6.0 },
            [false, true, false, true],
        ),
    ] {
        let mut net = Net::new();
        let relu = net.node(op.clone(), &[X]);
        // (y - 4)² falls where y is below 4, and so turns the sign of the gradient there.
        let offset = net.node(Arithmetic::AddScalar(-4.0), &[relu]);
        let square = net.node(Arithmetic::PowScalar(2.0), &[offset]);
        let tape = net.recorded(square, &image([-1.0, 5.0, 9.0, 2.0]));
        let upstream = gradient_at(&tape, ReluRule::Gradient, relu);
        assert!(upstream[1] > 0.0 && upstream[2] > 0.0 && upstream[0] < 0.0 && upstream[3] < 0.0);
        let kept = |condition: [bool; 4]| -> Vec<f32> {
            (0..4)
                .map(|i| if condition[i] { upstream[i] } else { 0.0 })
                .collect()
        };
        let positive = [false, true, true, false];
        let both = |a: [bool; 4], b: [bool; 4]| std::array::from_fn(|i| a[i] && b[i]);
        assert_eq!(
            gradient_at(&tape, ReluRule::Gradient, X),
            kept(within),
            "{op:?}"
        );
        assert_eq!(
            gradient_at(&tape, ReluRule::Guided, X),
            kept(both(within, positive)),
            "{op:?}"
        );
        let below_ceiling = match op {
            Activation::Relu => [true; 4],
            _ => [true, true, false, true],
        };
        assert_eq!(
            gradient_at(&tape, ReluRule::Deconvnet, X),
            kept(both(positive, below_ceiling)),
            "{op:?}"
        );
    }
}

#[test]
fn refuses_a_class_or_a_value_that_does_not_exist() {
    let mut net = Net::new();
    let relu = net.node(Activation::Relu, &[X]);
    let tape = net.recorded(relu, &[1.0; 12]);
    assert!(tape.seed(&[(3, 1.0)]).is_err());
    assert!(
        tape.backward(&first_class(&tape), ReluRule::Gradient, &[ValueId(99)])
            .is_err()
    );
}

#[test]
fn a_walk_reports_each_gradient_once_and_the_deepest_first() {
    let mut net = Net::new();
    let first = net.node(Activation::Relu, &[X]);
    let inner = net.node(Arithmetic::MulScalar(2.0), &[first]);
    let second = net.node(Activation::Relu, &[inner]);
    let tape = net.recorded(second, &image([1.0, -1.0, 2.0, 3.0]));
    let walked = |wanted: &[ValueId], watch: &mut dyn FnMut() -> Result<(), TchError>| {
        let mut met = Vec::new();
        let mut found = |value, gradient: &Tensor| {
            met.push((value, gradient.double_value(&[0, 0, 0, 0])));
            Ok(())
        };
        let rule = ReluRule::Gradient;
        let done = tape.walk(
            &first_class(&tape),
            rule,
            (wanted, Detail::Positions),
            watch,
            &mut found,
        );
        (done, met)
    };
    // A quarter of the mean, and twice that before the factor.
    let expected = [(second, 0.25), (inner, 0.25), (first, 0.5), (X, 0.5)];
    let (done, met) = walked(&[X, inner, second, first, inner], &mut || Ok(()));
    assert_eq!((done.unwrap(), met.as_slice()), (2, &expected[..]));

    let mut pieces = 0;
    let (done, met) = walked(&[X, second], &mut || {
        pieces += 1;
        match pieces {
            3 => Err(TchError::Shape("enough".into())),
            _ => Ok(()),
        }
    });
    assert!(done.is_err());
    assert_eq!(
        met,
        [(second, 0.25)],
        "what was found before the end is kept"
    );
}

#[test]
fn pulls_back_only_the_mean_where_a_walk_ends() {
    let mut net = Net::new();
    let first = net.node(Arithmetic::MulScalar(2.0), &[X]);
    let kernel = net.node(Copying::Identity, &[X]);
    net.0.nodes.pop();
    net.0.values[kernel.0].weight = Some(Tensor::eye(3, KIND).reshape([3, 3, 1, 1]) * 3.0);
    let convolution = Convolution {
        bias: false,
        stride: vec![1, 1],
        padding: Padding::Explicit(vec![0, 0]),
        dilation: vec![1, 1],
        groups: 1,
    };
    let mixed = net.node(convolution, &[first, kernel]);
    let last = net.node(Activation::Relu, &[mixed]);
    let tape = net.recorded(last, &image([1.0, -1.0, 2.0, 3.0]));
    let walked = |wanted: &[ValueId], detail| {
        let mut met = HashMap::new();
        let mut found = |value, gradient: &Tensor| {
            let first = gradient.select(1, 0).reshape(-1);
            met.insert(value, Vec::<f32>::try_from(first)?);
            Ok::<_, TchError>(())
        };
        let request = (wanted, detail);
        tape.walk(
            &first_class(&tape),
            ReluRule::Gradient,
            request,
            &mut || Ok(()),
            &mut found,
        )
        .unwrap();
        met
    };
    // The rectifier stops the second position: three times a quarter at the others.
    let positions = [0.75, 0.0, 0.75, 0.75];
    assert_eq!(walked(&[first], Detail::Positions)[&first], positions);
    assert_eq!(walked(&[first], Detail::Means)[&first], [0.5625; 4]);
    // What lies before needs every position.
    let both = walked(&[first, X], Detail::Means);
    assert_eq!(both[&first], positions);
    assert_eq!(both[&X], positions.map(|gradient| 2.0 * gradient));
}
