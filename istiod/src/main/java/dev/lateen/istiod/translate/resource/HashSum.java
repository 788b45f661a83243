package dev.lateen.istiod.translate.resource;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * The sum of the SHA-256 hashes of some things of which none is there twice, modulo 2^64 in each of four parts: the same for the same things, in whatever order they came
 * and went, so that one more or one less costs no look at the others. Immutable.
 */
public record HashSum(long a, long b, long c, long d) {
    /** Of nothing. */
    public static final HashSum ZERO = new HashSum(0, 0, 0, 0);

    /** Of one content. */
    public static HashSum of(ByteString content) {
        ByteBuffer hash = ByteBuffer.wrap(Protos.sha256(content));
        return new HashSum(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }

    /** With one more. */
    public HashSum plus(HashSum other) {
        return new HashSum(a + other.a, b + other.b, c + other.c, d + other.d);
    }

    /** Without one of them. */
    public HashSum minus(HashSum other) {
        return new HashSum(a - other.a, b - other.b, c - other.c, d - other.d);
    }

    /** The sum itself, to be hashed. */
    public ByteString bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(4 * Long.BYTES);
        bytes.putLong(a).putLong(b).putLong(c).putLong(d).flip();
        return ByteString.copyFrom(bytes);
    }
}
