package dev.lateen.proxy.http.codec;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lower-case names of headers that most messages have, so that a parsed head allocates none for them, and the codec's own interest in a few
 * of them.
 */
final class HeaderNames {
    /** What the codec does with a header beyond keeping it. */
    enum Kind {
        PLAIN,
        HOST,
        CONTENT_LENGTH,
        TRANSFER_ENCODING,
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        UPGRADE,
        TE
    }

    /** A known name. */
    @SuppressWarnings("ArrayRecordComponent") // never compared nor changed
    record Known(String name, byte[] bytes, Kind kind) {}

    private static final Map<String, Kind> KINDS = new HashMap<>();
    private static final int TABLE = 1024;
    private static final Known[] @Nullable [] KNOWN = new Known[TABLE][];

    private static final List<String> NAMES = List.of(
            "accept",
            "accept-encoding",
            "accept-language",
            "accept-ranges",
            "access-control-allow-origin",
            "age",
            "alt-svc",
            "authorization",
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-location",
            "content-type",
            "cookie",
            "date",
            "etag",
            "expect",
            "expires",
            "forwarded",
            "grpc-accept-encoding",
            "grpc-encoding",
            "grpc-message",
            "grpc-status",
            "grpc-timeout",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "last-modified",
            "link",
            "location",
            "origin",
            "pragma",
            "range",
            "referer",
            "retry-after",
            "sec-fetch-dest",
            "sec-fetch-mode",
            "sec-fetch-site",
            "sec-websocket-accept",
            "sec-websocket-extensions",
            "sec-websocket-key",
            "sec-websocket-protocol",
            "sec-websocket-version",
            "server",
            "set-cookie",
            "strict-transport-security",
            "trailer",
            "user-agent",
            "vary",
            "via",
            "www-authenticate",
            "b3",
            "traceparent",
            "tracestate",
            "baggage",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-envoy-attempt-count",
            "x-envoy-decorator-operation",
            "x-envoy-peer-metadata",
            "x-envoy-peer-metadata-id",
            "x-envoy-upstream-service-time",
            "x-forwarded-client-cert",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-request-id",
            "x-powered-by",
            "x-content-type-options",
            "x-frame-options",
            "end-user",
            "x-real-ip");

    static {
        for (String name : NAMES) {
            enter(name, Kind.PLAIN);
        }
        enter("host", Kind.HOST);
        enter("content-length", Kind.CONTENT_LENGTH);
        enter("transfer-encoding", Kind.TRANSFER_ENCODING);
        enter("connection", Kind.CONNECTION);
        enter("keep-alive", Kind.KEEP_ALIVE);
        enter("proxy-connection", Kind.PROXY_CONNECTION);
        enter("upgrade", Kind.UPGRADE);
        enter("te", Kind.TE);
    }

    private HeaderNames() {}

    private static void enter(String name, Kind kind) {
        KINDS.put(name, kind);
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        int slot = slot(bytes, 0, bytes.length);
        Known[] before = KNOWN[slot];
        Known[] after = before == null ? new Known[1] : java.util.Arrays.copyOf(before, before.length + 1);
        after[after.length - 1] = new Known(name, bytes, kind);
        KNOWN[slot] = after;
    }

    /** The known name that these lower-case bytes spell, or null. */
    static @Nullable Known find(byte[] b, int from, int length) {
        Known[] chain = KNOWN[slot(b, from, length)];
        if (chain != null) {
            for (Known known : chain) {
                if (known.bytes.length == length && same(known.bytes, b, from)) {
                    return known;
                }
            }
        }
        return null;
    }

    /** The shared string for a lower-case name where there is one, else the name itself. */
    static CharSequence intern(AsciiString name) {
        Known known = find(name.array(), name.arrayOffset(), name.length());
        return known == null ? name : known.name;
    }

    /** What a lower-case name is; null for one that is not known here. */
    static @Nullable Kind kind(String name) {
        return KINDS.get(name);
    }

    private static boolean same(byte[] name, byte[] b, int from) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] != b[from + i]) {
                return false;
            }
        }
        return true;
    }

    private static int slot(byte[] b, int from, int length) {
        if (length == 0) {
            return 0;
        }
        int hash = length + 37 * b[from] + 161 * b[from + length - 1] + 1009 * b[from + length / 2];
        return hash & TABLE - 1;
    }
}
