package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.pool.HeldBodies;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A whole request that waits for its stream; its body is counted meanwhile. */
final class RequestSender {
    private final HttpCall call;
    private final HeldBodies held;
    private @Nullable ByteBuf body;

    RequestSender(HttpCall call, HeldBodies held) {
        this.call = call;
        this.held = held;
        this.body = call.body();
        if (body != null) {
            held.add(body.readableBytes());
        }
    }

    void send(ClientStream stream) {
        ByteBuf content = take();
        stream.head(call.head(), content == null);
        if (content != null) {
            stream.data(content, true);
        }
    }

    /** It won't be sent, if it was not. */
    void drop() {
        ByteBuf content = take();
        if (content != null) {
            content.release();
        }
    }

    private @Nullable ByteBuf take() {
        ByteBuf content = body;
        if (content != null) {
            body = null;
            held.remove(content.readableBytes());
        }
        return content;
    }
}
