package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.call.CallFailure.GrpcEnded;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a gRPC answer's head and trailers say of its end. */
final class GrpcEnd {
    private static final int UNKNOWN = 2;
    private static final int INTERNAL = 13;
    private static final int OK = 200;
    private static final int HEX = 16;

    private GrpcEnd() {}

    static GrpcEnded internal(String message) {
        return new GrpcEnded(INTERNAL, message);
    }

    /** Why this head begins no gRPC answer, or null: another status than 200 becomes one of gRPC's, unless the server says its own. */
    static @Nullable CallFailure refusal(ResponseHead head) {
        HeaderMap headers = head.headers();
        if (head.status() != OK) {
            return headers.contains("grpc-status")
                    ? ofStatus(headers)
                    : new GrpcEnded(GrpcStatus.ofHttp(head.status()), "HTTP status " + head.status());
        }
        return head.isGrpc()
                ? null
                : new GrpcEnded(
                        UNKNOWN, "content-type " + headers.get("content-type") + " (expected: application/grpc)");
    }

    /** OK with the trailers, or the status that they tell. */
    static CallOutcome<HeaderMap> of(HeaderMap trailers) {
        CallFailure failure = ofStatus(trailers);
        return failure == null ? new CallOutcome.Answered<>(trailers) : new CallOutcome.Failed<>(failure);
    }

    private static @Nullable CallFailure ofStatus(HeaderMap headers) {
        CharSequence text = headers.get("grpc-status");
        int status = text == null ? -1 : GrpcStatus.number(text);
        if (status == 0) {
            return null;
        }
        CharSequence message = headers.get("grpc-message");
        return status < 0
                ? new GrpcEnded(UNKNOWN, "grpc-status " + text + " (expected: a number)")
                : new GrpcEnded(status, message == null ? "" : decoded(message.toString()));
    }

    /** Percent-encoded UTF-8; what is not well-formed stays as it is (gRPC over HTTP/2, "Status-Message"). */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            int high = i + 2 < text.length() && text.charAt(i) == '%' ? Character.digit(text.charAt(i + 1), HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), HEX);
            if (low >= 0) {
                bytes.put((byte) (high * HEX + low));
                i += 2;
            } else {
                bytes.put((byte) text.charAt(i));
            }
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
}
