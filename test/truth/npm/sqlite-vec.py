# sqlite-vec.py LIBRARY: loads the extension and has it compare vectors
import sqlite3
import struct
import sys

connection = sqlite3.connect(":memory:")
connection.enable_load_extension(True)
connection.load_extension(sys.argv[1].removesuffix(".so"))
one, other = (struct.pack("256f", *range(start, start + 256)) for start in (0, 1))
l2, cosine = connection.execute("select vec_distance_L2(?1, ?2), vec_distance_cosine(?1, ?2)", (one, other)).fetchone()
assert l2 == 16 and 0 <= cosine < 0.001
print("ok")
