"""The same pictures in every format that is read, and what they show.

python tests/pictures/formats.py        (pillow 13.0, imagecodecs 2026.3, numpy)

formats/NAME.EXT is a picture, formats/NAME.EXT.png what Pillow or imagecodecs decode it to.
"""

import pathlib

import imagecodecs
import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).parent / "formats"
WIDTH, HEIGHT = 14, 9


def main():
    FOLDER.mkdir(exist_ok=True)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    colours = np.stack([x * 17, y * 25, (x * 7 + y * 11) % 256], -1).astype("u1")
    grey = colours[..., 2].copy()
    opacity = np.where((x - 6) ** 2 + (y - 4) ** 2 < 12, 255, 0).astype("u1")
    alpha = np.dstack([colours, opacity])
    twelve = ((x * 300 + y * 17) % 4096).astype("u2")
    twelve[0, 0] = 4095
    deep = np.stack([x * 4600, y * 7000, (x * 1700 + y * 911) % 65536], -1).astype("u2")

    def pillow(name, values, **more):
        Image.fromarray(values).save(FOLDER / name, **more)
        picture = Image.open(FOLDER / name)
        picture.save(FOLDER / f"{name}.png")

    def coded(name, data, decode):
        (FOLDER / name).write_bytes(data)
        Image.fromarray(decode(data)).save(FOLDER / f"{name}.png")

    for name, values in [("colours.ppm", colours), ("grey.pgm", grey), ("colours.tga", colours), ("alpha.tga", alpha), ("grey.tga", grey),
                         ("colours.jp2", colours), ("grey.jp2", grey), ("alpha.jp2", alpha)]:
        pillow(name, values, **({"irreversible": False} if name.endswith("jp2") else {}))
    pillow("packed.tga", colours, compression="tga_rle")
    Image.fromarray(grey > 99).save(FOLDER / "bits.pbm")
    Image.open(FOLDER / "bits.pbm").convert("L").save(FOLDER / "bits.pbm.png")
    (FOLDER / "plain.ppm").write_text("P3\n# a comment\n2 1\n255\n255 0 0  0 128 255\n")
    Image.open(FOLDER / "plain.ppm").save(FOLDER / "plain.ppm.png")
    coded("colours.qoi", imagecodecs.qoi_encode(colours), imagecodecs.qoi_decode)
    coded("alpha.qoi", imagecodecs.qoi_encode(alpha), imagecodecs.qoi_decode)
    jxl = {"lossless": True, "effort": 3}
    for name, values in [("colours.jxl", colours), ("grey.jxl", grey), ("alpha.jxl", alpha)]:
        coded(name, imagecodecs.jpegxl_encode(values, **jxl), imagecodecs.jpegxl_decode)
    coded("lossy.jxl", imagecodecs.jpegxl_encode(colours, distance=1.0), imagecodecs.jpegxl_decode)
    coded("lossy.j2k", imagecodecs.jpeg2k_encode(colours, level=40, codecformat="j2k", reversible=False), imagecodecs.jpeg2k_decode)

    # More than 8 bits: the file says how many.
    (FOLDER / "twelve.jp2").write_bytes(imagecodecs.jpeg2k_encode(twelve, level=0, reversible=True, codecformat="jp2", bitspersample=12))
    Image.fromarray(np.floor(twelve.astype("f8") * 255 / 4095 + 0.5).astype("u1")).save(FOLDER / "twelve.jp2.png")
    (FOLDER / "deep.jxl").write_bytes(imagecodecs.jpegxl_encode(deep, **jxl))
    Image.fromarray(np.floor(deep / 257 + 0.5).astype("u1")).save(FOLDER / "deep.jxl.png")
    text = f"P5\n{WIDTH} {HEIGHT}\n4095\n".encode()
    (FOLDER / "twelve.pgm").write_bytes(text + twelve.astype(">u2").tobytes())
    Image.fromarray(np.floor(twelve.astype("f8") * 255 / 4095 + 0.5).astype("u1")).save(FOLDER / "twelve.pgm.png")


main()
