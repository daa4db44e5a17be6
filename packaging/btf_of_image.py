#!/usr/bin/env python3
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
"""
Take the types out of a kernel image that is not compressed:

	btf_of_image.py IMAGE FILE

In such an image, which arm64 boots, BTF lies as it is: the header's magic,
version 1, no flags, its own length of 24, and then where types and strings
are.
"""
import struct
import sys

HEADER = '<HBBI4I'
BEGIN = struct.pack('<HBBI', 0xeb9f, 1, 0, 24)

with open(sys.argv[1], 'rb') as f:
    image = f.read()
at = image.find(BEGIN)
while at >= 0:
    *_, types, types_len, strings, strings_len = struct.unpack_from(HEADER, image, at)
    # A module's are few, and other data may begin alike.
    if types == 0 and strings == types_len and strings_len > 100000:
        with open(sys.argv[2], 'wb') as f:
            f.write(image[at:at + 24 + strings + strings_len])
        sys.exit()
    at = image.find(BEGIN, at + 1)
sys.exit('no BTF in ' + sys.argv[1])
