package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.pool.HeldBodies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Takes gRPC messages out of DATA: each has a prefix of a flag and four bytes of length (gRPC over HTTP/2, "Length-Prefixed-Message"). They are put together on the heap;
 * what there is of one counts among the bodies that are held.
 */
final class GrpcReader {
    private static final int PREFIX = 5;
    private static final int FIRST_ROOM = 4096;

    private final int most;
    private final HeldBodies held;
    private final ByteBuf prefix = Unpooled.buffer(PREFIX, PREFIX);
    private @Nullable ByteBuf message;
    private int length;

    /** What there is to take. */
    sealed interface Part {
        /** Nothing until more comes. */
        record Nothing() implements Part {}

        record Message(ByteBuf content) implements Part {}

        /** What follows can't be read. */
        record Broken(CallFailure why) implements Part {}
    }

    private static final Part NOTHING = new Part.Nothing();

    /** @param most bytes of a message */
    GrpcReader(int most, HeldBodies held) {
        this.most = most;
        this.held = held;
    }

    /** The next message of which {@code data} is the end, or the whole. @param data read as far as was needed; stays the caller's */
    Part next(ByteBuf data) {
        ByteBuf begun = message;
        if (begun == null) {
            data.readBytes(prefix, Math.min(data.readableBytes(), PREFIX - prefix.readableBytes()));
            if (prefix.readableBytes() < PREFIX) {
                return NOTHING;
            }
            CallFailure refusal = refusal();
            if (refusal != null) {
                return new Part.Broken(refusal);
            }
            length = prefix.getInt(1);
            begun = Unpooled.buffer(Math.min(length, FIRST_ROOM), length);
            message = begun;
        }
        int more = Math.min(data.readableBytes(), length - begun.readableBytes());
        if (more > 0 && held.full()) {
            return new Part.Broken(new CallFailure.Overloaded());
        }
        begun.writeBytes(data, more);
        held.add(more);
        if (begun.readableBytes() < length) {
            return NOTHING;
        }
        letGo();
        return new Part.Message(begun);
    }

    private @Nullable CallFailure refusal() {
        if (prefix.getByte(0) != 0) {
            return GrpcEnd.internal("a compressed message (expected: none, as none was asked for)");
        }
        return prefix.getUnsignedInt(1) > most ? new CallFailure.TooLarge(most) : null;
    }

    /** Whether a message has begun and not ended. */
    boolean amid() {
        return prefix.isReadable();
    }

    /** Forgets what there is of a message. */
    void letGo() {
        ByteBuf begun = message;
        if (begun != null) {
            held.remove(begun.readableBytes());
            message = null;
        }
        prefix.clear();
    }
}
