fn main(){println!("{:?}", tch::Tensor::from(1.0f32));}
