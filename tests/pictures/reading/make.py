"""Pictures that tools read differently, and what Pillow makes of them.

python tests/pictures/reading/make.py        (pillow 13.0, numpy, tifffile, opencv)

NAME.ext is a picture, NAME.ext.rgb.png is `Image.open("NAME.ext").convert("RGB")`, and NAME.ext.own.png is
`Image.open("NAME.ext")` with its opacity. scene.png is what the pictures of 12 bits show.
"""

import pathlib

import cv2
import numpy as np
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 14, 9


def pillow(name):
    Image.open(HERE / name).convert("RGB").save(HERE / f"{name}.rgb.png")


def own(name):
    picture = Image.open(HERE / name)
    if picture.mode == "La":
        picture = picture.convert("LA")
    picture.save(HERE / f"{name}.own.png")
    picture.convert("RGB").save(HERE / f"{name}.rgb.png")


def main():
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colours = np.stack([x * 17, y * 25, (x * 7 + y * 11) % 256], -1).astype("u1")
    picture = Image.fromarray(colours)
    grey = picture.convert("L")

    # Orientation: of a picture without losses, and TIFF, which Pillow turns itself.
    for turn in range(2, 9):
        exif = Image.Exif()
        exif[0x112] = turn
        picture.save(HERE / f"turned_{turn}.png", exif=exif)
        pillow(f"turned_{turn}.png")
    exif = Image.Exif()
    exif[0x112] = 6
    picture.save(HERE / "turned.webp", exif=exif, lossless=True)
    picture.save(HERE / "turned.tif", exif=exif)
    pillow("turned.webp")
    pillow("turned.tif")

    # Transparency, over colours that nobody is meant to see.
    opacity = np.where((x - 6) ** 2 + (y - 4) ** 2 < 12, 255, 0).astype("u1")
    opacity[:2, :3] = 128
    hidden = colours.copy()
    hidden[opacity == 0] = (255, 0, 0)
    Image.fromarray(np.dstack([hidden, opacity])).save(HERE / "red.png")
    Image.fromarray(np.dstack([colours, opacity])).save(HERE / "kept.webp", lossless=True, exact=True)
    Image.fromarray(np.dstack([np.asarray(grey), opacity]), "LA").save(HERE / "grey_alpha.png")
    indexed = picture.quantize(16)
    indexed.save(HERE / "indexed.png", transparency=3)
    grey.save(HERE / "grey_trns.png", transparency=int(np.asarray(grey)[5, 5]))
    picture.save(HERE / "rgb_trns.png", transparency=tuple(int(level) for level in colours[5, 5]))
    indexed.save(HERE / "indexed.gif", transparency=3)
    tifffile.imwrite(HERE / "alpha.tif", np.dstack([hidden, opacity]), photometric="rgb", extrasamples=["unassalpha"])
    for name in ["red.png", "kept.webp", "grey_alpha.png", "indexed.png", "grey_trns.png", "rgb_trns.png", "indexed.gif", "alpha.tif"]:
        pillow(name)

    # 16 bits: all of them, and twelve.
    levels = np.asarray(grey).astype("u4")
    full, twelve = (levels * 257).astype("u2"), (levels * 4095 // 255).astype("u2")
    grey.convert("RGB").save(HERE / "scene.png")
    for name, values in [("full", full), ("twelve", twelve)]:
        Image.fromarray(values).save(HERE / f"{name}.png")
        tifffile.imwrite(HERE / f"{name}.tif", values, photometric="minisblack")
        pillow(f"{name}.png")
        pillow(f"{name}.tif")
    tifffile.imwrite(HERE / "inverted.tif", 65535 - full, photometric="miniswhite")
    pillow("inverted.tif")
    deep = colours.astype("u2") * 250 + 77
    cv2.imwrite(str(HERE / "colours_16.png"), deep[..., ::-1])
    tifffile.imwrite(HERE / "colours_16.tif", deep, photometric="rgb")
    cv2.imwrite(str(HERE / "alpha_16.png"), np.dstack([deep[..., ::-1], opacity.astype("u2") * 257]))
    for name in ["colours_16.png", "colours_16.tif", "alpha_16.png"]:
        pillow(name)

    # TIFFs with opacity, whose colours are multiplied by it or not.
    multiplied = lambda values: (values.astype("f8") * (opacity[..., None] / 255)).round().astype(values.dtype)
    associated = np.dstack([multiplied(colours), opacity])
    tifffile.imwrite(HERE / "associated.tif", associated, photometric="rgb", extrasamples=["assocalpha"])
    words = np.dstack([multiplied(deep), opacity.astype("u2") * 257])
    tifffile.imwrite(HERE / "associated_16.tif", words, photometric="rgb", extrasamples=["assocalpha"])
    pillow("associated_16.tif")
    Image.fromarray(np.dstack([np.asarray(grey), opacity]), "LA").save(HERE / "grey_alpha.tif")
    planes = np.dstack([multiplied(np.asarray(grey)[..., None]), opacity])
    tifffile.imwrite(HERE / "grey_associated.tif", planes, photometric="minisblack", extrasamples=["assocalpha"])
    for name in ["associated.tif", "grey_alpha.tif", "grey_associated.tif"]:
        own(name)

    # One band of numbers that are no levels.
    numbers = levels.astype("f8") * 3.7 - 200.3
    for name, values in [
        ("float", numbers.astype("f4")),
        ("int8", (numbers / 5).astype("i1")),
        ("int16", numbers.astype("i2")),
        ("int32", numbers.astype("i4")),
        ("uint32", (levels << 24) + levels),
    ]:
        tifffile.imwrite(HERE / f"{name}.tif", values, photometric="minisblack")
        pillow(f"{name}.tif")
    tifffile.imwrite(HERE / "float_inverted.tif", numbers.astype("f4"), photometric="miniswhite")
    pillow("float_inverted.tif")

    # Several pages, and a page with a smaller copy of it; inks.
    with tifffile.TiffWriter(HERE / "pages.tif") as pages:
        pages.write(colours, photometric="rgb")
        pages.write(colours[::-1], photometric="rgb")
    with tifffile.TiffWriter(HERE / "overview.tif") as pages:
        pages.write(colours, photometric="rgb")
        pages.write(colours[::2, ::2], photometric="rgb", subfiletype=1)
    picture.convert("CMYK").save(HERE / "inks.tif")
    for name in ["pages.tif", "overview.tif", "inks.tif"]:
        pillow(name)


if __name__ == "__main__":
    main()
