//! ATen's operations by name, read as [`Op`]s.
//!
//! Names and defaults are those of `native_functions.yaml`; an overload that is not here is another
//! operation and is refused.

use super::args::{Answer, Args, Operand, Refusal, beyond};
use super::schema::{Argument, NodeJson};
use crate::model::error::Fault;
use crate::model::graph::{Op, Padding};

/// What a node of the file comes to.
pub enum Step<'a> {
    Run(Call<'a>),
    /// One of the values that an operation handed back together.
    Item { of: Source<'a>, index: usize },
    /// Checks that bear on nothing.
    Skip,
}

pub enum Source<'a> {
    /// The values themselves.
    Values(&'a [String]),
    /// The node that made them.
    Node(&'a str),
}

/// An operation with the names of its tensors.
pub struct Call<'a> {
    pub op: Op,
    pub inputs: Vec<&'a str>,
    pub sharing: Sharing,
    /// The first input is overwritten with the result.
    pub in_place: bool,
    /// Later outputs (indices, saved statistics) are of no use to us.
    pub first_output_only: bool,
}

/// What memory an output shares with the first input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    None,
    /// Some of it, perhaps, in another shape.
    View,
    /// It is the same tensor.
    Same,
}

/// Operations whose in-place variant (`relu_`) computes what they do.
const IN_PLACE: [&str; 17] = [
    "add", "clamp", "clamp_max", "clamp_min", "div", "elu", "hardsigmoid", "hardswish", "hardtanh",
    "leaky_relu", "mul", "relu", "relu6", "sigmoid", "silu", "sub", "tanh",
];

/// Reads one node. `Unsupported` where we have no such operation.
pub fn read(node: &NodeJson) -> Answer<Step<'_>> {
    let args = Args::new(node);
    if node.target == "_operator.getitem" {
        return item(args);
    }
    let unknown = Refusal::Unsupported(None);
    let Some(target) = node.target.strip_prefix("torch.ops.aten.") else { return Err(unknown) };
    let Some((name, overload)) = target.split_once('.') else { return Err(unknown) };
    if name == "_assert_tensor_metadata" {
        return Ok(Step::Skip);
    }
    let out_of_place = name.strip_suffix('_').filter(|base| IN_PLACE.contains(base));
    let in_place = out_of_place.is_some();
    let name = format!("{}.{overload}", out_of_place.unwrap_or(name));
    let mut call = operation(&name, args)?;
    call.in_place = in_place;
    Ok(Step::Run(call))
}

fn call<'a>(op: Op, inputs: Vec<&'a str>) -> Answer<Call<'a>> {
    Ok(Call { op, inputs, sharing: Sharing::None, in_place: false, first_output_only: false })
}

fn view<'a>(op: Op, args: Args<'a>) -> Answer<Call<'a>> {
    Ok(Call { sharing: Sharing::View, ..call(op, vec![args.tensor("self")?])? })
}

fn first_of_several<'a>(op: Op, inputs: Vec<&'a str>) -> Answer<Call<'a>> {
    Ok(Call { first_output_only: true, ..call(op, inputs)? })
}

fn operation<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    let itself = || Ok::<_, Refusal>(vec![args.tensor("self")?]);
    match name {
        "conv2d.default" | "conv2d.padding" | "convolution.default" => conv2d(args),
        "batch_norm.default" => {
            if args.bool_or("training", false)? {
                return Err(Fault::Training { node: "a batch norm".into() }.into());
            }
            let (op, inputs) = batch_norm(args)?;
            call(op, inputs)
        }
        "_native_batch_norm_legit_no_training.default" => {
            let (op, inputs) = batch_norm(args)?;
            first_of_several(op, inputs)
        }
        "linear.default" => {
            let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
            let bias = args.optional_tensor("bias")?;
            inputs.extend(bias);
            call(Op::Linear { bias: bias.is_some() }, inputs)
        }
        "addmm.default" => {
            if args.number_or("beta", 1.0)? != 1.0 || args.number_or("alpha", 1.0)? != 1.0 {
                return beyond("alpha or beta is not 1");
            }
            let inputs = vec![args.tensor("self")?, args.tensor("mat1")?, args.tensor("mat2")?];
            call(Op::Addmm, inputs)
        }
        "matmul.default" => call(Op::Matmul, vec![args.tensor("self")?, args.tensor("other")?]),
        "mm.default" | "bmm.default" => {
            call(Op::Matmul, vec![args.tensor("self")?, args.tensor("mat2")?])
        }

        "relu.default" => call(Op::Relu, itself()?),
        "relu6.default" => call(Op::Hardtanh { min: 0.0, max: 6.0 }, itself()?),
        "hardtanh.default" => {
            let (min, max) = (args.number_or("min_val", -1.0)?, args.number_or("max_val", 1.0)?);
            call(Op::Hardtanh { min, max }, itself()?)
        }
        "leaky_relu.default" => {
            call(Op::LeakyRelu { slope: args.number_or("negative_slope", 0.01)? }, itself()?)
        }
        "elu.default" => {
            if args.number_or("scale", 1.0)? != 1.0 || args.number_or("input_scale", 1.0)? != 1.0 {
                return beyond("scale or input_scale is not 1");
            }
            call(Op::Elu { alpha: args.number_or("alpha", 1.0)? }, itself()?)
        }
        "sigmoid.default" => call(Op::Sigmoid, itself()?),
        "tanh.default" => call(Op::Tanh, itself()?),
        "silu.default" => call(Op::Silu, itself()?),
        "gelu.default" => {
            call(Op::Gelu { approximate: args.text_or("approximate", "none")? }, itself()?)
        }
        "hardswish.default" => call(Op::Hardswish, itself()?),
        "hardsigmoid.default" => call(Op::Hardsigmoid, itself()?),
        "clamp.default" | "clamp_min.default" | "clamp_max.default" => {
            let (min, max) = (args.optional_number("min")?, args.optional_number("max")?);
            if min.is_none() && max.is_none() {
                return beyond("neither min nor max is given");
            }
            call(Op::Clamp { min, max }, itself()?)
        }
        "softmax.int" | "log_softmax.int" | "_softmax.default" | "_log_softmax.default" => {
            args.float32_only("dtype")?;
            let log = name.contains("log_");
            call(Op::Softmax { dim: args.int("dim")?, log }, itself()?)
        }

        "max_pool2d.default" => call(max_pool2d(args)?, itself()?),
        "max_pool2d_with_indices.default" => first_of_several(max_pool2d(args)?, itself()?),
        "avg_pool2d.default" => {
            let kernel = args.pair("kernel_size", None, 1)?;
            let op = Op::AvgPool2d {
                stride: stride_or(args, &kernel)?,
                padding: args.pair("padding", Some(0), 0)?,
                kernel,
                ceil_mode: args.bool_or("ceil_mode", false)?,
                count_include_pad: args.bool_or("count_include_pad", true)?,
                divisor_override: args.optional_int("divisor_override")?,
            };
            call(op, itself()?)
        }
        "adaptive_avg_pool2d.default" | "_adaptive_avg_pool2d.default" => {
            call(Op::AdaptiveAvgPool2d { size: args.pair("output_size", None, 1)? }, itself()?)
        }
        "adaptive_max_pool2d.default" => first_of_several(
            Op::AdaptiveMaxPool2d { size: args.pair("output_size", None, 1)? },
            itself()?,
        ),

        "add.Tensor" | "add.Scalar" => {
            let alpha = args.number_or("alpha", 1.0)?;
            arithmetic(args, Op::Add { alpha }, |number| Op::AddScalar(alpha * number))
        }
        "sub.Tensor" | "sub.Scalar" => {
            let alpha = args.number_or("alpha", 1.0)?;
            arithmetic(args, Op::Sub { alpha }, |number| Op::AddScalar(-alpha * number))
        }
        "mul.Tensor" | "mul.Scalar" => arithmetic(args, Op::Mul, Op::MulScalar),
        "div.Tensor" | "div.Scalar" => {
            arithmetic(args, Op::Div, |number| Op::MulScalar(number.recip()))
        }
        "rsub.Scalar" => {
            if args.number_or("alpha", 1.0)? != 1.0 {
                return beyond("alpha is not 1");
            }
            call(Op::RsubScalar(args.number("other")?), itself()?)
        }
        "pow.Tensor_Scalar" => call(Op::PowScalar(args.number("exponent")?), itself()?),
        "sqrt.default" => call(Op::PowScalar(0.5), itself()?),
        "reciprocal.default" => call(Op::PowScalar(-1.0), itself()?),
        "neg.default" => call(Op::MulScalar(-1.0), itself()?),

        "mean.default" | "mean.dim" | "sum.default" | "sum.dim_IntList" => {
            args.float32_only("dtype")?;
            let dims = args.optional_ints("dim")?.unwrap_or_default();
            let keepdim = args.bool_or("keepdim", false)?;
            let op = match name {
                "mean.default" | "mean.dim" => Op::Mean { dims, keepdim },
                _ => Op::Sum { dims, keepdim },
            };
            call(op, itself()?)
        }
        "cat.default" | "concat.default" | "stack.default" => {
            let (dim, inputs) = (args.int_or("dim", 0)?, args.tensors("tensors")?);
            let stack = name == "stack.default";
            call(if stack { Op::Stack { dim } } else { Op::Cat { dim } }, inputs)
        }
        "pad.default" | "constant_pad_nd.default" => {
            let pad = args.ints("pad")?;
            let mode = args.text_or("mode", "constant")?;
            call(Op::Pad { pad, mode, value: args.optional_number("value")? }, itself()?)
        }
        "reflection_pad2d.default" | "replication_pad2d.default" => {
            let mode = if name.starts_with("refl") { "reflect" } else { "replicate" }.to_owned();
            call(Op::Pad { pad: args.ints("padding")?, mode, value: None }, itself()?)
        }
        _ => shape(name, args),
    }
}

/// Operations that move values about and compute none.
fn shape<'a>(name: &str, args: Args<'a>) -> Answer<Call<'a>> {
    match name {
        "flatten.using_ints" => {
            let (start, end) = (args.int_or("start_dim", 0)?, args.int_or("end_dim", -1)?);
            view(Op::Flatten { start, end }, args)
        }
        "view.default" | "_unsafe_view.default" => {
            view(Op::Reshape { shape: args.ints("size")? }, args)
        }
        "reshape.default" => view(Op::Reshape { shape: args.ints("shape")? }, args),
        "expand.default" => view(Op::Expand { shape: args.ints("size")? }, args),
        "transpose.int" => {
            view(Op::Transpose { a: args.int("dim0")?, b: args.int("dim1")? }, args)
        }
        "t.default" => view(Op::Transpose { a: 0, b: 1 }, args),
        "permute.default" => view(Op::Permute { dims: args.ints("dims")? }, args),
        "chunk.default" => {
            let chunks = args.int("chunks")?;
            args.bounded("chunks", &[chunks], 1)?;
            view(Op::Chunk { chunks, dim: args.int_or("dim", 0)? }, args)
        }
        "split.Tensor" => {
            let size = args.int("split_size")?;
            args.bounded("split_size", &[size], 1)?;
            view(Op::SplitEvery { size, dim: args.int_or("dim", 0)? }, args)
        }
        "split_with_sizes.default" | "split.sizes" => {
            let named = if name.starts_with("split_with") { "split_sizes" } else { "split_size" };
            view(Op::Split { sizes: args.ints(named)?, dim: args.int_or("dim", 0)? }, args)
        }
        "select.int" => {
            view(Op::Select { dim: args.int("dim")?, index: args.int("index")? }, args)
        }
        "slice.Tensor" => {
            let step = args.int_or("step", 1)?;
            args.bounded("step", &[step], 1)?;
            let (start, end) = (args.optional_int("start")?, args.optional_int("end")?);
            view(Op::Slice { dim: args.int_or("dim", 0)?, start, end, step }, args)
        }
        "unsqueeze.default" => view(Op::Unsqueeze { dim: args.int("dim")? }, args),
        "squeeze.default" => view(Op::Squeeze { dim: None }, args),
        "squeeze.dim" => view(Op::Squeeze { dim: Some(args.int("dim")?) }, args),
        "squeeze.dims" => match args.ints("dim")?[..] {
            [dim] => view(Op::Squeeze { dim: Some(dim) }, args),
            _ => beyond("several dimensions at once"),
        },
        "contiguous.default" => view(Op::Identity, args),
        "detach.default" | "detach_.default" | "alias.default" => same(args, "self"),
        "clone.default" | "lift_fresh_copy.default" => {
            call(Op::Identity, vec![args.tensor("self")?])
        }
        "to.dtype" | "to.dtype_layout" | "_to_copy.default" => {
            args.float32_only("dtype")?;
            view(Op::Identity, args)
        }
        "dropout.default" | "dropout_.default" | "feature_dropout.default"
        | "feature_dropout_.default" | "alpha_dropout.default" => {
            if args.bool_or("train", false)? {
                return Err(Fault::Training { node: "a dropout".into() }.into());
            }
            same(args, "input")
        }
        _ => Err(Refusal::Unsupported(None)),
    }
}

fn same<'a>(args: Args<'a>, input: &str) -> Answer<Call<'a>> {
    Ok(Call { sharing: Sharing::Same, ..call(Op::Identity, vec![args.tensor(input)?])? })
}

fn arithmetic<'a>(
    args: Args<'a>,
    tensor: Op,
    number: impl FnOnce(f64) -> Op,
) -> Answer<Call<'a>> {
    let a = args.tensor("self")?;
    match args.operand("other")? {
        Operand::Tensor(b) => call(tensor, vec![a, b]),
        Operand::Number(other) => call(number(other), vec![a]),
    }
}

fn conv2d<'a>(args: Args<'a>) -> Answer<Call<'a>> {
    if args.bool_or("transposed", false)? {
        return beyond("it is transposed");
    }
    let mut inputs = vec![args.tensor("input")?, args.tensor("weight")?];
    let bias = args.optional_tensor("bias")?;
    inputs.extend(bias);
    let groups = args.int_or("groups", 1)?;
    args.bounded("groups", &[groups], 1)?;
    let padding = if args.is_text("padding") {
        Padding::Named(args.text_or("padding", "valid")?)
    } else {
        Padding::Explicit(args.pair("padding", Some(0), 0)?)
    };
    let op = Op::Conv2d {
        bias: bias.is_some(),
        stride: args.pair("stride", Some(1), 1)?,
        padding,
        dilation: args.pair("dilation", Some(1), 1)?,
        groups,
    };
    call(op, inputs)
}

fn batch_norm<'a>(args: Args<'a>) -> Answer<(Op, Vec<&'a str>)> {
    let mut inputs = vec![args.tensor("input")?];
    let (weight, bias) = (args.optional_tensor("weight")?, args.optional_tensor("bias")?);
    if weight.is_some() != bias.is_some() {
        return beyond("it has only one of weight and bias");
    }
    inputs.extend(weight);
    inputs.extend(bias);
    match (args.optional_tensor("running_mean")?, args.optional_tensor("running_var")?) {
        (Some(mean), Some(var)) => inputs.extend([mean, var]),
        _ => return beyond("it keeps no running statistics"),
    }
    Ok((Op::BatchNorm { affine: weight.is_some(), eps: args.number_or("eps", 1e-5)? }, inputs))
}

fn max_pool2d(args: Args) -> Answer<Op> {
    let kernel = args.pair("kernel_size", None, 1)?;
    Ok(Op::MaxPool2d {
        stride: stride_or(args, &kernel)?,
        padding: args.pair("padding", Some(0), 0)?,
        dilation: args.pair("dilation", Some(1), 1)?,
        ceil_mode: args.bool_or("ceil_mode", false)?,
        kernel,
    })
}

/// The stride of a pool, which is its kernel where none is given.
fn stride_or(args: Args, kernel: &[i64]) -> Answer<Vec<i64>> {
    match args.optional_ints("stride")? {
        Some(stride) if !stride.is_empty() => args.pair("stride", None, 1),
        _ => Ok(kernel.to_vec()),
    }
}

/// `getitem` as a node of its own: written only where an operation's outputs could not be folded
/// into it.
fn item<'a>(args: Args<'a>) -> Answer<Step<'a>> {
    let mut positional = args.positional();
    let of = match positional.next() {
        Some(Argument::Tensors(list)) => Source::Values(list),
        Some(Argument::Tensor(node)) => Source::Node(node),
        _ => return Err(Refusal::Unsupported(None)),
    };
    match positional.next() {
        Some(Argument::Int(index)) => match usize::try_from(*index) {
            Ok(index) => Ok(Step::Item { of, index }),
            Err(_) => beyond("the index counts from the end"),
        },
        _ => Err(Refusal::Unsupported(None)),
    }
}
