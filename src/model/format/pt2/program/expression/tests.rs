//! What PyTorch writes today and what it wrote earlier is computed; nothing else is guessed.

use super::*;

fn value(text: &str) -> Option<i64> {
    let symbols = [("s0", 7), ("s77", 1), ("s53", 224)];
    let symbols = symbols.map(|(name, size)| (name.to_owned(), size));
    evaluate(text, &symbols.into())
}

#[test]
fn computes_what_the_serialiser_writes() {
    let symbol = "Symbol('s53', positive=True, integer=True)";
    assert_eq!(value(symbol), Some(224));
    assert_eq!(only_symbol(symbol), Some("s53"));
    let half = format!("FloorDiv(Add({symbol}, Integer(-1)), Integer(2))");
    assert_eq!(value(&half), Some(111));
    let text = format!("Add(Mul(Integer(2), {half}), Pow(Symbol('s0'), Integer(2)))");
    assert_eq!(value(&text), Some(271));
    assert_eq!(symbols_in(&text), ["s53", "s0"]);
    assert_eq!(
        value("Mod(Add(Integer(4), Mul(Integer(-1), Integer(3))), Integer(4))"),
        Some(1)
    );
    assert_eq!(value("Max(Integer(1), Symbol('s0'), Integer(3))"), Some(7));
    assert_eq!(
        value("TruncToInt(IntTrueDiv(Symbol('s0'), Integer(2)))"),
        Some(3)
    );
    assert_eq!(
        value("FloorToInt(Mul(Float('0.5', precision=53), ToFloat(Symbol('s0'))))"),
        Some(3)
    );
    assert_eq!(value("Mul(Rational(1, 7), Symbol('s0'))"), Some(1));
}

#[test]
fn computes_what_older_files_write() {
    assert_eq!(value("2*s53 + 1"), Some(449));
    assert_eq!(value("((s53 - 1)//2) + 1"), Some(112));
    assert_eq!(value("-s0**2 + Mod(s53, 5)"), Some(-45));
    assert_eq!(value("floor(s0/2)*s77"), Some(3));
    assert_eq!(symbols_in("floor(s0/2)*s77"), ["s0", "s77"]);
    assert_eq!(only_symbol("s0"), Some("s0"));
    assert_eq!(only_symbol("2*s0"), None);
}

#[test]
fn knows_nothing_of_fractions_other_functions_and_nonsense() {
    for text in [
        "",
        "s1",
        "s0/2",
        "sin(s0)",
        "1 +",
        "(1",
        "1)",
        "Integer()",
        "Integer(1",
        "s0 s0",
        "Mod(s0, 0)",
        "s0//0",
        "2**9999",
        "Symbol('s0'",
        "Symbol(s0)",
        "é",
        "0x10",
        "170141183460469231731687303715884105727*9",
    ] {
        assert_eq!(value(text), None, "{text}");
    }
    assert_eq!(value(&"(".repeat(60_000)), None);
    assert_eq!(value(&"Add(".repeat(16_000)), None);
    assert_eq!(value(&"-".repeat(60_000)), None);
    assert_eq!(value(&format!("{}1", "1+".repeat(100_000))), None);
}
