use gradcam::{Explainer, OverlayOptions};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let explanation = Explainer::open("models/squeezenet1_1.pt2")?.explain("assets/chelsea.png")?;
    for class in explanation.top(3) {
        println!("{:5.1} %  {}", class.probability * 100.0, class.label);
    }
    let map = explanation.heat_map("tabby", None)?;
    let overlay = explanation.overlay(&map, &OverlayOptions::default());
    overlay.save("tabby.png")?;
    Ok(())
}
