"""TIFFs as microscopes, satellites and printers write them, and what they show.

python tests/pictures/tiffs.py        (tifffile 2026.3, imagecodecs 2026.3, pillow 13.0, numpy)

tiffs/NAME.tif is a picture, tiffs/NAME.tif.png what it shows by default: what Pillow makes of it (Lab: with ImageCms), or its
values as tifffile reads them through the window that is usual for them.
"""

import pathlib

import numpy as np
import tifffile
from PIL import Image, ImageCms

FOLDER = pathlib.Path(__file__).parent / "tiffs"
WIDTH, HEIGHT = 20, 17


def save(name, levels):
    Image.fromarray(levels).save(FOLDER / f"{name}.tif.png")


def through(values, black, white):
    levels = (values.astype("f8") - black) * 255 / (white - black)
    return np.floor(np.clip(levels, 0, 255) + 0.5).astype("u1")


def percentiles(values):
    ranked = np.sort(values.astype("f8").ravel())
    last = len(ranked) - 1
    return ranked[int(np.floor(0.02 * last + 0.5))], ranked[int(np.floor(0.98 * last + 0.5))]


def main():
    FOLDER.mkdir(exist_ok=True)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colours = np.stack([x * 12, y * 15, (x * 7 + y * 11) % 256], -1).astype("u1")
    grey = colours[..., 2].copy()

    def write(name, values, **more):
        tifffile.imwrite(FOLDER / f"{name}.tif", values, **more)
        return tifffile.imread(FOLDER / f"{name}.tif")

    # Colours as they are, in all wrappings.
    tiles = {"photometric": "rgb", "tile": (16, 16)}
    for name, more in [("tiled", tiles), ("big", {"photometric": "rgb", "bigtiff": True}), ("zstd", {**tiles, "compression": "zstd"}),
                       ("zstd_difference", {**tiles, "compression": "zstd", "predictor": True}),
                       ("lzw", {**tiles, "compression": "lzw"}), ("separate", {"photometric": "rgb", "planarconfig": "separate"})]:
        values = np.moveaxis(colours, -1, 0) if name == "separate" else colours
        read = write(name, values, **more)
        save(name, np.moveaxis(read, 0, -1) if name == "separate" else read)
    # Tables of a palette are for 16 bits.
    table = (np.random.default_rng(0).integers(0, 256, (3, 256)) * 257).astype("u2")
    write("palette", grey // 16, photometric="palette", colormap=table)
    Image.fromarray(colours).quantize(16).save(FOLDER / "palette_4.tif", bits=4)
    Image.fromarray(colours).convert("YCbCr").save(FOLDER / "chrominance.tif")
    write("jpeg", np.repeat(np.repeat(colours, 2, 0), 2, 1), photometric="rgb", tile=(16, 16), compression="jpeg", compressionargs={"level": 95})
    for name in ["palette", "palette_4", "chrominance", "jpeg"]:
        Image.open(FOLDER / f"{name}.tif").convert("RGB").save(FOLDER / f"{name}.tif.png")
    # Pale, so that all colours are those of a screen.
    pale = Image.fromarray(colours // 3 + 80)
    lab, screen = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    to_lab = ImageCms.buildTransform(screen, lab, "RGB", "LAB")
    ImageCms.applyTransform(pale, to_lab).save(FOLDER / "lab.tif")
    pale.save(FOLDER / "lab.tif.png")
    icc = np.asarray(ImageCms.applyTransform(pale, to_lab)).copy()
    icc[..., 1:] ^= 128
    write("icc_lab", icc, photometric="icclab")
    pale.save(FOLDER / "icc_lab.tif.png")

    # Other numbers.
    unit = (grey / 255).astype("f4")
    for name, values, more in [("float", unit, {}), ("half", unit.astype("f2"), {}), ("double", unit.astype("f8"), {}),
                               ("float_difference", unit, {"compression": "deflate", "predictor": 3})]:
        save(name, through(write(name, values, **more), 0, 1))
    for name, values in [("int16", grey.astype("i2") * 10 - 500), ("uint32", grey.astype("u4") * 100_000), ("dark", grey.astype("u2") * 20 + 90)]:
        read = write(name, values)
        save(name, through(read, *percentiles(read)))
    bands = np.stack([grey.astype("u2") * 10, grey.astype("u2")[::-1] * 5 + 30, colours[..., 0].astype("u2") * 3, colours[..., 1].astype("u2")])
    read = write("bands", bands, photometric="minisblack", planarconfig="separate")
    save("bands", np.dstack([through(band, *percentiles(band)) for band in read[:3]]))
    read = write("float_colours", (colours / 255).astype("f4"), photometric="rgb")
    save("float_colours", through(read, 0, 1))

    # What is not read is named.
    write("lzma", grey, compression="lzma")
    write("lerc", grey, compression="lerc")
    write("jpeg_2000", grey, compression="jpeg2000")
    write("raw", grey, photometric="minisblack", extratags=[(50706, 1, 4, bytes([1, 4, 0, 0]), True)])


main()
