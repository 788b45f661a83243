package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a {@link LocalReply} into a message: plain text, or {@code grpc-status} on a 200 for gRPC requests (Envoy's local reply rules). */
final class LocalReplyRenderer {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private LocalReplyRenderer() {}

    /** Tells the client to send its body: 100, the one informational answer that is made here. */
    static ResponseHead goOn() {
        return new ResponseHead(100, new HeaderMap());
    }

    static ResponseHead head(LocalReply reply, RequestHead request) {
        HeaderMap headers = new HeaderMap();
        boolean grpc = request.isGrpc();
        if (grpc) {
            headers.add("content-type", "application/grpc");
            headers.add("grpc-status", Integer.toString(grpcStatus(reply)));
            if (!reply.body().isEmpty()) {
                headers.add("grpc-message", percentEncoded(reply.body()));
            }
        } else if (!reply.body().isEmpty()) {
            int length = reply.body().getBytes(StandardCharsets.UTF_8).length;
            headers.add("content-length", Integer.toString(length));
            headers.add("content-type", "text/plain");
        }
        List<String> more = reply.headers();
        for (int i = 0; i + 1 < more.size(); i += 2) {
            headers.set(more.get(i), more.get(i + 1));
        }
        return new ResponseHead(grpc ? 200 : reply.status(), headers);
    }

    /** Null when there is none to send. */
    static @Nullable ByteBuf body(LocalReply reply, RequestHead request) {
        if (reply.body().isEmpty() || request.isGrpc() || request.method().equals("HEAD")) {
            return null;
        }
        return Unpooled.wrappedBuffer(reply.body().getBytes(StandardCharsets.UTF_8));
    }

    private static int grpcStatus(LocalReply reply) {
        return reply.grpcStatus() == LocalReply.GRPC_FROM_HTTP ? GrpcStatus.ofHttp(reply.status()) : reply.grpcStatus();
    }

    /** As gRPC's wire format wants {@code grpc-message}: printable ASCII except percent as it is. */
    private static String percentEncoded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                out.append((char) b);
            } else {
                out.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
            }
        }
        return out.toString();
    }
}
