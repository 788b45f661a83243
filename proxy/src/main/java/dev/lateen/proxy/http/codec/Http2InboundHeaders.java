package dev.lateen.proxy.http.codec;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header block that Netty's HPACK decoder fills: straight into a {@link HeaderMap}, with pseudo-headers in fields, checked by RFC 9113
 * sections 8.2 and 8.3. Only what Netty's decoder asks of it works; the map that it inherits stays empty.
 */
final class Http2InboundHeaders extends DefaultHttp2Headers {
    private final HeaderMap headers;
    private final int maxHeaders;
    private @Nullable CharSequence method;
    private @Nullable CharSequence path;
    private @Nullable CharSequence scheme;
    private @Nullable CharSequence authority;
    private @Nullable CharSequence status;
    private @Nullable CharSequence host;
    private @Nullable CharSequence contentLength;
    private int lines;
    private int cookies;
    private boolean valid = true;

    /** @param expected how many lines that are no pseudo-headers are expected; at least 1 */
    Http2InboundHeaders(int maxHeaders, int expected) {
        super(false, 2);
        headers = new HeaderMap(expected);
        this.maxHeaders = maxHeaders;
    }

    /** Whether nothing breaks the protocol or the limit of lines. */
    boolean valid() {
        return valid && lines <= maxHeaders;
    }

    boolean hasPseudo() {
        return method != null || path != null || scheme != null || authority != null || status != null;
    }

    HeaderMap map() {
        return headers;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        AsciiString key = AsciiString.of(name);
        if (key.length() > 0 && key.byteAt(0) == ':') {
            pseudo(key.toString(), value);
        } else {
            regular(key, value);
        }
        return this;
    }

    private void pseudo(String name, CharSequence value) {
        boolean first;
        switch (name) {
            case ":method" -> {
                first = method == null;
                method = value;
            }
            case ":path" -> {
                first = path == null;
                path = value;
            }
            case ":scheme" -> {
                first = scheme == null;
                scheme = value;
            }
            case ":authority" -> {
                first = authority == null;
                authority = value;
            }
            case ":status" -> {
                first = status == null;
                status = value;
            }
            default -> first = false;
        }
        valid &= first && lines == 0;
    }

    private void regular(AsciiString name, CharSequence value) {
        if (++lines > maxHeaders) {
            // Refused; no more of it is kept.
            return;
        }
        CharSequence known = HeaderNames.intern(name);
        if (!(known instanceof String) && !isName(name) || !isValue(value)) {
            valid = false;
            return;
        }
        if (known instanceof String text) {
            switch (text) {
                case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> valid = false;
                case "te" -> valid &= AsciiString.contentEquals(value, "trailers");
                case "host" -> {
                    valid &= host == null;
                    host = value;
                    return;
                }
                case "content-length" -> {
                    if (contentLength != null) {
                        valid &= AsciiString.contentEquals(contentLength, value);
                        return;
                    }
                    valid &= HttpGrammar.contentLength(value) >= 0;
                    contentLength = value;
                }
                case "cookie" -> cookies++;
                default -> {}
            }
        }
        headers.add(known, value);
    }

    private static boolean isName(AsciiString name) {
        return HttpGrammar.isLowerCaseToken(name.array(), name.arrayOffset(), name.arrayOffset() + name.length());
    }

    private static boolean isValue(CharSequence value) {
        return value instanceof AsciiString bytes
                ? HttpGrammar.isValue(bytes.array(), bytes.arrayOffset(), bytes.arrayOffset() + bytes.length())
                : HttpGrammar.isValue(value);
    }

    /** Null when a mandatory part is missing or wrong. */
    @Nullable
    RequestHead request(String connectionScheme) {
        CharSequence to = authority == null ? host : authority;
        if (method == null || status != null || to == null || to.isEmpty() || !HttpGrammar.isAuthority(to)) {
            return null;
        }
        String verb = known(method);
        if (verb == null) {
            return null;
        }
        boolean connect = verb.equals("CONNECT");
        if (connect ? path != null || scheme != null : !addressed(verb)) {
            return null;
        }
        if (cookies > 1) {
            joinCookies();
        }
        return new RequestHead(
                verb,
                path == null ? "" : path.toString(),
                to.toString(),
                connectionScheme,
                HttpProtocol.HTTP_2,
                headers);
    }

    private boolean addressed(String verb) {
        return path != null && scheme != null && HttpGrammar.isPath(path, verb) && HttpGrammar.isScheme(scheme);
    }

    /** Null when it is none. */
    private static @Nullable String known(CharSequence method) {
        if (AsciiString.contentEquals(method, "GET")) {
            return "GET";
        }
        if (AsciiString.contentEquals(method, "POST")) {
            return "POST";
        }
        return HttpGrammar.isToken(method) ? method.toString() : null;
    }

    /** Cookie crumbs become one line again (RFC 9113 section 8.2.3). */
    private void joinCookies() {
        StringBuilder joined = new StringBuilder();
        for (int i = headers.find("cookie", 0); i >= 0; i = headers.find("cookie", i + 1)) {
            joined.append(joined.isEmpty() ? "" : "; ").append(headers.value(i));
        }
        headers.set("cookie", joined.toString());
    }

    /** Null when the status is missing or wrong. */
    @Nullable
    ResponseHead response() {
        int number = statusNumber();
        boolean request = method != null || path != null || scheme != null || authority != null || host != null;
        if (number < 100 || request || !bodyless(number)) {
            return null;
        }
        return new ResponseHead(number, headers);
    }

    /** An answer that never has a body may not say that it has one (RFC 9110 section 8.6); of no bytes is borne. */
    private boolean bodyless(int number) {
        if (number >= 200 && number != 204 || contentLength == null) {
            return true;
        }
        headers.remove("content-length");
        return HttpGrammar.contentLength(contentLength) == 0;
    }

    /** The length that the head tells, or -1. */
    long length() {
        return contentLength == null ? -1 : HttpGrammar.contentLength(contentLength);
    }

    /** How many header lines came. */
    int lines() {
        return lines;
    }

    private int statusNumber() {
        if (status == null || status.length() != 3) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    // --- what Netty's decoder asks

    @Override
    public @Nullable CharSequence status() {
        // A missing status is found out later; Netty takes it for a number here.
        return status == null ? "0" : status;
    }

    @Override
    public List<CharSequence> getAll(CharSequence name) {
        return contentLength == null || !AsciiString.contentEqualsIgnoreCase(name, "content-length")
                ? List.of()
                : List.of(contentLength);
    }

    @Override
    public Http2Headers setLong(CharSequence name, long value) {
        return this;
    }

    @Override
    public int size() {
        return headers.size();
    }

    @Override
    public boolean isEmpty() {
        return headers.size() == 0;
    }
}
