#!/usr/bin/env python3
"""Writes the Ed25519 vectors of src/ed25519_vectors: hostile keys and signatures with libsodium's verdicts.

Needs libsodium 1.0.18 as a shared library (Debian and Ubuntu: libsodium23), the release whose verdicts the
ledger's signatures have; another release is refused, because later ones decide some of these otherwise.

    scripts/ed25519-vectors.py                      the committed file
    scripts/ed25519-vectors.py --scale 30 --out F   thirty times as many, for a comparison by hand:
                                                    RYDRA_ED25519_VECTORS=F cargo test -p rydra-core --lib ed25519
    scripts/ed25519-vectors.py --wycheproof ed25519_test.json --out F   Project Wycheproof's cases

One vector a line: class, verification key, signature, message (all hex, "-" when empty), verdict. The same
arguments give the same file.
"""

import argparse
import ctypes
import ctypes.util
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
VERSION = b"1.0.18"


def libsodium():
    found = ctypes.util.find_library("sodium") or "libsodium.so.23"
    lib = ctypes.CDLL(found)
    lib.sodium_version_string.restype = ctypes.c_char_p
    seen = lib.sodium_version_string()
    if seen != VERSION:
        raise SystemExit(f"libsodium {seen.decode()}; needed {VERSION.decode()}: install libsodium23")
    lib.sodium_init()
    return lambda key, signature, message: (
        lib.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), key) == 0
    )


# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z; only `affine` divides.
def add(one, other):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    total = NEUTRAL
    while n:
        if n & 1:
            total = add(total, point)
        point = add(point, point)
        n >>= 1
    return total


def affine(point):
    inverse = pow(point[2], P - 2, P)
    return point[0] * inverse % P, point[1] * inverse % P


def from_affine(x, y):
    return x, y, 1, x * y % P


NEUTRAL = (0, 1, 1, 0)


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square:
        return None
    return P - x if x and x & 1 != sign else x


def raw(y, sign):
    return (y | sign << 255).to_bytes(32, "little")


def encode(point):
    x, y = affine(point)
    return raw(y, x & 1)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = from_affine(x_of(BASE_Y, 0), BASE_Y)


def torsion():
    """The eight points of small order: multiples of one of order eight."""
    for y in range(2, 100):
        x = x_of(y, 0)
        if x is None:
            continue
        point = times(L, from_affine(x, y))
        if affine(times(4, point)) != (0, 1):
            return [times(n, point) for n in range(8)]
    raise AssertionError("no point of order eight")


SMALL = torsion()


def other_encodings():
    """Encodings of points of small order that no encoder writes: y not reduced, or the sign of x = 0."""
    small = {affine(point)[1] for point in SMALL}
    for y in small:
        for sign in (0, 1):
            for shift in (0, P):
                if y + shift < 2**255:
                    bytes_ = raw(y + shift, sign)
                    if bytes_ not in {encode(point) for point in SMALL}:
                        yield bytes_


OTHER = sorted(other_encodings())
SMALL_ENCODINGS = [encode(point) for point in SMALL] + OTHER


class Numbers:
    """Numbers from a seed, by hashing a counter."""

    def __init__(self, seed):
        self.seed, self.count = seed.encode(), 0

    def bytes(self, n):
        out = b""
        while len(out) < n:
            self.count += 1
            out += hashlib.sha512(self.seed + self.count.to_bytes(8, "little")).digest()
        return out[:n]

    def scalar(self):
        return 1 + int.from_bytes(self.bytes(64), "little") % (L - 1)

    def below(self, n):
        return int.from_bytes(self.bytes(8), "little") % n


def challenge(r, key, message):
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def little(n):
    return n.to_bytes(32, "little")


class Maker:
    def __init__(self, verdict):
        self.verdict, self.lines, self.seen = verdict, [], set()

    def put(self, name, key, signature, message):
        accepted = self.verdict(key, signature, message)
        parts = [key.hex(), signature.hex(), message.hex() or "-"]
        if tuple(parts) not in self.seen:
            self.seen.add(tuple(parts))
            self.lines.append(" ".join([name, *parts, "accept" if accepted else "refuse"]))
        return accepted


def honest(numbers, message):
    secret, nonce = numbers.scalar(), numbers.scalar()
    key, r = encode(times(secret, BASE)), encode(times(nonce, BASE))
    return key, r, (nonce + challenge(r, key, message) * secret) % L


def mixed(make, numbers, rounds):
    """Key and nonce, each with a part of small order: cofactorless acceptance depends on the message."""
    for i, key_part in enumerate(SMALL):
        for j, nonce_part in enumerate(SMALL):
            secret, nonce = numbers.scalar(), numbers.scalar()
            key = encode(add(times(secret, BASE), key_part))
            r = encode(add(times(nonce, BASE), nonce_part))
            for _ in range(rounds):
                # Until the parts cancel once and do not cancel once, as far as they can.
                wanted = {True, False}
                for _ in range(24):
                    message = numbers.bytes(6)
                    k = challenge(r, key, message)
                    cancels = (j + k * i) % 8 == 0
                    if cancels in wanted:
                        wanted.discard(cancels)
                        make.put(f"mixed-{i}-{j}", key, r + little((nonce + k * secret) % L), message)


def small(make, numbers, rounds):
    """Key, nonce or both of small order, in every encoding."""
    for _ in range(rounds):
        for key in SMALL_ENCODINGS:
            for r in SMALL_ENCODINGS:
                make.put("small-both", key, r + little(0), numbers.bytes(6))
            for part in SMALL:
                nonce = numbers.scalar()
                r = encode(add(times(nonce, BASE), part))
                make.put("small-key", key, r + little(nonce), numbers.bytes(6))
        for r in SMALL_ENCODINGS:
            for part in SMALL:
                secret, message = numbers.scalar(), numbers.bytes(6)
                key = encode(add(times(secret, BASE), part))
                s = challenge(r, key, message) * secret % L
                make.put("small-nonce", key, r + little(s), message)
                # As if the verifier encoded the nonce again before it hashes.
                y = (int.from_bytes(r, "little") & (2**255 - 1)) % P
                again = encode(from_affine(x_of(y, r[31] >> 7), y))
                s = challenge(again, key, message) * secret % L
                make.put("small-nonce-again", key, r + little(s), message)


def scalars(make, numbers, rounds):
    """The scalar beyond the group's order, at its edges, and with its high bits set."""
    for _ in range(rounds):
        message = numbers.bytes(6)
        key, r, s = honest(numbers, message)
        for n in range(16):
            if s + n * L < 2**256:
                make.put(f"scalar-plus-{n}", key, r + little(s + n * L), message)
        for bit in range(250, 256):
            make.put("scalar-bit", key, r + little(s ^ 1 << bit), message)
        for edge in (0, 1, L - 1, L, L + 1, 2**252 - 1, 2**252, 2**253 - 1, 2**255 - 1, 2**256 - 1):
            make.put("scalar-edge", key, r + little(edge), message)
        # The negated scalar and the negated points satisfy nothing.
        make.put("scalar-negative", key, r + little(L - s), message)


def encodings(make, numbers, rounds):
    """Coordinates that are not reduced, on the curve or not, with both signs, as key and as nonce."""
    for _ in range(rounds):
        for y in range(P, 2**255):
            for sign in (0, 1):
                bytes_, message = raw(y, sign), numbers.bytes(6)
                key, r, s = honest(numbers, message)
                make.put("unreduced-key", bytes_, r + little(s), message)
                make.put("unreduced-nonce", key, bytes_ + little(s), message)
        for y in range(0, 20):
            for sign in (0, 1):
                message = numbers.bytes(6)
                key, r, s = honest(numbers, message)
                make.put("low-key", raw(y, sign), r + little(s), message)
                make.put("low-nonce", key, raw(y, sign) + little(s), message)


def plain(make, numbers, rounds):
    """Honest signatures over messages of all lengths, then each with one bit flipped, then noise."""
    for at in range(40 * rounds):
        message = numbers.bytes(at % 40 if rounds == 1 else numbers.below(300))
        key, r, s = honest(numbers, message)
        signature = r + little(s)
        make.put("honest", key, signature, message)
        bit = numbers.below(512)
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        make.put("flipped-signature", key, bytes(flipped), message)
        bit = numbers.below(256)
        flipped = bytearray(key)
        flipped[bit // 8] ^= 1 << bit % 8
        make.put("flipped-key", bytes(flipped), signature, message)
        make.put("other-message", key, signature, message + b"\0")
    for _ in range(10 * rounds):
        make.put("noise", numbers.bytes(32), numbers.bytes(64), numbers.bytes(6))


def generated(make, scale):
    numbers = Numbers("rydra ed25519 vectors 1")
    for part in (mixed, small, scalars, encodings, plain):
        part(make, numbers, scale)


def wycheproof(make, path):
    with open(path, encoding="utf-8") as file:
        groups = json.load(file)["testGroups"]
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            if len(signature) == 64 and len(key) == 32:
                accepted = make.put(f"wycheproof-{case['tcId']}", key, signature, message)
                if accepted != (case["result"] == "valid"):
                    print(f"wycheproof {case['tcId']}: {case['result']}, libsodium {accepted}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--out", default="src/ed25519_vectors/generated.txt")
    arguments.add_argument("--scale", type=int, default=1)
    arguments.add_argument("--wycheproof")
    given = arguments.parse_args()
    make = Maker(libsodium())
    if given.wycheproof:
        wycheproof(make, given.wycheproof)
    else:
        generated(make, given.scale)
    with open(given.out, "w", encoding="ascii") as file:
        file.write("# Verdicts of libsodium 1.0.18, by scripts/ed25519-vectors.py\n")
        file.write("# class key signature message verdict\n")
        file.write("\n".join(make.lines) + "\n")
    accepted = sum(line.endswith("accept") for line in make.lines)
    print(f"{len(make.lines)} vectors, {accepted} accepted, to {given.out}")


main()
