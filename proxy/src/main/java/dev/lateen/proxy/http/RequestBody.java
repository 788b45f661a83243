package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.filter.HeldBody;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a request's body that is held: until there is somewhere to send it, and for as long as it may have to be sent again. Bounded by
 * {@link CodecLimits#HELD_BODY}, and with all others of its event loop by {@link HeldBodies}: beyond it reading stops, or
 * the retry is given up.
 */
final class RequestBody implements HeldBody {
    /** Smaller parts are copied together: each would keep the whole buffer that it was read into. */
    private static final int SMALL = 2048;

    private final HeldBodies all;
    /** A list of its own only where anything is held: most requests have no body. */
    private List<ByteBuf> parts = List.of();

    private long size;

    /** Whether the last part is one that smaller ones are copied to. */
    private boolean gathering;

    private boolean ended;
    private @Nullable HeaderMap trailers;

    RequestBody(HeldBodies all) {
        this.all = all;
    }

    /** @param data ownership passes */
    void add(ByteBuf data, boolean end) {
        if (data.isReadable()) {
            size += data.readableBytes();
            all.add(data.readableBytes());
            if (parts.isEmpty()) {
                parts = new ArrayList<>(1);
                parts.add(data);
            } else if (data.readableBytes() < SMALL) {
                gather(data);
            } else {
                parts.add(data);
                gathering = false;
            }
        } else {
            data.release();
        }
        ended |= end;
    }

    private void gather(ByteBuf data) {
        ByteBuf last = parts.getLast();
        if (!gathering || last.writableBytes() < data.readableBytes()) {
            last = data.alloc().directBuffer(2 * SMALL, 2 * SMALL);
            parts.add(last);
            gathering = true;
        }
        last.writeBytes(data);
        data.release();
    }

    void trailers(HeaderMap last) {
        trailers = last;
        ended = true;
    }

    boolean isEmpty() {
        return parts.isEmpty() && trailers == null;
    }

    void forEach(Consumer<ByteBuf> action) {
        parts.forEach(action);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isComplete() {
        return ended;
    }

    @Override
    public byte[] bytes(int most) {
        byte[] copy = new byte[(int) Math.min(most, size)];
        int at = 0;
        for (ByteBuf part : parts) {
            int length = Math.min(part.readableBytes(), copy.length - at);
            part.getBytes(part.readerIndex(), copy, at, length);
            at += length;
        }
        return copy;
    }

    /** The request is over before any of its body came: there is none. */
    void none() {
        ended = true;
    }

    /** Whether all bodies together leave no room for more. */
    boolean noRoom() {
        return all.full();
    }

    /** @param limit in bytes, of this body alone */
    boolean full(int limit) {
        return size >= limit || all.full();
    }

    /** Whether so much more may be held. */
    boolean hasRoom(int bytes) {
        return size + bytes <= CodecLimits.HELD_BODY && !all.full();
    }

    /** Sends what is held and, if {@code keep}, keeps it to be sent again. */
    void sendTo(ClientStream stream, boolean keep) {
        // Taken out first: sending may end the exchange, which releases what is held.
        int count = parts.size();
        ByteBuf[] sending = new ByteBuf[count];
        for (int i = 0; i < count; i++) {
            sending[i] = keep ? parts.get(i).retainedDuplicate() : parts.get(i);
        }
        if (!keep) {
            forget();
        }
        for (int i = 0; i < count; i++) {
            stream.data(sending[i], i == count - 1 && ended && trailers == null);
        }
        HeaderMap lines = trailers;
        if (lines != null) {
            stream.trailers(keep ? lines.copy() : lines);
        } else if (ended && count == 0) {
            stream.data(Unpooled.EMPTY_BUFFER, true);
        }
    }

    void release() {
        for (ByteBuf part : parts) {
            part.release();
        }
        forget();
    }

    private void forget() {
        parts = List.of();
        gathering = false;
        all.remove(size);
        size = 0;
    }
}
